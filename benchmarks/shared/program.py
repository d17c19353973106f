"""The frame of a program: its flags, where it writes, its files and its exit status."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo_core import ZooError

ROOT = Path(__file__).resolve().parents[2]

RESULTS = "results"
"""Folder of figures, below that of the pages."""

PICTURE_BYTES = 200_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where a program writes.

    Args:
        docs: folder of the pages.
        runs: folder of the run directories.
    """

    docs: Path
    runs: Path

    def figures(self, name: str) -> Path:
        """Return where figures are, such as `results/vanilla.json`."""
        return self.docs / RESULTS / f"{name}.json"

    def picture(self, name: str) -> Path:
        """Return where a picture of the results is."""
        return self.docs / "pictures" / RESULTS / f"{name}.png"


def parser(doc: str | None, *, quick: str) -> argparse.ArgumentParser:
    """Return a parser with `--quick`.

    Args:
        doc: of the program, whose first line describes it.
        quick: what the program does then.
    """
    found = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    found.add_argument("--quick", action="store_true", help=quick)
    return found


def add_data(found: argparse.ArgumentParser) -> None:
    """Add the flag that says where the downloaded data sets are."""
    found.add_argument("--data-dir", default="data", help="folder of the data sets")


def add_docs(found: argparse.ArgumentParser) -> None:
    """Add the flag that says where the pages are."""
    found.add_argument("--docs", type=Path, default=ROOT / "docs", help="folder of the pages")


def add_places(found: argparse.ArgumentParser, *, runs: str) -> None:
    """Add the flags of `Places`; the runs are in a folder of that name."""
    add_docs(found)
    found.add_argument("--runs", type=Path, default=ROOT / "runs" / runs, help="of the runs")


def add_choice(found: argparse.ArgumentParser, names: Iterable[str]) -> None:
    """Add the flags that say what is made: by default all that has no figures yet."""
    found.add_argument("--only", nargs="+", choices=list(names), metavar="NAME", help="these alone")
    found.add_argument("--again", action="store_true", help="also what has figures, from the start")


@contextmanager
def places(given: argparse.Namespace) -> Iterator[Places]:
    """Give the folders that are asked for; `--quick` writes into temporary ones."""
    if not given.quick:
        yield Places(docs=given.docs, runs=given.runs)
        return
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        yield Places(docs=Path(folder) / "docs", runs=Path(folder) / "runs")


def wanted(given: argparse.Namespace, figures: Path, name: str) -> bool:
    """Return whether something is to be made; say so where it has figures already."""
    known = figures.is_file() and not given.again
    if known:
        say(f"{name}: has figures already (`--again` replaces them)")
    return not known


def status(work: Callable[[], bool | None]) -> int:
    """Do the work; return 1 where it is refused, which is said, or finds something amiss."""
    try:
        return 1 if work() is False else 0
    except ZooError as error:
        say(f"Error: {error}")
        return 1


def say(text: str) -> None:
    """Write a line of progress."""
    print(text, file=sys.stderr, flush=True)


def read_json(path: Path) -> Any:
    """Return the content of a file."""
    return json.loads(path.read_text(encoding="utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Write figures."""
    write_text(path, json.dumps(content, indent=2) + "\n")


def write_text(path: Path, text: str) -> None:
    """Write a file into a folder that need not be there yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def check_bytes(picture: Path) -> None:
    """Refuse a picture that is too large for the repository.

    Raises:
        ZooError: it is.
    """
    size = picture.stat().st_size
    if size > PICTURE_BYTES:
        raise ZooError(
            f"{str(picture)!r} has {size:,} bytes", hint=f"{PICTURE_BYTES:,} are allowed in docs/"
        )
