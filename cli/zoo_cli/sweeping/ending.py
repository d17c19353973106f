"""How a sweep ends: the trials, the comparison of their runs, and the page of both."""

from __future__ import annotations

from zoo_cli.comparing.described import described as compared
from zoo_cli.comparing.printing import print_comparison
from zoo_cli.sweeping.page import write_sweep_page
from zoo_cli.sweeping.table import described, next_line, show_trials
from zoo_cli.terminal import Terminal
from zoo_core.runs.comparison import compare_runs
from zoo_core.sweeps.sweep import Swept


def show(terminal: Terminal, swept: Swept, *, as_json: bool) -> None:
    """Show what came of a sweep, and write its page."""
    scored = swept.sweep.is_study and any(one.score is not None for one in swept.records)
    sort = swept.sweep.search.score if scored else ""
    found = compare_runs(swept.runs, sort=sort) if swept.runs else None
    page = write_sweep_page(swept, found)
    if as_json:
        comparison = None if found is None else compared(found)
        terminal.json({**described(swept), "page": str(page), "comparison": comparison})
        return
    show_trials(terminal, swept)
    if found is not None and len(found.runs) > 1:
        print_comparison(terminal, found)
    ended = sum(bool(record.outcome) for record in swept.records)
    terminal.result("", f"ended   {ended:,} of {swept.sweep.count:,} trials")
    best = swept.best
    if best is not None and best.score is not None:
        score = f"{swept.sweep.search.score} {best.score:.4g} at step {best.at:,}"
        terminal.result(f"best    {swept.run(best)}: {score}")
    terminal.result(f"page    {page}", next_line(swept))
