from __future__ import annotations

import re
from pathlib import Path

import pytest
import torch

from zoo_core import Registry

PAGE = Path(__file__).resolve().parents[3] / "docs" / "metrics.md"


@pytest.mark.skipif(not PAGE.is_file(), reason="the pages are in the repository only")
def test_the_metric_that_the_page_shows_works(measure, image_set, tmp_path: Path) -> None:
    (shown,) = re.findall(r"```python\n# contrast\.py\n(.*?)```", PAGE.read_text(), flags=re.DOTALL)
    file = tmp_path / "contrast.py"
    file.write_text(shown)
    metric = Registry.from_installed(files=[file]).find("metric", "contrast").entry.load()()
    # standard deviations of 0, 2 and of 0, 6 (divided by N - 1): 2^(1/2) and 3 * 2^(1/2)
    sets = [image_set(images=torch.tensor([[[[0, high]]]], dtype=torch.uint8)) for high in (2, 6)]
    assert measure(metric, *sets) == pytest.approx({"contrast": 2 * 2**0.5})
