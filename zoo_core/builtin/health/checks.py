"""What is looked for in the series of a log: each check is one way in which a run goes wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from zoo_core.builtin.health.critics import gave_up, overfits, swings, won
from zoo_core.builtin.health.finding import CRITIC, PREFIX, Finding, first_step, named, sides
from zoo_core.builtin.health.series import Series

Look = Callable[[Series, str], Finding | None]
"""Series and side to what is found; None where the log says nothing of it yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One way in which a run goes wrong.

    Args:
        kind: its name in a run's events.
        where: the two ends of a scalar's name; what stands between them is the side.
        look: what is found.
    """

    kind: str
    where: tuple[str, str]
    look: Look

    def sides(self, names: Iterable[str]) -> list[str]:
        """Return the sides that a log point speaks of."""
        return sides(names, *self.where)


MEASURED = 5
"""Measurements whose median is judged: one bad picture is no collapse."""

LEAST = {"modes": 0.35, "spread": 0.25, "nearest": 0.2}
"""Below these, with 1 for the data themselves, diversity is lost."""

RISING = 1.5
"""Times the first of the last measurements, and above all of them, diversity is coming."""

RECOVERED = 1.3
"""Times `LEAST`, diversity has come back."""

_SEEN = {
    "modes": "the images{of} fall into {share:.0%} of the kinds that the data have",
    "spread": "the images{of} differ from each other {share:.0%} as much as real ones",
    "nearest": "the images{of} are near copies of each other, {share:.0%} as far from the nearest "
    "other one as real ones",
}

GRADIENTS = 8
"""Gradient norms whose median is judged."""

VANISHED = 1e-3
"""Of what it was when the run began, a gradient norm is nothing."""


def collapsed(series: Series, side: str) -> Finding | None:
    """Say whether the images are much less diverse than the data."""
    shares = {name: series.median(f"{PREFIX}{side}{name}", MEASURED) for name in LEAST}
    if any(math.isnan(share) for share in shares.values()):
        return None
    worst = min(LEAST, key=lambda name: shares[name] / LEAST[name])
    low, name = shares[worst] / LEAST[worst], f"{PREFIX}{side}{worst}"
    return Finding(
        bad=low < 1 and not _rises(series.last(name, MEASURED), LEAST[worst]),
        over=low > RECOVERED,
        since=first_step(series, name, MEASURED, lambda value: value < LEAST[worst]),
        text=_SEEN[worst].format(of=named(side), share=shares[worst]),
    )


def _rises(values: list[float], least: float) -> bool:
    """Return whether a generator that is learning is about to have enough diversity."""
    *before, now = values
    return now >= least or now > max(RISING * before[0], *before)


def vanished(series: Series, player: str) -> Finding | None:
    """Say whether a player that is no critic has hardly any gradient left."""
    name = f"{player}gradient_norm"
    now, early = series.median(name, GRADIENTS), series.early(name)
    if player in ("", CRITIC) or math.isnan(now):
        return None
    bound = early * VANISHED
    return Finding(
        bad=now <= bound,
        over=now > 10 * bound,
        since=first_step(series, name, GRADIENTS, lambda value: value <= bound),
        text=f"the gradient of the {player.rstrip('.')} has vanished: it is {now:.2g}"
        + (f", and was {early:.2g} when the run began" if early > now else ""),
    )


CHECKS = (
    Check(kind="collapse", where=(PREFIX, "modes"), look=collapsed),
    Check(kind="critic-won", where=(CRITIC, "accuracy"), look=won),
    Check(kind="critic-gave-up", where=(CRITIC, "accuracy"), look=gave_up),
    Check(kind="vanished-gradient", where=("", "gradient_norm"), look=vanished),
    Check(kind="oscillation", where=(CRITIC, "D(real)"), look=swings),
    Check(kind="overfitting", where=(PREFIX, "D(held-out)"), look=overfits),
)
"""All checks, in the order in which they speak."""
