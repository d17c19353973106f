"""Curves as a picture or as numbers, by the ending of the file."""

from __future__ import annotations

import csv
import io
import shlex
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from zoo_cli.spelling import spelled
from zoo_core.errors import ZooError, nearest
from zoo_core.runs.atomic import write_bytes
from zoo_core.runs.bands import Bands

PICTURES = (".pdf", ".png", ".svg")
ENDINGS = (*PICTURES, ".csv")


def check_file(path: Path, *, over: bool) -> None:
    """Refuse a file that cannot be written, before anything is read.

    Raises:
        ZooError: another ending, a file that is there, or a picture without matplotlib.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        close = nearest(ending, ENDINGS) if ending else ""
        fitting = shlex.quote(str(path.with_suffix(".pdf")))
        raise ZooError(
            f"curves are written as {', '.join(ENDINGS)}, not as {ending or path.name!r}",
            hint=f"{close}`--out {fitting}`",
        )
    if path.is_file() and not over:
        raise ZooError(
            f"{str(path)!r} exists", hint="`--force` replaces it, or `--out` names another file"
        )
    if ending in PICTURES and find_spec("matplotlib") is None:
        table = shlex.quote(str(path.with_suffix(".csv")))
        raise ZooError(
            f"a picture such as {str(path)!r} needs the package matplotlib, which is not installed",
            hint=f"`pip install 'gan-zoo[plot]'`; `--out {table}` works without",
        )


def write_curves(shown: Sequence[Bands], path: Path) -> None:
    """Write curves, whole or not at all.

    Args:
        shown: at least one term.
        path: the file, whose ending says what it is.

    Raises:
        ZooError: it cannot be written.
    """
    if path.suffix.lower() == ".csv":
        content = csv_of(shown).encode()
    else:
        from zoo_cli.plotting.drawing import drawn

        content = drawn(shown, path.suffix.lower()[1:])
    write_bytes(path, content, hint="`--out` takes a file that you can write")


def csv_of(shown: Sequence[Bands]) -> str:
    """Return a line for each term, row and step; no deviation of a single run."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["term", "row", "step", "mean", "deviation", "count"])
    for bands in shown:
        for band in bands.bands:
            for step, one in band.points.items():
                deviation = "" if one.deviation is None else one.deviation
                names = (spelled(bands.term, keep=""), spelled(band.row, keep=""))
                writer.writerow([*names, step, one.mean, deviation, one.count])
    return stream.getvalue()
