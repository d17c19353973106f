"""Compare run directories: which of them make a row, what differs, and what should be known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from zoo_core.config.identity import identity
from zoo_core.errors import ZooError
from zoo_core.runs.columns import columns_of
from zoo_core.runs.differences import data_of, data_text, differences, flat_of, joined, short_names
from zoo_core.runs.history import read_history
from zoo_core.runs.lines import number
from zoo_core.runs.records import History
from zoo_core.runs.row_order import in_order
from zoo_core.runs.rows import At, Group, RunComparison

_HARDWARE = ("device", "precision", "layout")


def compare_runs(
    runs: Sequence[str | Path], *, at: At = "best", sort: str = "", each: bool = False
) -> RunComparison:
    """Compare run directories; what lies among them and is none is named in a remark.

    Args:
        runs: directories; one that does not exist is an error.
        at: which evaluation of a run counts.
        sort: a score, a term, an option, or "run", "runs", "steps", "seconds"; scores from the
            best on, all else from small to large; rows without it come last.
        each: a row for every run, also for those that differ only in the seed.

    Raises:
        ZooError: nothing at a path, no run among them, or nothing of that name to sort by.
    """
    histories, passed = _read(runs)
    names = tuple(short_names([run.path for run in histories]))
    keys = [_data_key(run) for run in histories]
    known = list(dict.fromkeys(keys))
    groups = [
        Group(
            name=names[members[0]] if len(members) == 1 else _common(names, members),
            runs=members,
            data=known.index(keys[members[0]]),
            settings=joined([flat_of(histories[member]) for member in members]),
        )
        for members in _members(histories, each=each)
    ]
    found = RunComparison(
        runs=tuple(histories),
        names=names,
        groups=tuple(_named_apart(groups, names)),
        data=tuple(data_text(histories[keys.index(key)]) for key in known),
        columns=tuple(columns_of(histories)),
        differences=(),
        at=at,
    )
    ordered = in_order(found, sort)
    return replace(
        found,
        groups=ordered,
        differences=tuple(differences([group.settings for group in ordered])),
        remarks=(*passed, *_remarks(found)),
    )


def _read(runs: Sequence[str | Path]) -> tuple[list[History], list[str]]:
    """Return the runs, and a remark for each path that holds none."""
    found, remarks = [], []
    for run in runs:
        try:
            found.append(read_history(run))
        except ZooError as error:
            if not Path(run).exists():
                raise
            remarks.append(f"passed over {str(run)!r}: {error.message}")
    if not found:
        raise ZooError(
            "there is no run to compare", hint="`zoo train --gen dcgan --loss wgan-gp` makes one"
        )
    return found, remarks


def _data_key(run: History) -> tuple[object, ...]:
    recorded = run.config.data.contents if run.config.data else ""
    return (*data_of(run).items(), recorded)


def _members(runs: Sequence[History], *, each: bool) -> list[tuple[int, ...]]:
    """Return the places of the runs of each row, ascending by seed."""
    if each:
        return [(place,) for place in range(len(runs))]
    found: dict[tuple[object, ...], list[int]] = {}
    seen: dict[tuple[object, ...], int] = {}
    for place, run in enumerate(runs):
        key = _key_without_seed(run)
        # a seed that comes again is another try, not another draw
        again = (*key, run.config.value("run", "seed"))
        seen[again] = seen.get(again, -1) + 1
        found.setdefault((*key, seen[again]), []).append(place)
    return [
        tuple(sorted(places, key=lambda place: _seed(runs[place]))) for places in found.values()
    ]


def _seed(run: History) -> float:
    return number(run.config.value("run", "seed")) or 0.0


def _key_without_seed(run: History) -> tuple[object, ...]:
    """Return all by which runs differ that do not differ only in the seed."""
    asked = {**run.options.get("run", {}), "seed": 0}
    facts, versions = run.environment.facts, run.environment.distributions
    return (
        identity(run.config.with_options("run", asked)),
        *(asked.get(name) for name in ("steps", "stop_on", "max_minutes")),
        _data_key(run),
        *(facts.get(name) for name in _HARDWARE),
        *sorted(versions.items()),
    )


def _common(names: Sequence[str], members: Sequence[int]) -> str:
    """Return what names have in common, without half a number and "seed" at its end."""
    own = [names[member] for member in members]
    start = own[0]
    while not all(name.startswith(start) for name in own):
        start = start[:-1]
    if all(name[len(start) :][:1].isdigit() for name in own):
        start = start.rstrip("0123456789")
    return re.sub(r"([-_. ]+(seeds?|s))?[-_. /]*$", "", start) or own[0]


def _named_apart(groups: Sequence[Group], names: Sequence[str]) -> Iterable[Group]:
    """Give the rows, named after their first run where a name is not theirs alone."""
    taken = [group.name for group in groups]
    for group in groups:
        several = taken.count(group.name) > 1
        yield replace(group, name=names[group.runs[0]]) if several else group


def _remarks(found: RunComparison) -> Iterable[str]:
    if len(found.data) > 1:
        yield (
            f"different data, so a table for each: {'; '.join(found.data)}: terms and scores "
            "compare runs of the same data only"
        )
    wayless = [one.kind.title for one in found.columns if not one.better]
    if wayless and found.at == "best":
        yield (
            f"no best of {', '.join(dict.fromkeys(wayless))}: which way is better is not "
            "recorded; `--at last` shows the last"
        )
    for group in found.groups:
        for place in group.runs:
            yield from _remarks_of(found, group, place)


def _remarks_of(found: RunComparison, group: Group, place: int) -> Iterable[str]:
    run, name = found.runs[place], found.names[place]
    if run.running:
        yield f"{name} is still being written: this is how it is now"
    elif run.outcome in ("interrupted", "failed", "killed") and len(group.runs) > 1:
        of = "" if run.steps is None else f" of {run.steps:,}"
        yield f"{name} ended at step {run.step:,}{of}, and counts in the mean of {group.name}"
    yield from (f"{name}: {remark}" for remark in run.remarks)
