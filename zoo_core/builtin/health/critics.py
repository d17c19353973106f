"""How critics go wrong: they win, give up, swing, or learn their images by heart."""

from __future__ import annotations

import math
from itertools import pairwise

from zoo_core.builtin.health.finding import CRITIC, PREFIX, Finding, first_step, named
from zoo_core.builtin.health.series import Series

POINTS = 6
"""Log points whose median is judged."""

CERTAIN = 0.99
"""Accuracy of a critic that has won."""

SURE = 0.02
"""How far from 1 and 0 the probabilities D(real) and D(fake) are at most when it is sure."""

FAR = 2.0
"""Times as far from the real images as those are from each other, images are not good."""

FEW = 0.35
"""Of the kinds that the data have, images are not good either."""

FLAT = 1e-3
"""Of what it was when the run began, a critic's gradient is hardly any."""

TURNS = 12
"""Log points in which a critic's advantage is watched for its swings."""

LEARNT = 0.5
"""r_v, and the shift in standard deviations, from which on a critic knows its images by heart."""


def won(series: Series, side: str) -> Finding | None:
    """Say whether a critic tells all images apart, and the generator learns nothing from it.

    A sure critic, whose D(real) and D(fake) are probabilities of nearly 1 and 0, is enough. Where
    scores are no probabilities they may lie far apart in a good run: then the images must also be
    far from the data, and come no nearer.
    """
    name = f"{CRITIC}{side}"
    accuracy = series.median(f"{name}accuracy", POINTS)
    real, fake = (series.median(f"{name}D({which})", POINTS) for which in ("real", "fake"))
    if math.isnan(accuracy + real + fake):
        return None
    sure = 1 - SURE <= real <= 1 and 0 <= fake <= SURE
    return Finding(
        bad=accuracy >= CERTAIN and (sure or _stuck(series, side)),
        over=accuracy < 0.97,
        since=first_step(series, f"{name}accuracy", POINTS, lambda value: value >= CERTAIN),
        text=f"the critic{named(side)} has won: it ranks {accuracy:.1%} of real images above "
        f"generated ones, with D(real) = {real:.3g} and D(fake) = {fake:.3g}",
    )


def gave_up(series: Series, side: str) -> Finding | None:
    """Say whether a critic finds no difference, and does not learn one, while there is one.

    At the end of a good run D(real) and D(fake) are equal too, so the images must be far from the
    data, or of few kinds.
    """
    name = f"{CRITIC}{side}"
    accuracy = series.median(f"{name}accuracy", POINTS)
    gradient = series.median(f"{CRITIC}gradient_norm", POINTS)
    if math.isnan(accuracy + gradient):
        return None
    still = gradient <= FLAT * series.early(f"{CRITIC}gradient_norm")
    return Finding(
        bad=accuracy < 0.6 and still and _bad_images(series, side),
        over=accuracy > 0.65 or gradient > 3 * FLAT * series.early(f"{CRITIC}gradient_norm"),
        since=first_step(series, f"{name}accuracy", POINTS, lambda value: value < 0.6),
        text=f"the critic{named(side)} has given up: its accuracy is {accuracy:.0%}, its gradient "
        f"{gradient:.2g}, and the images are not like the data",
    )


def swings(series: Series, side: str) -> Finding | None:
    """Say whether the critic's advantage, D(real) - D(fake), changes its sign again and again."""
    name = f"{CRITIC}{side}"
    real = series.last_steps(f"{name}D(real)", TURNS)
    fake = series.last(f"{name}D(fake)", TURNS)
    if len(real) < TURNS or len(fake) < TURNS:
        return None
    gaps = [value - other for (_, value), other in zip(real, fake, strict=True)]
    size = sum(abs(gap) for gap in gaps) / TURNS
    turns = sum(before * after < 0 for before, after in pairwise(gaps))
    large = size > max(_scale(series, side), 2 * abs(sum(gaps)) / TURNS)
    return Finding(
        bad=large and turns >= 4,
        over=not large or turns <= 1,
        since=real[0][0],
        text=f"the players swing: D(real) - D(fake){named(side)} changed its sign {turns} times in "
        f"{TURNS} log points, by {size:.2g} on average",
    )


def overfits(series: Series, side: str) -> Finding | None:
    """Say whether a critic scores training images above held-out ones.

    r_v of Karras et al. 2020 (arXiv:2006.06676, equation 1): 0 where both get the same scores, 1
    where held-out images get those of generated ones. While the critic finds little difference at
    all r_v is noise, so the shift is also measured in standard deviations of the scores.
    """
    train, held, fake, spread = (
        series.median(f"{PREFIX}{side}D({which})", POINTS)
        for which in ("train", "held-out", "fake", "spread")
    )
    if math.isnan(train + held + fake + spread) or not spread > 0 or not train > fake:
        return None
    share, shift = (train - held) / (train - fake), (train - held) / spread
    low = min(share, shift)
    return Finding(
        bad=low >= LEARNT,
        over=low < LEARNT / 2,
        since=series.last_steps(f"{PREFIX}{side}D(held-out)", POINTS)[0][0],
        text=f"the critic{named(side)} knows its training images by heart: held-out ones get "
        f"scores {share:.0%} of the way to those of generated ones (r_v)",
    )


def _stuck(series: Series, side: str) -> bool:
    """Return whether images are far from the data, and not nearer than they were."""
    name = f"{PREFIX}{side}distance"
    values = series.last(name, 2 * POINTS)
    if len(values) < 2 * POINTS:
        return False
    before, now = sorted(values[:POINTS])[POINTS // 2], series.median(name, POINTS)
    return now > FAR and now > 0.97 * before


def _bad_images(series: Series, side: str) -> bool:
    distance = series.median(f"{PREFIX}{side}distance", 3)
    modes = series.median(f"{PREFIX}{side}modes", 3)
    return distance > FAR or modes < FEW


def _scale(series: Series, side: str) -> float:
    """Return how large swings are at least: the spread of scores, 0.2 of probabilities."""
    name = f"{CRITIC}{side}"
    values = [v for which in ("real", "fake") for v in series.last(f"{name}D({which})", TURNS)]
    if values and all(0 <= value <= 1 for value in values):
        return 0.2
    spread = series.median(f"{PREFIX}{side}D(spread)", 3)
    return math.inf if math.isnan(spread) else spread
