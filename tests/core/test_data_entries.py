from __future__ import annotations

import subprocess
import sys

import pytest

from zoo_core.builtin.datasets import DATASETS
from zoo_core.config.options import options_of, task_names_of
from zoo_core.interfaces.data import Dataset
from zoo_core.registry.entry import Entry


def test_the_built_in_data_sets_are_offered_by_name() -> None:
    assert [entry.name for entry in DATASETS] == [
        "digits",
        "mnist",
        "fashion-mnist",
        "stacked-mnist",
        "gaussians",
        "cifar10",
        "celeba",
        "folder",
        "few-labels",
        "unpaired",
        "paired",
    ]
    assert {entry.kind for entry in DATASETS} == {"dataset"}


@pytest.mark.parametrize("entry", DATASETS, ids=lambda entry: entry.name)
def test_every_data_set_loads_and_explains_its_options(entry: Entry) -> None:
    target = entry.load()
    assert issubclass(target, Dataset)
    assert task_names_of(target) - {"datasets", "batch"} == {"size"}
    assert all(option.help for option in options_of(target).values())
    assert target.argument in {"", *options_of(target)}


def test_listing_the_data_sets_imports_no_torch() -> None:
    code = "import sys; import zoo_core.builtin.datasets; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
