"""The curves of a run, sorted into charts and thinned to what a screen can show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from zoo_cli.comparing.words import marks_of, titled
from zoo_core.runs import History, number
from zoo_core.runs.columns import columns_of

MOST_POINTS = 1200
"""Points of a curve on the page; of more, the lowest and highest of each stretch are shown."""

TOGETHER = {
    "D(real)": "What the critic gives to real and fake",
    "D(fake)": "What the critic gives to real and fake",
    "gradient_norm": "Gradient norms",
    "accuracy": "How often real beats fake",
}
"""Last part of a name to the chart that gathers all such names."""

GROUPS = {"Gradient norms": "Gradients"}
"""Chart to its group, where that is not the critic's view."""

Points = list[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart.

    Args:
        name: for the legend.
        points: step and value, ascending; only finite values.
    """

    name: str
    points: Points


@dataclass(frozen=True, slots=True)
class Chart:
    """Curves that share their axes.

    Args:
        group: of charts that stand together.
        title: what it shows.
        curves: at least one.
        dots: whether each point is marked, because there are few.
    """

    group: str
    title: str
    curves: tuple[Curve, ...]
    dots: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return what the page's script reads."""
        return {
            "title": self.title,
            "dots": self.dots,
            "curves": [
                {
                    "name": curve.name,
                    "x": [step for step, _ in curve.points],
                    "y": [float(f"{value:.6g}") for _, value in curve.points],
                }
                for curve in self.curves
            ],
        }


def charts_of(run: History) -> list[Chart]:
    """Return the charts of a run: scores, losses, what the critic thinks, gradients, the rest."""
    curves = {name: Curve(name, _finite(run.series(name))) for name in run.names}
    names = [name for name in run.names if curves[name].points]
    totals = [name for name in names if name.endswith(".total")]
    layout = [("Losses", "Total losses", totals)]
    for total in totals:
        player = total.removesuffix("total")
        layout.append(("Losses", f"Losses of {player[:-1]}", _terms(names, player, total)))
    for title in dict.fromkeys(TOGETHER.values()):
        same = [name for name in names if TOGETHER.get(_last_word(name)) == title]
        own = [name for name in same if not _is_health(name)]
        layout.append((GROUPS.get(title, "The critic's view"), title, own))
    seen = [name for name in names if _is_health(name) and _last_word(name).startswith("D(")]
    layout.append(("Health", "What the critic gives to data it knows and does not know", seen))
    used = {name for _, _, members in layout for name in members}
    used |= {name for name in names if _is_total(run, name, totals)}
    layout += [(_group_of(name), name, [name]) for name in names if name not in used]
    charts = [
        Chart(group, title, tuple(thin(curves[name]) for name in members))
        for group, title, members in layout
        if members
    ]
    return [*_scores(run), *charts, *_speed(run)]


def thin(curve: Curve, most: int = MOST_POINTS) -> Curve:
    """Return a curve of at most so many points that keeps the ends and every stretch's extremes."""
    points = curve.points
    if len(points) <= most:
        return curve
    stretches = most // 2
    kept = []
    for place in range(stretches):
        first, end = (len(points) * edge // stretches for edge in (place, place + 1))
        stretch = range(first, end)
        low = min(stretch, key=lambda at: points[at][1])
        high = max(stretch, key=lambda at: points[at][1])
        kept += sorted({low, high})
    kept[0], kept[-1] = 0, len(points) - 1
    return Curve(curve.name, [points[at] for at in kept])


def _terms(names: Sequence[str], player: str, total: str) -> list[str]:
    """Return a player's losses: the engine logs them before their total, and notes after it."""
    before = [name for name in names[: names.index(total)] if name.startswith(player)]
    losses = [n for n in before if _last_word(n) not in TOGETHER]
    return [*losses, total] if len(losses) > 1 else []


def _is_total(run: History, name: str, totals: Sequence[str]) -> bool:
    """Return whether a term is all of its player's loss, so that its curve is there already."""
    own = [total for total in totals if name.startswith(total.removesuffix("total"))]
    return any(name != total and run.series(name) == run.series(total) for total in own)


def _last_word(name: str) -> str:
    return name.rpartition(".")[2]


def _group_of(name: str) -> str:
    return "Health" if _is_health(name) else "Other terms"


def _is_health(name: str) -> bool:
    """Return whether the monitor measured it."""
    return name.startswith("health.")


def _scores(run: History) -> Iterable[Chart]:
    columns = columns_of([run])
    marks = marks_of(columns)
    for column in columns:
        name = titled(column, marks)
        way = f", {column.better} is better" if column.better else ""
        points = [(point.step, point.value) for point in column.points[0]]
        yield Chart("Scores", name + way, (thin(Curve(name, points)),), dots=True)


def _speed(run: History) -> Iterable[Chart]:
    speeds = [(line.step, line.images_per_second) for line in run.lines]
    points = [(step, speed) for step, speed in speeds if speed is not None]
    curve = Curve("images per second", _finite(points))
    if curve.points:
        yield Chart("Speed", "Images per second, mean since the start", (thin(curve),))


def _finite(points: Points) -> Points:
    """Return the finite points by step; of a step that was logged twice, the later one."""
    found = {step: value for step, value in points if number(value) is not None}
    return [(step, float(found[step])) for step in sorted(found)]
