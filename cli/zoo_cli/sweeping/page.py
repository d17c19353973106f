"""The page of a sweep: its trials, the curves of their scores, what varies."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from zoo_cli.comparing.sheets import sheets_of
from zoo_cli.comparing.words import marks_of, spread_text
from zoo_cli.reporting.curves import Chart, Curve, thin
from zoo_cli.reporting.page import rendered, write_page
from zoo_cli.sweeping.table import plan_text, rows
from zoo_cli.wording import duration
from zoo_core.runs import History
from zoo_core.runs.columns import columns_of
from zoo_core.runs.rows import RunComparison
from zoo_core.sweeps.definition import domain_text
from zoo_core.sweeps.sweep import Swept

PAGE = "sweep.html"


def write_sweep_page(swept: Swept, found: RunComparison | None) -> Path:
    """Write the page into the sweep's folder, in place of one that is there; return its path.

    Raises:
        ZooError: it cannot be written.
    """
    path = swept.path / PAGE
    write_page(sweep_page(swept, found), path, over=True)
    return path


def sweep_page(swept: Swept, found: RunComparison | None) -> str:
    """Return the page as text; it is one file that needs no network.

    Args:
        swept: the sweep.
        found: the comparison of its runs; None where there is none yet.
    """
    runs = () if found is None else found.runs
    charts = _charts(runs)
    headings, *trials = rows(swept.sweep, swept.records)
    infeasible = [record for record in swept.records if record.infeasible]
    last = max((run.step for run in runs), default=0)
    return rendered(
        "sweep.html.j2",
        name=swept.path.name,
        headline=plan_text(swept.sweep),
        cards=_cards(swept),
        headings=headings,
        rows=trials,
        comparisons=_comparisons(found),
        reasons=[f"{one.number:04d} {one.outcome}: {one.reason}" for one in infeasible],
        charts=charts,
        axes=[(axis.name, domain_text(axis)) for axis in swept.sweep.axes],
        path=swept.path,
        data={"last": last, "charts": [chart.as_json() for chart in charts], "events": []},
    )


def _cards(swept: Swept) -> list[tuple[str, str, str]]:
    ended = [record for record in swept.records if record.outcome]
    seconds = sum(record.seconds or 0.0 for record in swept.records)
    found = [
        ("trials", f"{len(ended):,}", f"of {swept.sweep.count:,} have ended"),
        ("training time", duration(seconds), "all together"),
    ]
    pruned = sum(record.outcome == "pruned" for record in ended)
    infeasible = sum(record.infeasible for record in ended)
    found += [("pruned", f"{pruned:,}", "fell behind")] if swept.sweep.is_study else []
    found += [("infeasible", f"{infeasible:,}", "collapsed or broke down")] if infeasible else []
    best = swept.best
    if best is not None and best.score is not None:
        where = f"trial {best.number:04d}, at step {best.at:,}"
        found.append((f"best {swept.sweep.search.score}", f"{best.score:.4g}", where))
    return found


def _charts(runs: Sequence[History]) -> list[Chart]:
    """Return a chart for each score and protocol, with a curve for each run."""
    columns = columns_of(runs)
    marks = marks_of(columns)
    found = []
    for column in columns:
        mark = f" [{marks[column.kind]}]" if marks.get(column.kind) else ""
        curves = tuple(
            thin(Curve(run.path.name, [(point.step, point.value) for point in points]))
            for run, points in zip(runs, column.points, strict=True)
            if points
        )
        found.append(Chart("Scores", column.kind.title + mark, curves, dots=True))
    return found


def _comparisons(found: RunComparison | None) -> list[dict[str, object]]:
    """Return headings and rows of the comparison, for each data."""
    sheets = [] if found is None or len(found.runs) < 2 else sheets_of(found)
    return [
        {
            "headings": [*sheet.words, *(f"{one.name} {one.arrow}" for one in sheet.headings)],
            "rows": [
                [*row.words, *(spread_text(c.score) for c in row.cells)] for row in sheet.rows
            ],
        }
        for sheet in sheets
    ]
