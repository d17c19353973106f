"""Print a comparison in any format."""

from __future__ import annotations

from zoo_cli.comparing.described import described
from zoo_cli.comparing.formats import WRITTEN
from zoo_cli.comparing.tables import printable, show_comparison
from zoo_cli.terminal import Terminal
from zoo_core.runs.rows import RunComparison

FORMATS = ("table", *WRITTEN, "json")


def print_comparison(terminal: Terminal, found: RunComparison, form: str = "table") -> None:
    """Print a comparison; its remarks go where they do not spoil the result.

    Args:
        terminal: where to.
        found: what `compare_runs` returned.
        form: one of `FORMATS`.
    """
    for remark in found.remarks:
        terminal.remark(printable(remark))
    if form == "table":
        show_comparison(terminal, found)
    elif form == "json":
        terminal.json(described(found))
    else:
        terminal.text(WRITTEN[form](found))
