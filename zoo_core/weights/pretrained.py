"""Load a trained generator and draw from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from zoo_core.composition import Composition, compose
from zoo_core.engine.hardware import choose_device
from zoo_core.engine.modes import evaluating
from zoo_core.engine.state import EMA, averaged_first, load_tensors
from zoo_core.errors import ZooError, memory_errors
from zoo_core.interfaces import Draws, Duel, Game, Sampler, Scores
from zoo_core.pictures.samples import CHUNK, draw_chunk, labels_in_turn
from zoo_core.registry.lookup import Registry
from zoo_core.weights.bundle.bundle import is_bundle, read_bundle
from zoo_core.weights.bundle.game import no_plain_weights, open_bundle, place
from zoo_core.weights.checkpoints import read_weights
from zoo_core.weights.sources import config_of, find_source


class Pretrained:
    """A trained game that makes pictures.

    Args:
        composition: what was trained.
        game: its nets, with the weights loaded.
        device: where it runs.
        has_critic: the critic's weights are there too.
    """

    def __init__(
        self,
        composition: Composition,
        game: Game,
        device: torch.device,
        *,
        has_critic: bool = True,
    ) -> None:
        # for good: threads that draw at once would switch each other's nets
        self.composition, self.game, self.device = composition, game.eval(), device
        self.has_critic = has_critic

    @property
    def generator(self) -> nn.Module:
        """Return the generator, the first one of a game that has several."""
        nets = self.game.nets()
        return nets.get("generator") or next(
            net for name, net in nets.items() if name.startswith("generator.")
        )

    @property
    def classes(self) -> tuple[str, ...]:
        """Return the names of the labels it can be asked for; empty if it is unconditional."""
        return self.composition.task.classes if self.composition.plan.labelled else ()

    def sample(
        self,
        count: int,
        *,
        seed: int = 0,
        labels: int | Sequence[int] | Tensor | None = None,
        truncation: float | None = None,
    ) -> Tensor:
        """Return images (count, C, H, W) in [-1, 1].

        Image number i depends on the seed, on i and on its label: more images do not change the
        first ones. A conditional generator that is asked for no label takes each class in turn.
        Latents are drawn on the CPU, so that the pictures are the same on every device.

        Args:
            count: how many.
            seed: of the latents.
            labels: one label for all, or (count,); only for conditional generators.
            truncation: factor on the latents, from 0 to 1: less variety, more typical images.

        Raises:
            ZooError: a label for an unconditional generator, or one out of range.
        """
        if count < 1:
            raise ZooError(f"{count} images cannot be drawn", hint="`--count` is at least 1")
        if truncation is not None and not 0 <= truncation <= 1:
            raise ZooError(f"a truncation of {truncation:g} is out of range", hint="0 to 1")
        wanted = self._labels(labels, count)
        nets = dict(self.game.nets())
        if truncation is not None:
            nets["sampler"] = _Scaled(self._sampler(), truncation)
        with memory_errors(), evaluating(nets):
            pieces = [
                self._chunk(nets, start, min(CHUNK, count - start), seed, wanted)
                for start in range(0, count, CHUNK)
            ]
            return torch.cat(pieces)

    def translate(self, images: Tensor, direction: str = "") -> Tensor:
        """Return images (N, C', H, W) in [-1, 1], translated.

        Args:
            images: (N, C, H, W) in [-1, 1], of a size that the generator takes (`stride`).
            direction: such as "ab"; the first one by default.

        Raises:
            ZooError: this draws from latents, or has no such direction.
        """
        net = self.game.nets()[self.translator(direction)]
        with memory_errors(), evaluating({"generator": net}):
            translated: Tensor = net(images.to(self.device), None)
        return translated.float().cpu()

    def score(self, images: Tensor, labels: Tensor | None = None) -> Scores:
        """Return the critic's logits, features and class logits of images.

        Args:
            images: (N, C, H, W) in [-1, 1].
            labels: (N,) int64, where the critic reads labels.

        Raises:
            ZooError: the game has no critic of single images, or its weights are not here.
        """
        if not self.has_critic:
            raise ZooError(
                "these weights came without their critic",
                hint="`zoo push --with-critic` ships it, and a run has it",
            )
        duel = getattr(self.game, "duel", None)
        if not isinstance(duel, Duel):
            raise ZooError(
                f"{self.composition.plan.described('game')} has no critic of single images",
                hint="`zoo train --gen dcgan --game adversarial` trains one",
            )
        with memory_errors(), evaluating({"duel": duel}):
            pieces = [
                duel.score(
                    images[start : start + CHUNK].to(self.device),
                    None if labels is None else labels[start : start + CHUNK].to(self.device),
                )
                for start in range(0, len(images), CHUNK)
            ]
        return Scores(
            torch.cat([piece.logits for piece in pieces]).cpu(),
            _joined([piece.features for piece in pieces]),
            _joined([piece.class_logits for piece in pieces]),
        )

    def translator(self, direction: str = "") -> str:
        """Return the name of the net that translates in a direction, the first one by default.

        Raises:
            ZooError: this draws from latents, or has no such direction.
        """
        known = self.game.translators()
        if not known:
            raise ZooError(
                f"{self.composition.plan.described('generator')} draws images from latents and "
                "translates none",
                hint="`zoo sample RUN` draws; "
                "`zoo train --gen cyclegan --data unpaired:A,B` trains a translation",
            )
        if direction and direction not in known:
            raise ZooError(
                f"no direction {direction!r} in this game", hint=f"one of: {', '.join(known)}"
            )
        return known[direction] if direction else next(iter(known.values()))

    def _chunk(
        self,
        nets: Mapping[str, nn.Module],
        start: int,
        count: int,
        seed: int,
        labels: Tensor | None,
    ) -> Tensor:
        return draw_chunk(
            self.game,
            nets,
            start // CHUNK,
            count=count,
            seed=seed,
            labels=None if labels is None else labels[start : start + count],
            device=self.device,
        ).cpu()

    def _sampler(self) -> Sampler:
        sampler = getattr(self.game, "sampler", None)
        if not isinstance(sampler, Sampler):
            raise ZooError(
                "this generator draws no latents, so there is nothing to truncate",
                hint="leave `--truncation` out",
            )
        return sampler

    def _labels(self, labels: int | Sequence[int] | Tensor | None, count: int) -> Tensor | None:
        classes = self.classes
        if labels is None:
            return labels_in_turn(count, len(classes), device=self.device) if classes else None
        if not classes:
            raise ZooError(
                "this generator is unconditional, so it cannot be asked for a label",
                hint="leave the label out; "
                "`zoo train --gen dcgan --condition concat` trains one with labels",
            )
        if isinstance(labels, int) and not 0 <= labels < len(classes):
            raise _out_of_range(labels, classes)
        wanted = torch.as_tensor(labels, dtype=torch.int64)
        wanted = wanted.expand(count) if wanted.ndim == 0 else wanted
        if len(wanted) != count:
            raise ZooError(f"{len(wanted)} labels for {count} images", hint="one label for each")
        outside = wanted[(wanted < 0) | (wanted >= len(classes))]
        if len(outside):
            raise _out_of_range(int(outside[0]), classes)
        return wanted.to(self.device)


def _out_of_range(label: int, classes: Sequence[str]) -> ZooError:
    return ZooError(
        f"label {label} is out of range", hint=f"0 to {len(classes) - 1}: {', '.join(classes)}"
    )


def _joined(pieces: Sequence[Tensor | None]) -> Tensor | None:
    found = [piece for piece in pieces if piece is not None]
    return torch.cat(found).cpu() if found else None


class _Scaled(Sampler):
    """Draw latents closer to zero."""

    def __init__(self, sampler: Sampler, factor: float) -> None:
        super().__init__()
        self.sampler, self.factor = sampler, factor

    def forward(self, count: int, rng: Draws, device: torch.device) -> Tensor:
        latents: Tensor = self.sampler(count, rng, device)
        return latents * self.factor


def load(
    source: str | Path,
    *,
    device: str = "auto",
    average: bool = True,
    registry: Registry | None = None,
) -> Pretrained:
    """Load what a run trained, here or elsewhere.

    Args:
        source: a run directory, one of its checkpoints, `RUN@best` or `RUN@step-1000`, a bundle of
            weights, a pretrained name such as `dcgan.digits-32`, or a repository on the Hub.
        device: where to draw.
        average: take the moving average where there is one.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        ZooError: nothing there, a plugin that is not installed, or weights that do not fit.
    """
    path = find_source(source, registry=registry)
    device_found = choose_device(device)
    if is_bundle(path):
        return _load_bundle(path, device_found, average=average, registry=registry)
    composition = compose(
        config=config_of(path), registry=registry, without_data=True, untried=True
    )
    game = composition.build()
    nets = game.nets()
    files = read_weights(path, (stem for name in nets for stem in (name, name + EMA)))
    for name, net in nets.items():
        tensors = averaged_first(files, name) if average else files.get(name)
        if tensors is None:
            raise ZooError(
                f"{str(source)!r} has no weights for {name!r}",
                hint="the checkpoint is from another configuration",
            )
        load_tensors(net, tensors, name)
    game.to(device_found)
    return Pretrained(composition, game, device_found)


def _load_bundle(
    path: Path, device: torch.device, *, average: bool, registry: Registry | None
) -> Pretrained:
    bundle = read_bundle(path)
    if not average and bundle.weights == "average":
        raise no_plain_weights(path)
    opened = open_bundle(bundle, registry)
    place(opened.game, device)
    return Pretrained(opened.composition, opened.game, device, has_critic=opened.has_critic)
