"""Peak memory of `zoo sample` into a folder, by how many pictures are drawn, as whole processes.

Pictures of 64 px from a small DCGAN that is trained for one step: what its weights are does not
matter here. The peak is the resident memory that the system saw the process have, PyTorch included.

    python benchmarks/sampling_memory.py
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.shared import program
from benchmarks.shared.tables import aligned

COUNTS = (200, 2_000, 20_000)

LIMIT = 1.05
"""Times the peak of the second count that the last one may take."""

TRAIN = (
    *("train", "--gen", "dcgan", "-o", "generator.width=16", "-o", "critic.width=16"),
    *("--data", "digits", "--size", "64", "--batch", "4", "--steps", "1", "--no-recipe"),
    *("--device", "cpu", "--quiet"),
)


def main() -> int:
    """Print a row for each count; fail if memory grows with it."""
    parser = program.parser(__doc__, quick="a tenth of the pictures")
    parts = 10 if parser.parse_args().quick else 1
    counts = [count // parts for count in COUNTS]
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        place = Path(folder)
        peak_mebibytes((*TRAIN, "--run", "run"), place)
        peaks = [sampled(count, place) for count in counts]
    rows = [[f"{count:,}", f"{peak:.0f}"] for count, peak in zip(counts, peaks, strict=True)]
    print(aligned([["pictures", "peak, MiB"], *rows]))
    growth = peaks[-1] / peaks[1]
    print(f"{counts[-1]:,} take {growth:.3f} times what {counts[1]:,} take; at most {LIMIT}")
    return 0 if growth <= LIMIT else 1


def sampled(count: int, place: Path) -> float:
    """Draw so many pictures into a folder of their own; return the peak in MiB."""
    out = f"pictures-{count}/"
    arguments = ("sample", "run", "--count", str(count), "--out", out, "--device", "cpu", "--quiet")
    peak = peak_mebibytes(arguments, place)
    found = sum(1 for _ in (place / out).glob("*.png"))
    if found != count:
        raise SystemExit(f"{found:,} pictures were written, and {count:,} asked for")
    return peak


def peak_mebibytes(arguments: Sequence[str], place: Path) -> float:
    """Run the command in a folder; return the most resident memory that it had.

    A process begins with the peak of whoever starts it, so this program must stay a small one.
    """
    with subprocess.Popen(
        [sys.executable, "-m", "zoo_cli", *arguments], cwd=place, stdout=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    # kibibytes on Linux, bytes on macOS
    return usage.ru_maxrss / (1024**2 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    raise SystemExit(main())
