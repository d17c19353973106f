"""A trained generator, to draw from."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import torch
from torch import Tensor, nn

from zoo_core.composition import Composition
from zoo_core.draws import CounterDraws
from zoo_core.engine.modes import evaluating
from zoo_core.errors import ZooError, ZooValueError, memory_errors
from zoo_core.interfaces import Duel, Game, Sampler, Scores
from zoo_core.notebooks import shown
from zoo_core.pictures.samples import CHUNK, draw_chunk, labels_in_turn
from zoo_core.weights.latents import Given, Scaled


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where weights were loaded from.

    Args:
        source: as it was asked for; empty where nothing was loaded.
        path: the checkpoint or the bundle.
        average: the moving average was wanted.
        sha256: file to its digest, of the nets that draw.
        licence: of the weights; empty where nobody said.
    """

    source: str = ""
    path: Path = Path()
    average: bool = True
    sha256: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""


NOWHERE = Origin()
"""Of nets that were built here."""


class Pretrained:
    """A trained game that makes pictures.

    Its nets are frozen: in evaluation mode, without gradients. Nothing that it does changes them,
    so threads can share it; `generator.requires_grad_()` is for whoever trains on.

    Args:
        composition: what was trained.
        game: its nets, with the weights loaded.
        device: where it runs.
        has_critic: the critic's weights are there too.
        origin: where the weights are from.
    """

    def __init__(
        self,
        composition: Composition,
        game: Game,
        device: torch.device,
        *,
        has_critic: bool = True,
        origin: Origin = NOWHERE,
    ) -> None:
        # for good: threads that draw at once would switch each other's nets
        self.game = game.eval().requires_grad_(False)
        self.composition, self.device = composition, device
        self.has_critic, self.origin = has_critic, origin

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

    def __repr__(self) -> str:
        task, plan = self.composition.task, self.composition.plan
        sizes = " and ".join(dict.fromkeys(map(str, task.images.values())))
        classes = f", {len(self.classes)} classes" if self.classes else ""
        source = f", from {self.origin.source!r}" if self.origin.source else ""
        return f"<{plan.name('generator')}: {sizes}{classes}, on {self.device}{source}>"

    @property
    def licence(self) -> str:
        """Return the licence of the weights, such as "apache-2.0"; empty where nobody said."""
        return self.origin.licence

    def sample(
        self,
        count: int | None = None,
        *,
        seed: int = 0,
        labels: int | Sequence[int] | Tensor | None = None,
        truncation: float | None = None,
        latents: Tensor | None = None,
    ) -> Tensor:
        """Return images (count, C, H, W) in [-1, 1], all at once; `stream` gives chunks.

        Image number i depends on the seed, on i and on its label: more images do not change the
        first ones. A conditional generator that is asked for no label takes each class in turn.
        Latents are drawn on the CPU, so that the pictures are the same on every device. A notebook
        shows how far it is.

        Args:
            count: how many; as many as there are latents by default.
            seed: of the latents.
            labels: one label for all, or (count,); only for conditional generators.
            truncation: factor on the latents, from 0 to 1: less variety, more typical images.
            latents: (count, latent_dim), instead of drawn ones.

        Raises:
            ZooError: a label for an unconditional generator, or a value that is out of range.
        """
        chunks = self.stream(
            count, seed=seed, labels=labels, truncation=truncation, latents=latents
        )
        pieces: list[Tensor] = []
        with shown("drawing", self._counted(count, latents), unit="picture") as told:
            for images in chunks:
                pieces.append(images)
                told(sum(map(len, pieces)))
        return torch.cat(pieces)

    def stream(
        self,
        count: int | None = None,
        *,
        seed: int = 0,
        labels: int | Sequence[int] | Tensor | None = None,
        truncation: float | None = None,
        latents: Tensor | None = None,
    ) -> Iterator[Tensor]:
        """Return an iterator over what `sample` returns, in chunks, of which it keeps none.

        Args:
            count: as `sample` takes it, and so are the others.
            seed: of the latents.
            labels: one for all, or one each.
            truncation: factor on the latents.
            latents: instead of drawn ones.

        Raises:
            ZooError: as `sample`, before the first chunk.
        """
        count = self._counted(count, latents)
        if truncation is not None and not 0 <= truncation <= 1:
            raise ZooValueError(f"a truncation of {truncation:g} is out of range", hint="0 to 1")
        wanted = self.labels(count, labels)
        if latents is not None or truncation is not None:
            self._sampler()
        starts = range(0, count, CHUNK)
        return (
            self._chunk(start, min(CHUNK, count - start), seed, wanted, truncation, latents)
            for start in starts
        )

    def labels(
        self, count: int, labels: int | Sequence[int] | Tensor | None = None
    ) -> Tensor | None:
        """Return the labels (count,) of the images that `sample` returns; None without classes.

        Args:
            count: how many.
            labels: what is asked for: one for all, one each, or each class in turn.

        Raises:
            ZooError: a label for an unconditional generator, or one out of range.
        """
        classes = self.classes
        if labels is None:
            return labels_in_turn(count, len(classes)) if classes else None
        if not classes:
            raise ZooValueError(
                "this generator is unconditional, so it cannot be asked for a label",
                hint="leave the label out, or train with labels, such as the condition concat",
            )
        if isinstance(labels, int) and not 0 <= labels < len(classes):
            raise _out_of_range(labels, classes)
        wanted = torch.as_tensor(labels, dtype=torch.int64).cpu()
        wanted = wanted.expand(count) if wanted.ndim == 0 else wanted
        if len(wanted) != count:
            raise ZooValueError(
                f"{len(wanted)} labels for {count} images", hint="one label for each"
            )
        outside = wanted[(wanted < 0) | (wanted >= len(classes))]
        if len(outside):
            raise _out_of_range(int(outside[0]), classes)
        return wanted

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

    def reconstruct(self, images: Tensor, *, seed: int = 0) -> Tensor:
        """Return images (N, C, H, W) in [-1, 1], encoded and made again.

        Args:
            images: (N, C, H, W) in [-1, 1], of the size that was trained on.
            seed: of what an encoder may draw.

        Raises:
            ZooError: there is no encoder, or images of another shape or beyond [-1, 1].
        """
        pieces = [
            self.game.reconstruct(nets, piece, rng) for nets, piece, rng in self._read(images, seed)
        ]
        return torch.cat(pieces).cpu()

    def anomalies(self, images: Tensor, *, seed: int = 0) -> dict[str, Tensor]:
        """Return how strange each image is, (N,) by the name of each score, the main one first.

        Args:
            images: as for `reconstruct`.
            seed: of what is drawn where a bound is estimated.

        Raises:
            ZooError: as `reconstruct`.
        """
        pieces = [
            self.game.anomalies(nets, piece, rng) for nets, piece, rng in self._read(images, seed)
        ]
        return {name: torch.cat([piece[name] for piece in pieces]).cpu() for name in pieces[0]}

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
                hint="a run has it, and so has a bundle that was written with its critic",
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
            raise ZooValueError(
                f"no direction {direction!r} in this game", hint=f"one of: {', '.join(known)}"
            )
        return known[direction] if direction else next(iter(known.values()))

    def _read(
        self, images: Tensor, seed: int
    ) -> Iterator[tuple[Mapping[str, nn.Module], Tensor, CounterDraws]]:
        """Give the nets that are here and the images in chunks, each with a stream of its own."""
        self.check_readable(images)
        here = self.game.nets() if self.has_critic else dict.fromkeys(self.game.ships())
        nets = {name: net for name, net in self.game.nets().items() if name in here}
        for number, piece in enumerate(torch.split(images, CHUNK)):
            rng = CounterDraws(seed, 0, path=("reading", number), deliver=self.device)
            with memory_errors(), evaluating(nets, seed=seed):
                yield nets, piece.to(self.device), rng

    def check_encoder(self) -> None:
        """Refuse a game that encodes nothing, and say how an encoder is trained.

        Raises:
            ZooError: it has none.
        """
        plan = self.composition.plan
        if any(role.part == "encoder" for role in plan.roles.values()):
            return
        source = shlex.quote(self.origin.source or "RUN")
        hint = "`zoo train --game vae` trains a generator with one"
        if not self.game.translators():
            pixels = "" if self.has_critic else " -o game.kappa=0"
            line = f"`zoo train --game encode --init {source}{pixels}`"
            hint = f"{line} trains one for this generator; {hint}"
        raise ZooError(f"{plan.described('game')} has no encoder, which reads images", hint=hint)

    def check_readable(self, images: Tensor) -> None:
        """Refuse images that the encoder was not trained for.

        Raises:
            ZooError: there is no encoder, or images of another shape or beyond [-1, 1].
        """
        self.check_encoder()
        wanted = self.composition.task.image
        if images.ndim != 4 or tuple(images.shape[1:]) != wanted.shape or not len(images):
            raise ZooValueError(
                f"images are of shape {tuple(images.shape)}",
                hint=f"this encoder reads (N, {', '.join(map(str, wanted.shape))})",
            )
        low, high = float(images.min()), float(images.max())
        if not (low >= -1 and high <= 1):
            raise ZooValueError(
                f"images have values from {low:.3g} to {high:.3g}, and -1 to 1 are black to white",
                hint="`zoo_core.interfaces.as_floats` brings 8-bit images there",
            )

    def _chunk(
        self,
        start: int,
        count: int,
        seed: int,
        labels: Tensor | None,
        truncation: float | None,
        latents: Tensor | None,
    ) -> Tensor:
        part = slice(start, start + count)
        nets = dict(self.game.nets())
        if latents is not None:
            nets["sampler"] = Given(latents[part].to(self.device))
        if truncation is not None:
            sampler = nets["sampler"] if latents is not None else self._sampler()
            nets["sampler"] = Scaled(cast("Sampler", sampler), truncation)
        # for each chunk anew: whoever takes them must not find gradients switched off
        with memory_errors(), evaluating(nets):
            return draw_chunk(
                self.game,
                nets,
                start // CHUNK,
                count=count,
                seed=seed,
                labels=None if labels is None else labels[part].to(self.device),
                device=self.device,
            ).cpu()

    def _counted(self, count: int | None, latents: Tensor | None) -> int:
        """Return how many images are wanted, once count and latents are known to be sound."""
        if latents is not None:
            length = self.composition.task.latent_dim
            if latents.ndim != 2 or latents.shape[1] != length or not latents.is_floating_point():
                raise ZooValueError(
                    f"latents are of shape {tuple(latents.shape)} and {latents.dtype}",
                    hint=f"this generator takes floating latents of shape (N, {length})",
                )
            if count is not None and count != len(latents):
                raise ZooValueError(
                    f"{len(latents)} latents for {count} images", hint="one row for each"
                )
            count = len(latents)
        if count is None:
            raise ZooValueError("nobody says how many images are wanted", hint="give a count")
        if count < 1:
            raise ZooValueError(f"{count} images cannot be drawn", hint="the count is at least 1")
        return count

    def _sampler(self) -> Sampler:
        sampler = getattr(self.game, "sampler", None)
        if not isinstance(sampler, Sampler):
            raise ZooValueError(
                "this generator draws no latents, so there are none to give or to truncate",
                hint="leave latents and truncation out",
            )
        return sampler


def _out_of_range(label: int, classes: Sequence[str]) -> ZooValueError:
    return ZooValueError(
        f"label {label} is out of range", hint=f"0 to {len(classes) - 1}: {', '.join(classes)}"
    )


def _joined(pieces: Sequence[Tensor | None]) -> Tensor | None:
    found = [piece for piece in pieces if piece is not None]
    return torch.cat(found).cpu() if found else None
