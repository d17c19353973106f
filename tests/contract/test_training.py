"""Training ends well or badly, and either way nothing that was saved is lost."""

from __future__ import annotations

import errno
import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from zoo_core import Entry, Registry, ZooError, compose, hookimpl, load
from zoo_core.interfaces import Game, GameParts, Generator, Play, Player, Round, Terms
from zoo_core.runs.lines import read_log
from zoo_core.training import Run, Silent, resume, train

RUN = {
    "steps": 6,
    "batch": 8,
    "size": "8",
    "log_every": 2,
    "sample_every": 3,
    "checkpoint_every": 3,
}


def composed(registry: Registry, parts: Mapping[str, Any] | None = None, **run: Any) -> Any:
    return compose(
        {"generator": "tiny", **(parts or {})}, {"run": {**RUN, **run}}, registry=registry
    )


def test_a_run_directory_holds_what_the_contract_says(registry: Registry, tmp_path: Path) -> None:
    run = train(composed(registry), tmp_path / "run")
    assert run.outcome == "done"
    assert sorted(p.name for p in (tmp_path / "run").iterdir() if p.name[0] != ".") == [
        "checkpoints",
        "config.json",
        "ending.json",
        "metrics.jsonl",
        "samples",
    ]
    checkpoint = tmp_path / "run/checkpoints/step-00000006"
    assert sorted(p.name for p in checkpoint.iterdir()) == [
        "discriminator.safetensors",
        "generator.safetensors",
        "generator_ema.safetensors",
        "manifest.json",
        "optimizer.safetensors",
        "state.json",
        "state.safetensors",
    ]
    with Image.open(tmp_path / "run/samples/step-00000006.png") as picture:
        assert picture.size == (82, 82)
    config = json.loads((tmp_path / "run/config.json").read_text())
    assert config["parts"]["generator"] == "a-strangers-parts/tiny"
    assert config["environment"]["threads"] == 1
    assert set(config["environment"]["distributions"]) >= {"gan-zoo", "torch", "torchvision"}


def test_the_log_has_every_term_and_the_diagnostics(registry: Registry, tmp_path: Path) -> None:
    train(composed(registry), tmp_path / "run")
    lines = read_log(tmp_path / "run/metrics.jsonl")
    assert [line.step for line in lines] == [2, 4, 6]
    assert all(line.seconds and line.images_per_second for line in lines)
    assert set(lines[0].scalars) >= {
        "critic.real",
        "critic.fake",
        "critic.D(real)",
        "critic.D(fake)",
        "critic.accuracy",
        "critic.gradient_norm",
        "generator.fake",
        "generator.gradient_norm",
    }
    assert 0 <= lines[0].scalars["critic.D(real)"] <= 1


def test_a_directory_that_holds_another_run_is_refused(registry: Registry, tmp_path: Path) -> None:
    train(composed(registry), tmp_path / "run")
    before = (tmp_path / "run/config.json").read_bytes()
    with pytest.raises(ZooError) as caught:
        train(composed(registry, steps=9), tmp_path / "run")
    assert caught.value.message.endswith("holds a run already")
    assert "--resume" in caught.value.hint
    assert (tmp_path / "run/config.json").read_bytes() == before


class Interrupting(Silent):
    def stepped(self, run: Run) -> None:
        if run.step == 4:
            os.kill(os.getpid(), signal.SIGINT)


def test_an_interrupt_saves_a_checkpoint_and_the_run_goes_on_later(
    registry: Registry, tmp_path: Path
) -> None:
    run = train(composed(registry), tmp_path / "run", watcher=Interrupting())
    assert (run.outcome, run.step) == ("interrupted", 4)
    assert run.directory.steps() == [3, 4]
    assert resume(tmp_path / "run", registry=registry).step == 6


def test_time_that_is_over_stops_a_run_with_a_checkpoint(
    registry: Registry, tmp_path: Path
) -> None:
    run = train(composed(registry, max_minutes=0), tmp_path / "run")
    assert (run.outcome, run.step, run.stop_reason) == ("stopped", 1, "0 minutes are over")
    assert run.directory.steps() == [1]


