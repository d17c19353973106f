"""How a sweep ends: the trials, the comparison of their runs, and the page of both."""

from __future__ import annotations

from zoo_cli.comparing.tables import show_comparison
from zoo_cli.sweeping.page import write_sweep_page
from zoo_cli.sweeping.table import described, next_line, show_trials
from zoo_cli.terminal import Terminal
from zoo_core.runs import read_history
from zoo_core.sweeps.sweep import Swept


def show(terminal: Terminal, swept: Swept, *, as_json: bool) -> None:
    """Show what came of a sweep, and write its page."""
    runs = [read_history(path) for path in swept.runs]
    page = write_sweep_page(swept, runs)
    if as_json:
        terminal.json({**described(swept), "page": str(page)})
        return
    show_trials(terminal, swept)
    if len(runs) > 1 and not terminal.quiet:
        show_comparison(terminal, runs)
    ended = sum(bool(record.outcome) for record in swept.records)
    terminal.result("", f"ended   {ended:,} of {swept.sweep.count:,} trials")
    best = swept.best
    if best is not None and best.score is not None:
        score = f"{swept.sweep.search.score} {best.score:.4g} at step {best.at:,}"
        terminal.result(f"best    {swept.run(best)}: {score}")
    terminal.result(f"page    {page}", next_line(swept))
