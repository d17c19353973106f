"""What is measured at a log point: how diverse the images are, and what the critic says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from zoo_core.builtin.health.diversity import Yardstick, reduced
from zoo_core.builtin.health.finding import PREFIX
from zoo_core.builtin.health.views import Nets, View, views_of
from zoo_core.draws import CounterDraws
from zoo_core.engine.feed import as_batch
from zoo_core.engine.modes import evaluating
from zoo_core.interfaces import Batch, Table
from zoo_core.training.run import Run

COUNT = 128
"""Images that are made and judged at once; half of it where batches are small."""

SMALL = 32
"""A batch below this is small."""

LEAST = 32
"""Real images without which nothing is said of diversity or of overfitting."""

YARDSTICK = 512
"""Real images that diversity is compared with."""

SHARE = 0.02
"""Of the work of training that measuring may take."""


def count_of(batch: int) -> int:
    """Return how many images are made at once in a run with such batches."""
    return COUNT if batch >= SMALL else COUNT // 2


def period_of(batch: int, log_every: int) -> int:
    """Return the steps between two measurements.

    They are counted, not timed, so that a run can be repeated. Passes are: a measurement makes
    `count` images once and scores three times as many once; a step with one move of each player
    does at least three times that for each image of its batch, forth and back.
    """
    steps = count_of(batch) / (3 * batch)
    return max(log_every, math.ceil(steps / SHARE))


def is_due(step: int, batch: int, log_every: int) -> bool:
    """Return whether a log point has a measurement: the first one of every period."""
    period = period_of(batch, log_every)
    return step % log_every == 0 and step // period > (step - log_every) // period


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sight:
    """A view with the images that it needs, which stay the same for the whole run.

    Args:
        view: what is looked at.
        given: what images are made from.
        yardstick: of the training images.
        seen: training images that the critic scores.
        unseen: held-out images that it scores, or None where too few are held out.
    """

    view: View
    given: Batch
    yardstick: Yardstick
    seen: Batch
    unseen: Batch | None


class Gauge:
    """Measure a run.

    Nothing of training is touched: modes are restored, no state of a net changes, and what is
    drawn comes from streams of its own.

    Args:
        run: the run; its data are read once, here.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        self.count = count_of(run.options.batch)
        self.rng = CounterDraws(run.options.seed, 0, path=("health",), deliver=run.hardware.device)
        train, test = run.engine.feed.tables, run.composition.dataset.tables("test")
        found = (self._sight(view, train, test) for view in views_of(run, train))
        self.sights = tuple(sight for sight in found if sight is not None)

    def measure(self, step: int) -> dict[str, float]:
        """Return the measurements of a log point; none where none are due."""
        options = self.run.options
        if not self.sights or not is_due(step, options.batch, options.log_every):
            return {}
        engine = self.run.engine
        found: dict[str, float] = {}
        nets = engine.picture_nets()
        with evaluating({"": engine.game, **nets}, seed=options.seed):
            for sight in self.sights:
                found |= self._measured(sight, nets)
        return {PREFIX + name: value for name, value in found.items() if math.isfinite(value)}

    def _measured(self, sight: Sight, nets: Nets) -> dict[str, float]:
        fake, view = self._made(sight, nets), sight.view
        found = compared(sight.yardstick, fake.images)
        if view.score is not None:
            found |= self._scored(sight, fake)
        return {view.prefix + name: value for name, value in found.items()}

    def _made(self, sight: Sight, nets: Nets) -> Batch:
        rng = self.rng.child("made", sight.view.prefix)
        with self.run.hardware.autocast():
            parts = [
                sight.view.make(nets, part, rng.child(number))
                for number, part in enumerate(self._parts(sight.given))
            ]
        return _joined(parts)

    def _scored(self, sight: Sight, fake: Batch) -> dict[str, float]:
        seen, made = self._scores(sight, sight.seen), self._scores(sight, fake)
        found = {"D(fake)": _mean(made), "D(train)": _mean(seen), "D(spread)": _std(seen)}
        if sight.unseen is not None:
            found["D(held-out)"] = _mean(self._scores(sight, sight.unseen))
        return found

    def _scores(self, sight: Sight, batch: Batch) -> Tensor:
        score = sight.view.score
        if score is None:
            raise AssertionError("only views with a critic are scored")
        with self.run.hardware.autocast():
            return torch.cat([score(part) for part in self._parts(batch)]).double().cpu()

    def _parts(self, batch: Batch) -> Iterator[Batch]:
        """Give a batch in parts no larger than those of training, which fit into memory."""
        size = max(self.run.options.batch, 1)
        for start in range(0, len(batch), size):
            yield batch.rows(slice(start, start + size))

    def _sight(
        self, view: View, train: Mapping[str, Table], test: Mapping[str, Table]
    ) -> Sight | None:
        real = train[view.target]
        if len(real) < LEAST:
            return None
        rows = self._taken(real, YARDSTICK, "yardstick", view.target)
        count = min(self.count, len(rows) // 2)
        seen = rows.rows(slice(count))
        held = test.get(view.target)
        unseen = None
        if held is not None and len(held) >= LEAST:
            unseen = self._taken(held, self.count, "held-out", view.target)
        given = self._given(view, seen, train, test)
        return Sight(
            view=view,
            given=given,
            yardstick=Yardstick.of(_reduced(rows.images), count),
            seen=seen,
            unseen=unseen,
        )

    def _given(
        self, view: View, seen: Batch, train: Mapping[str, Table], test: Mapping[str, Table]
    ) -> Batch:
        """Return what images are made from: held-out images where a game translates."""
        if not self.run.engine.game.translators():
            return seen
        held = test.get(view.source)
        table = held if held is not None and len(held) >= LEAST else train[view.source]
        return self._taken(table, len(seen), "given", view.source)

    def _taken(self, table: Table, count: int, *names: str) -> Batch:
        """Return some rows of a table, each at most once."""
        draws = CounterDraws(self.run.options.seed, 0, path=("health", *names))
        order = draws.uniform(len(table)).argsort(stable=True)[:count]
        hardware = self.run.hardware
        return as_batch(table.take(order), hardware.device, hardware.memory_format)


def compared(yardstick: Yardstick, images: Tensor) -> dict[str, float]:
    """Return the diversity of images (N, C, H, W) by name."""
    return asdict(yardstick.compare(_reduced(images)))


def _reduced(images: Tensor) -> Tensor:
    return reduced(images).cpu()


def _joined(parts: list[Batch]) -> Batch:
    labels = [part.labels for part in parts if part.labels is not None]
    latents = [part.latents for part in parts if part.latents is not None]
    return Batch(
        torch.cat([part.images for part in parts]),
        torch.cat(labels) if labels else None,
        torch.cat(latents) if latents else None,
    )


def _mean(scores: Tensor) -> float:
    return float(scores.mean())


def _std(scores: Tensor) -> float:
    return float(scores.std())