def test_only_the_newest_checkpoints_are_kept(registry: Registry, tmp_path: Path) -> None:
    run = train(composed(registry, steps=9, checkpoint_every=2, keep=2), tmp_path / "run")
    assert run.directory.steps() == [8, 9]


def test_a_hook_may_stop_a_run_and_hears_how_it_goes(stranger: Path, tmp_path: Path) -> None:
    heard: list[str] = []

    class Tracker:
        @hookimpl
        def zoo_run_started(self, run: Run) -> None:
            heard.append("started")

        @hookimpl
        def zoo_logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
            heard.append(f"logged {step}")
            if step == 4:
                run.stop("the tracker says so")

        @hookimpl
        def zoo_checkpoint_saved(self, path: Path) -> None:
            heard.append(path.name)

        @hookimpl
        def zoo_run_finished(self, outcome: str) -> None:
            heard.append(outcome)

    registry = Registry.from_installed(files=[stranger])
    registry.register(Tracker(), name="tracker")
    run = train(composed(registry), tmp_path / "run")
    assert run.stop_reason == "the tracker says so"
    assert heard == [
        "started",
        "logged 2",
        "step-00000003",
        "logged 4",
        "step-00000004",
        "stopped",
    ]


def test_a_hook_that_raises_costs_only_itself(stranger: Path, tmp_path: Path) -> None:
    class Broken:
        @hookimpl
        def zoo_logged(self) -> None:
            raise ValueError("no connection")

    registry = Registry.from_installed(files=[stranger], strict=False)
    registry.register(Broken(), name="broken")
    assert train(composed(registry), tmp_path / "run").outcome == "done"
    assert [str(p) for p in registry.problems] == [
        "broken: fails in its hook zoo_logged: ValueError: no connection"
    ]


class Exploding(Game):
    """A game whose loss stops being a number at a known step."""

    def __init__(self, *, parts: GameParts, at: int = 5) -> None:
        super().__init__(parts=parts)
        self.generator, self.sampler = parts.nets["generator"], parts.sampler
        self.at = at

    @classmethod
    def roles(cls, task: Any) -> Any:
        return {"generator": super().roles(task)["generator"]}

    def players(self) -> Mapping[str, Player]:
        return {"generator": Player((self.generator,))}

    def nets(self) -> Mapping[str, nn.Module]:
        return {"generator": self.generator}

    def play(self, current: Round) -> Play:
        images = self.generator(self.sampler(8, current.rng, torch.device("cpu")), None)
        yield {"generator": Terms({"size": images.mean() / (current.step != self.at)})}

    def sample(self, nets: Any, rng: Any, *, count: int, labels: Any = None) -> Tensor:
        generator = nets["generator"]
        assert isinstance(generator, Generator)
        return generator(self.sampler(count, rng, torch.device("cpu")), None)


def test_a_loss_that_is_not_finite_stops_the_run_and_keeps_the_last_good_checkpoint(
    stranger: Path, tmp_path: Path
) -> None:
    registry = Registry.from_installed(files=[stranger])
    registry.add(Entry("game", "exploding", f"{__name__}:Exploding", "Explodes."))
    with pytest.raises(ZooError) as caught:
        train(composed(registry, {"game": "exploding"}), tmp_path / "run")
    assert caught.value.message in (
        "generator.size is inf at step 6",
        "generator.size is -inf at step 6",
        "generator.total is inf at step 6",
        "generator.total is -inf at step 6",
    )
    assert "the last good checkpoint is kept" in caught.value.hint
    assert [p.name for p in (tmp_path / "run/checkpoints").iterdir()] == ["step-00000003"]


