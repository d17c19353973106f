"""Run a trial."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import TypeVar

import torch

from zoo_core.composition import Composition, compose
from zoo_core.config.options import reads_images
from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registered, Registry
from zoo_core.testing.cases import SIZES, Trial
from zoo_core.testing.checks import (
    STEPS,
    check_entry,
    check_learning,
    check_reproducible,
    check_shapes,
    check_weights,
)
from zoo_core.testing.promises import NotTriedError, PromiseError, promise
from zoo_core.testing.single import check_encoder, checks_of_data, opened
from zoo_core.weights.shipped import hub_text

BATCH, LATENTS = 8, 16

Result = TypeVar("Result")


def attempt(trial: Trial, registry: Registry, *, exempt: Iterable[str] = ()) -> None:
    """Do a trial; the global random generator is as before.

    Args:
        trial: what is tried.
        registry: where names are looked up, with the partners in it.
        exempt: patterns of parameter names that need not move.

    Raises:
        PromiseError: a promise is not kept.
        NotTriedError: it cannot be tried with what is installed.
    """
    bench = _Bench(trial, registry, dict.fromkeys(exempt, "as the settings say"))
    acts: dict[str, Callable[[], None]] = {
        "entry": bench.entry,
        "training": bench.training,
        "data": bench.data,
        "recipe": bench.recipe,
        "encoder": bench.encoder,
        "weights": bench.weights,
    }
    with torch.random.fork_rng(devices=[]):
        acts[trial.what]()


@dataclass(frozen=True, slots=True)
class _Bench:
    trial: Trial
    registry: Registry
    exempt: Mapping[str, str]

    def entry(self) -> None:
        with promise("an entry has a summary and loads, and its options have types and meanings"):
            check_entry(self.trial.item)

    def training(self) -> None:
        composition = self._fitting()
        setting = _described(composition)
        with promise("pictures have the asked shape, and values in [-1, 1]", setting):
            check_shapes(composition)
        with promise(f"every trainable parameter learns within {STEPS} steps", setting):
            check_learning(composition, exempt=self.exempt)
        with promise("the same seed gives the same pictures", setting):
            check_reproducible(composition)

    def data(self) -> None:
        with promise("a data set opens, or says what it lacks"):
            dataset = self._possible(lambda: opened(self.trial.item, self.registry))
        for promised, check in checks_of_data(dataset):
            with promise(promised):
                check()

    def recipe(self) -> None:
        name = self.trial.item.qualified
        with promise("a recipe composes as it stands"):
            self._possible(lambda: compose(registry=self.registry, recipe=name))

    def encoder(self) -> None:
        with promise("an encoder gives latents (N, latent_dim), or their mean and log variance"):
            check_encoder(self.trial.item)

    def weights(self) -> None:
        if hub_text(self.trial.item.entry):
            raise NotTriedError("they are on the Hub, and nothing is downloaded here")
        with promise("weights in a wheel load and draw the same pictures, finite, in [-1, 1]"):
            check_weights(self.trial.item, self.registry)

    def _fitting(self) -> Composition:
        """Return the first candidate that fits, at the first size that it can do."""
        refusals: list[tuple[str, ZooError]] = []
        for parts, size in product(self.trial.candidates, SIZES):
            run = {"batch": BATCH, "latent_dim": LATENTS, "size": size, "device": "cpu"}
            try:
                with promise("a part can be built and run", _names(parts)):
                    return compose(parts, {"run": run}, registry=self.registry, recipe="none")
            except ZooError as error:
                refusals.append((_names(parts), error))
        setting, refusal = refusals[-1]
        if self.trial.item.entry.kind == "game" or _translates(self.trial.item):
            raise NotTriedError(f"fits no data that is always there: {refusal.message}")
        sizes = ", ".join(SIZES)
        raise PromiseError(
            f"a part fits beside partners that take any size, at one of {sizes} pixels",
            f"{refusal.message} ({refusal.hint})",
            setting=setting,
        )

    def _possible(self, act: Callable[[], Result]) -> Result:
        """Do what may need something that is not there: its entry's tags say so."""
        try:
            return act()
        except ZooError as error:
            if any(tag.startswith("needs:") for tag in self.trial.item.entry.tags):
                raise NotTriedError(error.message) from error
            raise PromiseError(
                "it works as it stands", f"{error.message} ({error.hint})"
            ) from error


def _translates(item: Registered) -> bool:
    return item.entry.kind == "generator" and reads_images(item.entry.load())


def _described(composition: Composition) -> str:
    names = {role: each.items for role, each in composition.plan.chosen.items() if each.items}
    shown = {role: ", ".join(i.entry.name for i in items) for role, items in names.items()}
    return f"{_names(shown)} at {composition.task.image}"


def _names(parts: Mapping[str, str]) -> str:
    return ", ".join(f"{role} {name}" for role, name in parts.items())
