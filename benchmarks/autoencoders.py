"""Train autoencoders on MNIST, measure them beside PCA and GANs, and add them to docs/results.md.

Held-out reconstruction error beside that of PCA of the same dimension, bits a value, samples by the
metrics of the other models, noise before and after, the mean activation of a sparse one, and how
well one digit that was left out of training is found.

    python benchmarks/autoencoders.py --data-dir data
    python benchmarks/autoencoders.py --only vae --again
    python benchmarks/autoencoders.py --quick
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages.autoencoders import FOLDER, SHIPPED
from benchmarks.pages.scores import COLUMNS
from benchmarks.shared import codes, program
from benchmarks.shared.controls import real_images
from benchmarks.shared.left_out import NAME, registry
from benchmarks.shared.program import Places
from benchmarks.shared.trainings import trained, training_of
from zoo_core import Composition, Measures, compose, evaluate, load
from zoo_core.metrics.anomalies import anomalies_of

COUNT, QUICK_COUNT = 10_000, 100
"""Samples that are measured."""

QUICK_STEPS = 3
LATENTS = 32
BATCH = 64
BOOKKEEPING = {"log_every": 100, "sample_every": 0, "checkpoint_every": 500, "keep": 1}
HALF = {"width": 32}
LEFT_OUT = range(3)
ENCODED, ENCODED_STEPS = "encode-without", (3000, 1000)
"""A GAN of multilayer perceptrons and its encoder: steps of each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One training.

    Args:
        game: what is played, and the name of the training with `variant` behind it.
        variant: tells trainings of one game apart.
        options: of the game.
        latents: length of a code.
        steps: of the training.
        data: the data set, with its options.
        sampled: its samples are measured.
    """

    game: str
    variant: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    latents: int = LATENTS
    steps: int = 2000
    data: str = "mnist"
    data_options: Mapping[str, Any] = field(default_factory=dict)
    sampled: bool = False

    @property
    def name(self) -> str:
        """Return what its files are called."""
        return f"{self.game}-{self.variant}" if self.variant else self.game


SETTINGS = (
    Setting(game="vae", options={"likelihood": "bernoulli"}, latents=16, sampled=True),
    Setting(game="vae", variant="gaussian", options={"likelihood": "gaussian"}, sampled=True),
    Setting(game="autoencoder"),
    Setting(game="vae-gan", latents=16, steps=1500, sampled=True),
    Setting(game="denoising", options={"noise": "gaussian", "amount": 0.5}, latents=128),
    Setting(game="sparse", options={"rho": 0.05}, latents=256),
    *(
        Setting(
            game="vae",
            variant=f"without-{digit}",
            options={"likelihood": "bernoulli"},
            latents=16,
            steps=1000,
            data=NAME,
            data_options={"digit": digit},
        )
        for digit in LEFT_OUT
    ),
)


def composed(setting: Setting, given: argparse.Namespace) -> Composition:
    """Return what a setting trains."""
    steps = QUICK_STEPS if given.quick else setting.steps
    schedule = {} if setting.game == "vae-gan" else {"lr": 2e-3, "schedule": "linear"}
    options: dict[str, Any] = {
        "generator": {**HALF, **schedule},
        "encoder": {**HALF, **schedule},
        "game": setting.options,
        "data": {"root": given.data_dir, **setting.data_options},
        "run": {"steps": steps, "batch": BATCH, "latent_dim": setting.latents, **BOOKKEEPING},
    }
    if setting.game == "vae-gan":
        options["critic"] = HALF
    parts = {"game": setting.game, "generator": "dcgan", "data": setting.data}
    return compose(parts, options, recipe="none", registry=registry())


def make(setting: Setting, places: Places, given: argparse.Namespace) -> None:
    """Train one setting, measure it, and write its picture and figures.

    Raises:
        ZooError: the data are missing, or training breaks down.
    """
    name = setting.name
    figures = places.figures(f"{FOLDER}/{name}")
    if not program.wanted(given, figures, name):
        return
    composition = composed(setting, given)
    run = trained(composition, places.runs / name, name, again=given.again or given.quick)
    found = measured(setting, run, composition, given)
    program.write_json(
        figures,
        {
            "name": name,
            "game": setting.game,
            "options": dict(setting.options),
            "latents": setting.latents,
            "training": training_of(run),
            **found,
        },
    )
    picture = places.picture(f"autoencoders-{name}")
    if not setting.data_options:
        codes.keep_picture(run, picture)
        program.check_bytes(picture)
    program.say(f"{name}: {found}")


def make_encoded(digit: int, places: Places, given: argparse.Namespace) -> None:
    """Train a GAN without a digit, then an encoder for it, and rank what is held out.

    Raises:
        ZooError: the data are missing, or training breaks down.
    """
    name, known = f"{ENCODED}-{digit}", registry()
    figures = places.figures(f"{FOLDER}/{name}")
    if not program.wanted(given, figures, name):
        return
    run = {"batch": BATCH, **BOOKKEEPING}
    steps = [QUICK_STEPS] * 2 if given.quick else ENCODED_STEPS
    data = {"root": given.data_dir, "digit": digit}
    parts = {"generator": "vanilla", "data": NAME}
    options = {"data": data, "run": {**run, "steps": steps[0]}}
    gan = compose(parts, options, recipe="none", registry=known)
    again = given.again or given.quick
    first = trained(gan, places.runs / f"{name}-gan", f"{name}-gan", again=again)
    options = {"data": data, "encoder": HALF, "run": {**run, "steps": steps[1]}}
    parts = {**parts, "game": "encode"}
    encode = compose(parts, options, recipe="none", registry=known)
    second = trained(encode, places.runs / name, name, again=again, init=first)
    anomalies = anomalies_of(
        load(second, device="cpu", registry=known), encode.dataset.tables("test")["images"]
    )
    found = {
        "name": name,
        "digit": digit,
        "trainings": [training_of(each) for each in (first, second)],
        "auroc": rounded(anomalies.auroc([digit])),
    }
    program.write_json(figures, found)
    program.say(f"{name}: {found['auroc']}")


def measured(
    setting: Setting, run: Path, composition: Composition, given: argparse.Namespace
) -> dict[str, Any]:
    """Return what is measured of a training."""
    model = load(run, device="cpu", registry=composition.registry)
    held_out = composition.dataset.tables("test")["images"]
    anomalies = anomalies_of(model, held_out)
    found: dict[str, Any] = {
        "held_out": {name: round(float(s.mean()), 5) for name, s in anomalies.scores.items()}
    }
    if setting.data_options:
        odd = anomalies.auroc(setting.data_options.values())
        return {**found, "digit": setting.data_options["digit"], "auroc": rounded(odd)}
    images = real_images(composition.dataset, "test").images
    training = real_images(composition.dataset, "train").images
    found["pca"] = round(codes.pca_error(training, images, setting.latents), 5)
    if setting.game == "denoising":
        found["psnr"] = rounded(codes.psnr(model, images, setting.options))
    if setting.game == "sparse":
        found["activation"] = rounded(codes.activations(model, images))
    if setting.sampled:
        found["scores"] = scores_of(str(run), given)
    return found


def rounded(values: Mapping[str, float]) -> dict[str, float]:
    """Return values that are short to read."""
    return {name: round(value, 4) for name, value in values.items()}


def scores_of(source: str, given: argparse.Namespace) -> dict[str, Any]:
    """Measure samples as the table of results does; return the evaluation as JSON data."""
    measures = Measures(
        metrics=tuple(COLUMNS),
        count=QUICK_COUNT if given.quick else COUNT,
        splits=("test",),
        options={"data": {"root": given.data_dir}},
    )
    (found,) = evaluate(source, measures, device="cpu")
    return found.to_json()


def make_shipped(places: Places, given: argparse.Namespace) -> None:
    """Measure GANs that are shipped, by the same versions of everything."""
    for name in SHIPPED:
        figures = places.figures(f"{FOLDER}/{name}")
        if program.wanted(given, figures, name):
            program.write_json(figures, {"name": name, "scores": scores_of(name, given)})


def work(given: argparse.Namespace) -> None:
    """Make what is wanted."""
    with program.places(given) as places:
        for setting in SETTINGS:
            if not given.only or setting.name in given.only:
                make(setting, places, given)
        for digit in LEFT_OUT:
            if not given.only or f"{ENCODED}-{digit}" in given.only:
                make_encoded(digit, places, given)
        if not given.only or "shipped" in given.only:
            make_shipped(places, given)


def main(arguments: list[str] | None = None) -> int:
    """Train, measure and write; return the exit status."""
    parser = program.parser(__doc__, quick="three steps each, into a temporary folder")
    program.add_places(parser, runs="autoencoders")
    program.add_data(parser)
    encoded = [f"{ENCODED}-{digit}" for digit in LEFT_OUT]
    names = [setting.name for setting in SETTINGS]
    program.add_choice(parser, [*names, *encoded, "shipped"])
    given = parser.parse_args(arguments)
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
