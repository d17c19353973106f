"""Kill sweeps without a warning, go on with two workers, and compare with undisturbed ones.

python benchmarks/sweeps.py                     # a grid and a study, each killed twice
python benchmarks/sweeps.py --report-only       # the tables, from the figures
python benchmarks/sweeps.py --quick             # the grid alone, a temporary folder

The whole sweep is killed by SIGKILL, with all its workers, as soon as a trial has saved a
checkpoint that it has not ended with; the same command then goes on. Every trial must have ended
once, and the runs of the grid must be bit for bit those of a sweep that nobody disturbed. Writes
tables into docs/sweeps.md; the exit status is 1 where a trial is lost, doubled or another.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages.sweeps import KILLS, write_kills
from benchmarks.shared import program
from benchmarks.shared.program import Places
from zoo_core import ZooError
from zoo_core.runs.checkpoint import read_checkpoint
from zoo_core.runs.layout import checkpoints_in
from zoo_core.sweeps.definition import value_text
from zoo_core.sweeps.folder import SweepFolder
from zoo_core.sweeps.records import Record

STEPS, WORKERS, TRIALS = 40, 2, 6
LIMIT = 300.0
"""Seconds that a sweep may take until something is to be killed."""

SMALL = "--gen dcgan --data digits --size 8 --latent-dim 8 --batch 8 --no-recipe --no-monitor"
NETS = "-o generator.width=4 -o critic.width=4 --checkpoint-every 10 --log-every 10"
GRID = "--loss non-saturating,hinge --seed 0..1"
STUDY = f"--lr 1e-5..1e-2:log --loss non-saturating,hinge --trials {TRIALS} --eval-every 10"


def swept(place: Path, flags: str, *, kills: int) -> SweepFolder:
    """Sweep, kill it so often, and let the same command end it.

    Raises:
        ZooError: it ends before it could be killed, or with an error.
    """
    words = f"{SMALL} {NETS} --steps {STEPS} {flags} --workers {WORKERS} --quiet".split()
    command = [sys.executable, "-m", "zoo_cli", "sweep", *words, "--out", str(place)]
    folder = SweepFolder(place)
    for number in range(kills):
        _kill(command, folder, ended=number)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ZooError(f"the sweep ended with {done.returncode}", hint=done.stderr)
    return folder


def _kill(command: Sequence[str], folder: SweepFolder, *, ended: int) -> None:
    """Begin, and kill all processes once so many trials have ended and another is half done."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + LIMIT
    while not (halves := _half_done(folder, ended)):
        if process.poll() is not None or time.monotonic() > deadline:
            raise ZooError("no trial could be killed", hint="more steps, or a slower machine")
        time.sleep(0.01)
    workers = {int(record.worker.rpartition(":")[2]) for record in halves}
    for each in (process.pid, *workers):
        with suppress(ProcessLookupError):
            os.kill(each, signal.SIGKILL)
    process.wait()


def _half_done(folder: SweepFolder, ended: int) -> list[Record]:
    """Return all open trials, if one of them has a checkpoint and enough others have ended."""
    records = folder.records() if folder.definition.is_file() else []
    opened = [record for record in records if not record.outcome]
    saved = any(checkpoints_in(folder.run(record.number)) for record in opened)
    return opened if saved and len(records) - len(opened) >= ended else []


def same(one: SweepFolder, other: SweepFolder, number: int) -> bool:
    """Return whether a trial became the same in two sweeps, bit for bit."""
    tensors = []
    for folder in (one, other):
        path = list(checkpoints_in(folder.run(number)).values())[-1]
        files, _ = read_checkpoint(path)
        tensors.append(
            {
                (file, name): value.contiguous().numpy().tobytes()
                for file, found in files.items()
                for name, value in found.items()
            }
        )
    return bool(tensors[0] == tensors[1])


def grid(places: Places, kills: int) -> tuple[dict[str, Any], bool]:
    """Return the table of a grid that is killed, and whether every trial is what it should be."""
    whole = swept(places.runs / "grid-whole", GRID, kills=0)
    torn = swept(places.runs / "grid-torn", GRID, kills=kills)
    records = torn.records()
    exact = {record.number: same(whole, torn, record.number) for record in records}
    rows = [[*_row(one), "yes" if exact[one.number] else "NO"] for one in records]
    table = {
        "title": _title("Two losses and two seeds", kills),
        "headings": ["loss", "seed", "begun", "outcome", "steps", "bit-exact"],
        "rows": rows,
    }
    return table, _each_once(records, 4) and all(exact.values())


def study(places: Places, kills: int) -> tuple[dict[str, Any], bool]:
    """Return the table of a study that is killed, and whether every trial is there once."""
    records = swept(places.runs / "study-torn", STUDY, kills=kills).records()
    rows = [[*_row(one), "-" if one.score is None else f"{one.score:.1f}"] for one in records]
    table = {
        "title": _title(f"A study of {TRIALS} trials", kills),
        "headings": ["loss", "lr", "begun", "outcome", "steps", "FID"],
        "rows": rows,
    }
    return table, _each_once(records, TRIALS)


def _title(what: str, kills: int) -> str:
    return f"{what}, {WORKERS} workers, killed {kills} times:"


def _row(record: Record) -> list[str]:
    values = [value_text(value) for value in record.values.values()]
    return [f"{record.number:04d}", *values, str(record.begun), record.outcome, str(record.step)]


def _each_once(records: Sequence[Record], count: int) -> bool:
    numbers = [record.number for record in records]
    return numbers == list(range(count)) and all(record.outcome for record in records)


def work(given: argparse.Namespace) -> bool:
    """Kill, go on and compare; return whether all is well."""
    with program.places(given) as places:
        well = True
        if not given.report_only:
            kinds = [grid] if given.quick else [grid, study]
            found = [kind(places, kills=1 if given.quick else 2) for kind in kinds]
            tables = [table for table, _ in found]
            for table in tables:
                program.say("\n".join([table["title"], *(" ".join(row) for row in table["rows"])]))
            program.write_json(places.figures(KILLS), {"sweeps": tables})
            well = all(each for _, each in found)
        if not given.quick:
            write_kills(places.docs)
    return well


def main(arguments: list[str] | None = None) -> int:
    """Run the program; return the exit status."""
    parser = program.parser(__doc__, quick="the grid, killed once, a temporary folder")
    program.add_places(parser, runs=KILLS)
    parser.add_argument("--report-only", action="store_true", help="the tables from the figures")
    given = parser.parse_args(arguments)
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
