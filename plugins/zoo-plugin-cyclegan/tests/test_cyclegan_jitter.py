"""Folders are jittered in training as the papers do, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from zoo_core import Registry, compose
from zoo_core.composition import Composition
from zoo_core.config.identity import identity
from zoo_core.engine.feed import as_batch
from zoo_core.engine.state import snapshot
from zoo_core.testing import engine_of
from zoo_core.training import Run, Silent, resume, train

NAMES = ("cyclegan", "pix2pix")
SMALL: Mapping[str, Mapping[str, Any]] = {
    "cyclegan": {"width": 3, "blocks": 1},
    "pix2pix": {"width": 3},
}


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.from_installed()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    generator = torch.Generator().manual_seed(0)
    for side in "AB":
        (tmp_path / "pairs" / side).mkdir(parents=True)
        for number in range(12):
            pixels = torch.randint(0, 256, (16, 16, 3), dtype=torch.uint8, generator=generator)
            Image.fromarray(pixels.numpy()).save(tmp_path / f"pairs/{side}/{number}.png")
    return tmp_path / "pairs"


def composed(registry: Registry, name: str, folder: Path, **data: Any) -> Composition:
    sides = {"cyclegan": f"unpaired:{folder}/A,{folder}/B", "pix2pix": f"paired:{folder}"}
    run = {"steps": 6, "batch": 2, "device": "cpu", "checkpoint_every": 2, "sample_every": 0}
    options = {"generator": SMALL[name], "critic": {"width": 3}, "run": run, "data": data}
    parts = {"generator": name, "data": sides[name]}
    return compose(parts, options, registry=registry, recipe="none")


@pytest.mark.parametrize("name", NAMES)
def test_the_generators_bring_the_jitter_of_their_papers(
    registry: Registry, name: str, folder: Path
) -> None:
    values = composed(registry, name, folder).settings["data"].values
    source = f"generator {name}"
    assert (values["jitter"].value, values["jitter"].source) == (286 / 256, source)
    assert (values["mirror"].value, values["mirror"].source) == (True, source)


def fed(composition: Composition) -> list[torch.Tensor]:
    """Return the images that the first six batches of a training are made of."""
    feed = engine_of(composition).feed
    return [image for n in range(6) for batch in feed.batch(n).values() for image in batch.images]


@pytest.mark.parametrize("name", NAMES)
def test_only_training_sees_it_and_a_user_turns_it_off(
    registry: Registry, name: str, folder: Path
) -> None:
    plain = composed(registry, name, folder, jitter=1, mirror=False)
    varied = composed(registry, name, folder)
    stored = []
    for composition in (plain, varied):
        rows = [
            as_batch(table.take(torch.arange(len(table))), torch.device("cpu")).images
            for split in ("train", "test")
            for table in composition.dataset.tables(split).values()
        ]
        stored.append(torch.cat(rows))
    assert torch.equal(*stored)
    known = {image.numpy().tobytes() for image in stored[0]}
    assert all(image.contiguous().numpy().tobytes() in known for image in fed(plain))
    assert not any(image.contiguous().numpy().tobytes() in known for image in fed(varied))


def test_data_that_are_no_folders_are_left_alone(registry: Registry) -> None:
    parts = {"generator": "cyclegan", "data": "unpaired:digits,digits"}
    assert not compose(parts, {}, registry=registry).dataset.variations


class StopAt(Silent):
    def stepped(self, run: Run) -> None:
        if run.step == 3:
            run.stop("the test says so")


@pytest.mark.parametrize("name", NAMES)
def test_stopping_and_resuming_gives_the_same_tensors(
    registry: Registry, name: str, folder: Path, tmp_path: Path
) -> None:
    straight = train(composed(registry, name, folder), tmp_path / "straight")
    train(composed(registry, name, folder), tmp_path / "halves", watcher=StopAt())
    resumed = resume(tmp_path / "halves", registry=registry)
    assert (straight.step, resumed.step) == (6, 6)
    first, second = snapshot(straight.engine), snapshot(resumed.engine)
    for stem, tensors in first.items():
        assert all(torch.equal(value, second[stem][key]) for key, value in tensors.items()), stem


def test_jitter_is_part_of_what_a_run_is(registry: Registry, folder: Path) -> None:
    alike, other = (
        identity(composed(registry, "cyclegan", folder, jitter=factor).config())
        for factor in (286 / 256, 1.2)
    )
    assert identity(composed(registry, "cyclegan", folder).config()) == alike != other
