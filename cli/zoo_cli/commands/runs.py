"""`zoo runs`: what was trained, and how it stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.filesize import decimal

from zoo_cli.helping import Command
from zoo_cli.terminal import Terminal, columns, pass_terminal, quiet_option
from zoo_cli.wording import plural
from zoo_core.runs import Evaluation, History, Listing


@click.command(
    "runs",
    cls=Command,
    examples=(
        "zoo runs",
        "zoo runs sweeps/a",
        "zoo runs --json",
    ),
)
@click.argument("folder", default="runs")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, *, folder: str, as_json: bool) -> None:
    """List the runs below FOLDER, runs/ by default: state, steps, last score, size, last remark."""
    from zoo_core.runs import runs_in

    found = runs_in(folder)
    if as_json:
        terminal.json([_described(run, found.sizes[run.path]) for run in found.runs])
    else:
        _show(terminal, found, Path(folder))
    _remark(terminal, found, folder)


def last_scores(run: History) -> Evaluation | None:
    """Return the last evaluation that has a score."""
    return next((one for one in reversed(run.scores) if one.scores), None)


def score_text(run: History) -> str:
    """Return a run's last score, by what images were seen, and at which step."""
    found = last_scores(run)
    if found is None:
        return ""
    kept = run.config.value("run", "keep_best")
    name = str(kept) if kept in found.scores else next(iter(found.scores))
    features = features_of(found)
    by = f" ({features})" if features else ""
    at = "" if found.step is None else f" at {found.step:,}"
    return f"{name} {found.scores[name]:.4g}{by}{at}"


def features_of(one: Evaluation) -> str:
    """Return the short name of what metrics saw images through; empty where it is unknown."""
    return str(one.protocol.get("features", "")).rpartition("/")[2]


def _show(terminal: Terminal, found: Listing, folder: Path) -> None:
    if not found.runs:
        return
    table = columns("run", "state", "steps", "score", "size", "last remark", fixed=(1, 2, 4))
    for run in found.runs:
        steps = f"{run.step:,}" + ("" if run.steps is None else f"/{run.steps:,}")
        name = run.path.name if run.path == folder else str(run.path.relative_to(folder))
        size = decimal(found.sizes[run.path])
        table.add_row(name, run.outcome, steps, score_text(run), size, _last_remark(run))
    terminal.show(table)


def _remark(terminal: Terminal, found: Listing, folder: str) -> None:
    total = decimal(sum(found.sizes.values()))
    terminal.remark(f"{plural(len(found.runs), 'run')} in {folder}, {total}")
    for path, message in found.damaged.items():
        terminal.warn(f"{path}: {message}")
    if found.strays:
        shown = ", ".join(found.strays[:5]) + (", ..." if len(found.strays) > 5 else "")
        terminal.remark(f"passed over what is no run: {shown}")


def _last_remark(run: History) -> str:
    """Return what was said last: why it ended, else what the monitor saw."""
    if run.ending is not None and run.ending.reason and not run.running:
        return run.ending.reason
    return run.events[-1].text if run.events else ""


def _described(run: History, size: int) -> dict[str, Any]:
    one = last_scores(run)
    return {
        "run": str(run.path),
        "outcome": run.outcome,
        "reason": run.ending.reason if run.ending is not None and not run.running else "",
        "step": run.step,
        "steps": run.steps,
        "scores": {} if one is None else dict(one.scores),
        "features": "" if one is None else features_of(one),
        "scored_at": None if one is None else one.step,
        "remark": _last_remark(run),
        "bytes": size,
    }
