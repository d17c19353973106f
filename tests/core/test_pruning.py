"""What of a run goes, and that what stays is resumed, named and read as before."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import torch

from zoo_core import Registry, compose
from zoo_core.config.configuration import Configuration
from zoo_core.engine.state import snapshot
from zoo_core.runs import read_history
from zoo_core.runs.checkpoint import write_checkpoint
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.lines import Evaluation
from zoo_core.runs.pruning import Pruning, prune
from zoo_core.training import Run, resume, train
from zoo_core.weights.sources import find_source

PARTS = {"generator": "toy", "critic": "toy", "loss": "toy", "data": "digits"}


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    directory = RunDirectory(tmp_path / "run")
    directory.create(Configuration(options={"run": {"steps": 40, "keep_best": "fid"}}))
    for step in (10, 20, 30, 40):
        write_checkpoint(directory.checkpoint(step), {"g": {"x": torch.ones(1)}}, {"step": step})
        directory.sample(step).write_bytes(b"picture")
    directory.unlock()
    return directory


def evaluated(run: RunDirectory, step: int, fid: float) -> None:
    shared = {"by": "train", "weights": "average", "direction": "", "protocol": {}}
    better = {"fid": "lower"}
    run.append(
        Evaluation(
            step=step,
            scores={"fid": fid},
            better=better,
            metrics={},
            digests={"fid": "a"},
            **shared,
        )
    )


def gone(found: Pruning) -> list[tuple[str, str]]:
    return [(spare.path.name, spare.why) for spare in found.spares]


def spoil(run: RunDirectory, step: int) -> None:
    (run.checkpoint(step) / "g.safetensors").write_bytes(b"torn")


def test_the_newest_and_the_best_checkpoint_stay(run):
    for step, fid in ((10, 9.0), (20, 3.0), (30, 5.0), (40, 6.0)):
        evaluated(run, step, fid)
    found = prune(run.path, remove=True)
    assert gone(found) == [
        ("step-00000010", "older checkpoint"),
        ("step-00000030", "older checkpoint"),
    ]
    assert run.steps() == [20, 40]
    assert found.size > 0
    assert prune(run.path).spares == ()


def test_nothing_is_removed_unless_asked_for(run):
    before = sorted(run.path.rglob("*"))
    assert len(prune(run.path, pictures=1).spares) == 6
    assert sorted(run.path.rglob("*")) == before


def test_a_damaged_newest_checkpoint_goes_and_the_whole_one_before_it_stays(run):
    spoil(run, 40)
    found = prune(run.path, remove=True)
    assert ("step-00000040", "damaged checkpoint") in gone(found)
    assert run.steps() == [30]


def test_where_no_checkpoint_is_whole_all_stay(run):
    for step in run.steps():
        spoil(run, step)
    assert prune(run.path, remove=True).spares == ()
    assert run.steps() == [10, 20, 30, 40]


def test_the_only_checkpoint_stays(run):
    for step in (10, 20, 30):
        shutil.rmtree(run.checkpoint(step))
    assert prune(run.path, remove=True).spares == ()
    assert run.steps() == [40]


@pytest.mark.parametrize(
    ("count", "left"), [(1, [40]), (2, [10, 40]), (3, [10, 30, 40]), (9, [10, 20, 30, 40])]
)
def test_pictures_are_thinned_evenly_and_the_last_one_stays(run, count, left):
    prune(run.path, pictures=count, remove=True)
    assert list(read_history(run.path).samples) == left


def test_what_a_killed_writer_left_goes_and_what_is_written_now_stays(run):
    old, new = run.path / ".zoo-0011.tmp", run.path / "checkpoints" / ".zoo-2233.tmp"
    for folder in (old, new):
        folder.mkdir()
        (folder / "half").write_bytes(b"12345")
    os.utime(old, (0, 0))
    found = prune(run.path, remove=True)
    assert (old.name, "left by a killed writer") in gone(found)
    assert not old.exists()
    assert new.exists()


def test_a_run_that_is_being_trained_is_left_alone(run):
    other = RunDirectory(run.path)
    other.lock()
    try:
        found = prune(run.path, remove=True)
    finally:
        other.unlock()
    assert "another process is training" in found.refused
    assert run.steps() == [10, 20, 30, 40]


def test_a_run_whose_configuration_is_damaged_is_left_alone(run):
    run.config.write_text("{")
    assert str(run.config) in prune(run.path, remove=True).refused
    assert run.steps() == [10, 20, 30, 40]


def trained(registry: Registry, place: Path) -> Run:
    run = {"steps": 6, "batch": 4, "size": 8, "checkpoint_every": 2, "keep": 9}
    return train(compose(PARTS, {"run": run}, registry=registry), place)


def test_a_pruned_run_is_resumed_bit_by_bit_as_it_would_have_been(registry, tmp_path):
    trained(registry, tmp_path / "whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "pruned")
    assert len(prune(tmp_path / "pruned", pictures=1, remove=True).spares) == 2
    ends = [
        snapshot(resume(tmp_path / name, overrides={"steps": 9}, registry=registry).engine)
        for name in ("whole", "pruned")
    ]
    for stem, tensors in ends[0].items():
        for name, tensor in tensors.items():
            assert torch.equal(tensor, ends[1][stem][name]), (stem, name)


def test_the_best_and_the_last_are_named_as_before(run):
    for step, fid in ((20, 3.0), (40, 6.0)):
        evaluated(run, step, fid)
    prune(run.path, remove=True)
    assert find_source(f"{run.path}@best") == run.checkpoint(20)
    assert find_source(f"{run.path}@last") == run.checkpoint(40)
