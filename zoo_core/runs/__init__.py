"""A run directory read as data: what was asked, what came of it, whether it still goes on.

Reading changes nothing, imports no torch, runs no code that a run names, and may happen while the
run is being written: a torn last line is passed over, and files that older runs do not have may be
missing.
"""

from zoo_core.runs.history import read_history
from zoo_core.runs.lines import Evaluation, Event, LogLine, number
from zoo_core.runs.listing import Listing, find_runs, runs_in
from zoo_core.runs.lock import is_running
from zoo_core.runs.records import History

__all__ = [
    "Evaluation",
    "Event",
    "History",
    "Listing",
    "LogLine",
    "find_runs",
    "is_running",
    "number",
    "read_history",
    "runs_in",
]