def test_a_full_disk_stops_the_run_and_keeps_the_last_good_checkpoint(
    registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from zoo_core.runs import checkpoint

    original = checkpoint.save_file

    def full(tensors: Any, path: Path, metadata: Any = None) -> None:
        if "00000006" in str(path) and "optimizer" in str(path):
            raise OSError(errno.ENOSPC, "No space left on device")
        original(tensors, path, metadata=metadata)

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(ZooError) as caught:
        train(composed(registry), tmp_path / "run")
    assert "the disk is full" in caught.value.message
    assert "zoo train --resume" in caught.value.hint
    assert [p.name for p in (tmp_path / "run/checkpoints").iterdir()] == ["step-00000003"]


def test_a_directory_that_cannot_be_written_is_named_before_training(
    registry: Registry, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ZooError) as caught:
        train(composed(registry), tmp_path / "file/run")
    assert "cannot write" in caught.value.message
    assert "--run" in caught.value.hint


def test_a_batch_that_is_larger_than_the_data_is_refused(
    registry: Registry, tmp_path: Path
) -> None:
    with pytest.raises(ZooError) as caught:
        train(composed(registry, batch=5000), tmp_path / "run")
    assert caught.value.message.startswith("a batch of 5000 is larger than the data")
    assert caught.value.hint.startswith("`--batch 14")
    assert not (tmp_path / "run").exists()


def test_training_begins_with_the_weights_of_another_run(
    registry: Registry, tmp_path: Path
) -> None:
    train(composed(registry), tmp_path / "first")
    run = train(composed(registry, seed=5, steps=1), tmp_path / "second", init=tmp_path / "first")
    first = load(tmp_path / "first", registry=registry).generator.state_dict()
    fresh = composed(registry, seed=5).build().nets()["generator"].state_dict()
    now = run.engine.game.nets()["generator"].state_dict()
    near = (now["last.weight"] - first["last.weight"]).abs().max()
    far = (now["last.weight"] - fresh["last.weight"]).abs().max()
    assert near < 1e-3 < far


def test_weights_of_another_shape_cannot_be_begun_with(registry: Registry, tmp_path: Path) -> None:
    train(composed(registry), tmp_path / "first")
    with pytest.raises(ZooError) as caught:
        train(composed(registry, latent_dim=9), tmp_path / "second", init=tmp_path / "first")
    assert "has the shape (8, 9), but the checkpoint has (8, 6)" in caught.value.message
    assert not (tmp_path / "second").exists()


def test_samples_depend_on_the_seed_and_the_first_do_not_depend_on_the_count(
    registry: Registry, tmp_path: Path
) -> None:
    train(composed(registry), tmp_path / "run")
    model = load(tmp_path / "run", registry=registry)
    many = model.sample(70, seed=3)
    assert many.shape == (70, 1, 8, 8)
    assert torch.allclose(many[:5], model.sample(5, seed=3), atol=1e-6)
    assert not torch.equal(many[:5], model.sample(5, seed=4))
    assert many.abs().max() <= 1


def test_truncation_brings_samples_together(registry: Registry, tmp_path: Path) -> None:
    train(composed(registry), tmp_path / "run")
    model = load(tmp_path / "run", registry=registry)
    free, close = model.sample(64), model.sample(64, truncation=0.1)
    assert close.var(0).mean() < 0.1 * free.var(0).mean()


def test_an_unconditional_generator_cannot_be_asked_for_a_label(
    registry: Registry, tmp_path: Path
) -> None:
    train(composed(registry), tmp_path / "run")
    with pytest.raises(ZooError, match="unconditional, so it cannot be asked for a label"):
        load(tmp_path / "run", registry=registry).sample(4, labels=3)


def test_a_directory_without_a_run_cannot_be_loaded(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(ZooError, match="no run at"):
        load(tmp_path / "nothing", registry=registry)


def test_training_leaves_the_global_random_state_as_it_was(
    registry: Registry, tmp_path: Path
) -> None:
    torch.manual_seed(11)
    expected = torch.rand(3)
    torch.manual_seed(11)
    train(composed(registry), tmp_path / "run")
    assert torch.equal(torch.rand(3), expected)
