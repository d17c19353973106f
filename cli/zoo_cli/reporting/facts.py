"""What a page says of a run in words and tables."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from zoo_cli.comparing.words import lettered, marks_of, protocol_text, score_text, titled
from zoo_cli.wording import duration, number, plain
from zoo_core import Registry
from zoo_core.config.configuration import Origin, SetBy
from zoo_core.registry.kinds import EXTRAS, ROLES
from zoo_core.runs import Event, History
from zoo_core.runs.columns import columns_of, flattened, protocols_of

QUIET = frozenset({"default", "engine"})
"""Sources whose values nobody asked for."""

_ARXIV = re.compile(r"arXiv:(\d{4}\.\d{4,5})(v\d+)?")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the composition; `chosen_by` is empty where the run did not record it."""

    role: str
    name: str
    chosen_by: str
    summary: str
    paper: str
    link: str


@dataclass(frozen=True, slots=True)
class Value:
    """An option's value; `source` is empty where the run did not record it."""

    option: str
    value: str
    source: str
    overrode: str

    @property
    def quiet(self) -> bool:
        """Return whether nobody asked for it."""
        return self.source in QUIET


def headline(run: History) -> str:
    """Return what is trained, in one line."""
    config = run.config

    def of(role: str) -> str:
        return ", ".join(name.rpartition("/")[2] for name in config.names(role)) or "none"

    more = [f"{role} {of(role)}" for role in EXTRAS if config.names(role)]
    size = config.value("run", "size")
    return f"{of('generator')} against {of('critic')} with {', '.join((of('loss'), *more))} " + (
        f"on {of('data')}" + (f" at {size}" if size else "")
    )


def cards(run: History) -> list[tuple[str, str, str]]:
    """Return label, value and remark of the figures at the top."""
    outcome = "still training" if run.running else run.outcome
    asked = f"of {run.steps:,}, " if run.steps is not None else ""
    found = [("steps", f"{run.step:,}", asked + outcome)]
    if run.seconds is not None:
        found.append(("training time", duration(run.seconds), ""))
    if run.seconds_per_step is not None:
        found.append(("seconds per step", f"{run.seconds_per_step:.3g}", ""))
    if run.images_per_second is not None:
        found.append(("images per second", f"{run.images_per_second:,.0f}", ""))
    return [*found, *_score_cards(run)]


def parts_of(run: History, registry: Registry) -> list[Part]:
    """Return the parts with summary and paper, where their plugins are installed here."""
    chosen_by = run.environment.set_by.parts
    return [
        _part(role, name, chosen_by.get(role, ""), registry)
        for role in run.parts
        for name in run.config.names(role)
    ]


def values_of(run: History) -> dict[str, list[Value]]:
    """Return section to its values with who set each."""
    recorded = run.environment.set_by.options
    return {
        section: [
            Value(name, plain(value), *_source(recorded.get(section, {}).get(name)))
            for name, value in values.items()
        ]
        for section, values in run.options.items()
        if values
    }


def scores_of(run: History) -> list[dict[str, Any]]:
    """Return a row for each score and protocol."""
    marks = lettered(protocols_of([run]))
    rows = []
    for column in columns_of([run]):
        best, last = column.best(0), column.last(0)
        rows.append(
            {
                "name": column.kind.title,
                "mark": marks[column.kind.digest],
                "better": column.better,
                "best": best and f"{score_text(best.value)} at {best.step:,}",
                "last": last and f"{score_text(last.value)} at {last.step:,}",
                "count": len(column.points[0]),
            }
        )
    return rows


def protocols(run: History) -> list[dict[str, Any]]:
    """Return mark, digest, one line and all entries of each protocol."""
    found = protocols_of([run])
    marks = lettered(found)
    return [
        {
            "mark": marks[digest],
            "digest": digest,
            "text": protocol_text(protocol),
            "entries": flattened(protocol),
        }
        for digest, protocol in found.items()
    ]


def remarks_of(run: History) -> list[Event]:
    """Return the remarks of the monitor and of the run, in order of their steps."""
    return sorted(run.events, key=lambda event: event.step)


def extremes(run: History) -> list[dict[str, str]]:
    """Return first, lowest, highest and last value of every term."""
    rows = []
    for name in run.names:
        values = [value for _, value in run.series(name) if value - value == 0]
        if values:
            shown = (values[0], min(values), max(values), values[-1])
            texts = (number(value) for value in shown)
            rows.append(dict(zip(("first", "low", "high", "last"), texts, strict=True), name=name))
    return rows


def environment_of(run: History) -> dict[str, str]:
    """Return hardware and versions; who set what is shown elsewhere."""
    return flattened(replace(run.environment, set_by=SetBy()).to_json())


def _score_cards(run: History) -> Iterable[tuple[str, str, str]]:
    columns = columns_of([run])
    marks = marks_of(columns)
    for column in columns[:6]:
        point = column.best(0) or column.last(0)
        if point is None:
            continue
        which = "best" if column.better else "last"
        name = titled(column, marks)
        yield f"{which} {name}", score_text(point.value), f"at step {point.step:,}"


def _part(role: str, name: str, chosen_by: str, registry: Registry) -> Part:
    kind = ROLES[role].name if role in ROLES else role
    found = [item.entry for item in registry.entries(kind) if item.qualified == name]
    if not found:
        return Part(role, name, chosen_by, "its plugin is not installed here", "", "")
    match = _ARXIV.fullmatch(found[0].paper)
    link = f"https://arxiv.org/abs/{match[1]}" if match else ""
    return Part(role, name, chosen_by, found[0].summary, found[0].paper, link)


def _source(origin: Origin | None) -> tuple[str, str]:
    """Return who set an option, and whom that overrode."""
    if origin is None:
        return "", ""
    return origin.source, ", ".join(f"{plain(value)} ({who})" for who, value in origin.overrode)
