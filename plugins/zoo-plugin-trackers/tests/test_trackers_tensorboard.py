from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from zoo_core.interfaces import Tracked
from zoo_plugin_trackers.tensorboard import TensorBoard

pytestmark = pytest.mark.skipif(
    find_spec("tensorboard") is None, reason="tensorboard is not installed"
)


def read_back(place: Path) -> Any:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(place / "tensorboard"), size_guidance={"images": 0, "scalars": 0})
    found.Reload()
    return found


def test_scalars_samples_and_configuration_are_read_back(trained, logged, tmp_path):
    trained(tmp_path / "run", "tensorboard")
    found = read_back(tmp_path / "run")
    points = found.Scalars("critic/total")
    assert [point.step for point in points] == [1, 2, 3, 4]
    expected = logged(tmp_path / "run", "critic.total")
    assert [point.value for point in points] == pytest.approx(expected, rel=1e-6)
    assert [image.step for image in found.Images("samples")] == [2, 4]
    assert found.Images("samples")[0].encoded_image_string.startswith(b"\x89PNG")
    text = found.Tensors("configuration/text_summary")[0].tensor_proto.string_val[0]
    assert b'"generator": "partners/tiny"' in text


def test_resuming_drops_what_came_after_the_checkpoint(trained, resumed, tmp_path):
    place = tmp_path / "run"
    trained(place, "tensorboard")
    for checkpoint in (place / "checkpoints").glob("*4"):
        checkpoint.rename(tmp_path / "taken")
    resumed(place, "tensorboard")
    found = read_back(place)
    assert [point.step for point in found.Scalars("critic/total")] == [1, 2, 3, 4, 5, 6]
    assert [image.step for image in found.Images("samples")] == [2, 4, 6]


def test_a_run_that_goes_back_drops_the_steps_it_repeats(tmp_path):
    board = TensorBoard()
    board.start(Tracked(path=tmp_path, config={}, step=0))
    for step, value in ((1, 1.0), (2, 2.0), (3, 3.0), (2, 20.0)):
        board.log(step, {"critic/total": value})
    board.finish("done")
    points = read_back(tmp_path).Scalars("critic/total")
    assert [(point.step, point.value) for point in points] == [(1, 1.0), (2, 20.0)]
