"""Runs: resumed, packed, reconstructed, exported, and begun with the weights of another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from _pytest.mark import ParameterSet
from safetensors.torch import load_file

from zoo_core import Composition, Registry, ZooError, compose, load, resume, train
from zoo_core.engine.state import snapshot
from zoo_core.testing import engine_of
from zoo_core.training import Run, Silent
from zoo_core.training.warm_start import nets_of
from zoo_core.weights.convert.exported import export
from zoo_core.weights.publication.contents import Wanted, gathered
from zoo_core.weights.publication.writer import write_contents

Composed = Callable[..., Composition]
REGISTRY = Registry.from_installed(strict=True)
REST = ("autoencoder", "denoising", "sparse")
"""Games that differ from the others in nothing that is looked at here."""

KEPT = {"checkpoint_every": 0, "sample_every": 0, "log_every": 3, "ema_images": 40}
GAUSSIAN = {"game": {"likelihood": "gaussian"}}


def slow(game: str) -> ParameterSet:
    return pytest.param(game, marks=pytest.mark.slow)


def options_of(game: str) -> dict[str, object]:
    return {"run": KEPT, **(GAUSSIAN if game == "vae" else {})}


class Runs:
    """Runs by name, trained when they are first asked for."""

    def __init__(self, composed: Composed, folder: Path) -> None:
        self.composed, self.folder = composed, folder

    def __getitem__(self, name: str) -> Path:
        path = self.folder / name
        if path.exists():
            return path
        if name == "gan":
            train(_gan(), path)
        elif name == "encode":
            config = nets_of(self["gan"], "encode", registry=REGISTRY)
            train(compose({"game": "encode"}, config=config), path, init=self["gan"])
        else:
            train(self.composed(name, **options_of(name)), path)
        return path


def _gan() -> Composition:
    options = {"generator": {"width": 4}, "critic": {"width": 4}}
    run = {"batch": 8, "size": "8", "latent_dim": 5, "steps": 3, "sample_every": 0}
    given = {**options, "run": run}
    return compose({"generator": "dcgan"}, given, registry=REGISTRY, recipe="none")


@pytest.fixture(scope="module")
def runs(composed: Composed, tmp_path_factory: pytest.TempPathFactory) -> Runs:
    return Runs(composed, tmp_path_factory.mktemp("autoencoders"))


@pytest.mark.parametrize("game", [*map(slow, REST), "vae", "vae-gan"])
def test_a_resumed_run_is_the_whole_one(
    composed: Composed, runs: Runs, tmp_path: Path, game: str
) -> None:
    half = composed(game, **options_of(game))
    first = train(half, tmp_path / "run", watcher=Stops())
    assert first.step == 3
    again = snapshot(resume(tmp_path / "run").engine)
    for file, tensors in again.items():
        kept = load_file(runs[game] / "checkpoints" / "step-00000006" / f"{file}.safetensors")
        assert all(torch.equal(tensor, kept[name]) for name, tensor in tensors.items()), file


class Stops(Silent):
    """Stop a run after its third step."""

    def stepped(self, run: Run) -> None:
        if run.step == 3:
            run.stop("half of it")


@pytest.mark.parametrize("game", [*map(slow, REST), "vae", "vae-gan", "encode"])
def test_the_encoder_ships_and_reconstructs_alike(runs: Runs, tmp_path: Path, game: str) -> None:
    contents = gathered(runs[game], Wanted(), REGISTRY)
    bundle = write_contents(contents, tmp_path / "bundle", dtype="float32", registry=REGISTRY)
    assert {"generator", "encoder"} <= set(bundle.components)
    assert "discriminator" not in bundle.components
    run, shipped = load(runs[game], device="cpu"), load(tmp_path / "bundle", device="cpu")
    images = torch.rand(70, 1, 8, 8) * 2 - 1
    made = run.reconstruct(images)
    assert made.shape == images.shape
    assert torch.equal(made, shipped.reconstruct(images))
    assert torch.equal(run.sample(3), shipped.sample(3))
    theirs = shipped.anomalies(images)
    for name, scores in run.anomalies(images).items():
        if name == "izi_f":
            # the critic, whose features it reads, is not shipped
            assert name not in theirs
        else:
            assert torch.equal(scores, theirs[name])


def test_the_main_score_is_the_one_of_the_game(runs: Runs) -> None:
    images = torch.zeros(2, 1, 8, 8)
    for name, main in {"vae-gan": "error", "vae": "bits_per_dim", "encode": "izi_f"}.items():
        assert next(iter(load(runs[name], device="cpu").anomalies(images))) == main


@pytest.mark.parametrize("game", [slow("sparse"), "vae"])
def test_the_decoder_is_exported(runs: Runs, tmp_path: Path, game: str) -> None:
    found = export(load(runs[game], device="cpu"), tmp_path / "net.pt2", format="torch-export")
    assert found.inputs == {"latents": (5,)}


def test_held_out_figures_are_in_the_log(runs: Runs) -> None:
    last = (runs["vae"] / "metrics.jsonl").read_text().splitlines()[-1]
    assert '"held_out.bits_per_dim"' in last
    assert '"held_out.error"' in last
    assert '"encoder.bits_per_dim"' in last


def test_encode_begins_with_the_nets_of_a_run_and_leaves_them(runs: Runs) -> None:
    gan, encode = (load(runs[name], device="cpu") for name in ("gan", "encode"))
    theirs = encode.game.nets()
    for name, net in gan.game.nets().items():
        ours = theirs[name].state_dict()
        assert all(torch.equal(tensor, ours[key]) for key, tensor in net.state_dict().items())
    assert torch.equal(gan.sample(4), encode.sample(4))


def test_encode_without_weights_or_without_a_critic_is_refused(
    composed: Composed, runs: Runs, tmp_path: Path
) -> None:
    with pytest.raises(ZooError, match="no weights of one are given") as caught:
        train(composed("encode"), tmp_path / "run")
    assert "--init RUN" in caught.value.hint
    assert not (tmp_path / "run").exists()
    contents = gathered(runs["gan"], Wanted(), REGISTRY)
    write_contents(contents, tmp_path / "bundle", dtype="float32", registry=REGISTRY)
    with pytest.raises(ZooError, match="came without theirs") as caught:
        train(composed("encode"), tmp_path / "run", init=tmp_path / "bundle")
    assert "`-o game.kappa=0`" in caught.value.hint
    blind = composed("encode", game={"kappa": 0.0}, run={"steps": 1})
    done = train(blind, tmp_path / "run", init=tmp_path / "bundle")
    assert "discriminator" not in done.engine.game.nets()


def test_a_run_without_an_encoder_says_how_to_train_one(runs: Runs) -> None:
    gan = load(runs["gan"], device="cpu")
    with pytest.raises(ZooError, match="has no encoder") as caught:
        gan.reconstruct(torch.zeros(1, 1, 8, 8))
    assert f"zoo train --game encode --init {runs['gan']}" in caught.value.hint


@pytest.mark.parametrize(
    ("images", "message"),
    [
        (torch.full((1, 1, 8, 8), 2.0), "values from 2 to 2"),
        (torch.zeros(1, 1, 9, 8), r"shape \(1, 1, 9, 8\)"),
        (torch.full((1, 1, 8, 8), float("nan")), "values from nan"),
    ],
)
def test_images_that_no_likelihood_knows_are_refused(
    runs: Runs, images: torch.Tensor, message: str
) -> None:
    model = load(runs["vae"], device="cpu")
    for act in (model.reconstruct, model.anomalies):
        with pytest.raises(ZooError, match=message):
            act(images)


def test_other_samplers_labels_and_latents_are_refused(composed: Composed) -> None:
    for game in ("vae", "vae-gan"):
        with pytest.raises(ZooError, match="measures codes against a Gaussian"):
            composed(game, {"sampler": "uniform"}).build()
    with pytest.raises(ZooError, match="game 'sparse' takes no condition"):
        composed("sparse", {"condition": "concat"})
    with pytest.raises(ZooError, match="game 'sparse' takes no sampler"):
        composed("sparse", {"sampler": "normal"})
    with pytest.raises(ZooError, match="games with an encoder read one set of images"):
        composed("autoencoder", {"data": "unpaired:digits,digits"})
    engine_of(composed("vae", {"sampler": "normal"}, sampler={"std": 2.0})).step()
