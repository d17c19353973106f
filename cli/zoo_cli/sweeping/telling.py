"""Say how a sweep goes."""

from __future__ import annotations

from zoo_cli.terminal import Terminal
from zoo_cli.training.progress import Progress
from zoo_core.sweeps.definition import Sweep, value_text
from zoo_core.sweeps.records import Record
from zoo_core.training import Silent, Watcher


class Teller:
    """Tell the terminal of trials.

    Args:
        terminal: where to say it.
        sweep: what is swept.
        live: also show how each run goes, one at a time.
    """

    def __init__(self, terminal: Terminal, sweep: Sweep, *, live: bool) -> None:
        self._terminal, self._sweep, self._live = terminal, sweep, live

    def began(self, record: Record) -> Watcher:
        """Say which trial begins; return what shows its run."""
        again = "goes on" if record.begun > 1 else "begins"
        count = self._sweep.count
        self._terminal.remark(
            f"trial {record.number:04d} of {count:,} {again}: {values_text(record)}"
        )
        return Progress(self._terminal) if self._live else Silent()

    def ended(self, record: Record) -> None:
        """Say how a trial ended."""
        self._terminal.remark(f"trial {record.number:04d} {ending_text(record, self._sweep)}")


def values_text(record: Record) -> str:
    """Return what a trial has of all that varies."""
    said = (f"{name} {value_text(value)}" for name, value in record.values.items())
    return ", ".join(said) or "nothing varies"


def ending_text(record: Record, sweep: Sweep) -> str:
    """Return how a trial ended, in words."""
    reason = f": {record.reason}" if record.reason else ""
    score = ""
    if record.score is not None:
        score = f", best {sweep.search.score} {record.score:.4g} at step {record.at:,}"
    return f"{record.outcome or 'has not ended'} after {record.step:,} steps{score}{reason}"
