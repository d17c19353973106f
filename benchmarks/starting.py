"""Wall and processor time until there are samples, beside an import of torch, as whole processes.

python benchmarks/starting.py
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

LIMIT = 1.3
"""Times an import of torch that `zoo sample` may take."""

NAME = "dcgan.digits-32"
LOAD = f"import zoo_core; zoo_core.load({NAME!r}).sample(1)"
BASE = "import torch"
COMMANDS = {
    BASE: ("-c", "import torch"),
    f"zoo sample {NAME}": ("-m", "zoo_cli", "sample", NAME),
    f"load({NAME!r}).sample(1)": ("-c", LOAD),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """Seconds that a process took: by the clock, and of processors."""

    wall: float
    cpu: float


def main() -> int:
    """Print a line for each command; fail if sampling is above the limit by the clock."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=11)
    parser.add_argument("--quick", action="store_true", help="3 rounds")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        took = in_turns(folder, 3 if options.quick else options.rounds)
    for name, times in took.items():
        print(
            f"{name:32} {_seconds(times, _wall)} ({_ratios(times, took[BASE], _wall)}), "
            f"processors {_seconds(times, _cpu)} ({_ratios(times, took[BASE], _cpu)})"
        )
    sampling = list(took.values())[1]
    return 0 if _median_ratio(sampling, took[BASE], _wall) <= LIMIT else 1


def in_turns(folder: str, rounds: int) -> dict[str, list[Took]]:
    """Run every command once a round, after a round that does not count."""
    found: dict[str, list[Took]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, arguments in COMMANDS.items():
            one = timed(arguments, folder)
            if number:
                found[name].append(one)
    return found


def timed(arguments: Sequence[str], folder: str) -> Took:
    """Run Python in a folder, and return how long it took."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *arguments], cwd=folder, stdout=subprocess.DEVNULL
    ) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return Took(wall=time.perf_counter() - began, cpu=usage.ru_utime + usage.ru_stime)


def _wall(took: Took) -> float:
    return took.wall


def _cpu(took: Took) -> float:
    return took.cpu


def _seconds(times: Sequence[Took], kind: Callable[[Took], float]) -> str:
    return f"{statistics.median(map(kind, times)):.2f} s"


def _ratios(times: Sequence[Took], base: Sequence[Took], kind: Callable[[Took], float]) -> str:
    found = _each_ratio(times, base, kind)
    return f"{statistics.median(found):.2f}, {min(found):.2f} to {max(found):.2f}"


def _median_ratio(
    times: Sequence[Took], base: Sequence[Took], kind: Callable[[Took], float]
) -> float:
    return statistics.median(_each_ratio(times, base, kind))


def _each_ratio(
    times: Sequence[Took], base: Sequence[Took], kind: Callable[[Took], float]
) -> list[float]:
    return [kind(one) / kind(two) for one, two in zip(times, base, strict=True)]


if __name__ == "__main__":
    raise SystemExit(main())
