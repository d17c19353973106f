"""Time per step beside busy neighbours, by how long OpenMP's threads spin while they wait.

Trains the first recipe in a process of its own, alone and beside one busy process for each core,
with OpenMP's own setting, with a short spin, and with none, which `zoo` sets on a busy machine.

    python benchmarks/neighbours.py
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
from contextlib import ExitStack

BUSY = "while True: pass"
SETTINGS: dict[str, dict[str, str]] = {
    "default": {},
    "GOMP_SPINCOUNT=10000": {"GOMP_SPINCOUNT": "10000"},
    "OMP_WAIT_POLICY=PASSIVE": {"OMP_WAIT_POLICY": "PASSIVE"},
}
STEPS = """
import sys, time
from zoo_core import compose
from zoo_core.testing import engine_of
engine = engine_of(compose({"generator": "dcgan", "loss": "wgan-gp"}))
for _ in range(3):
    engine.step()
began, count = time.perf_counter(), 0
while time.perf_counter() - began < float(sys.argv[1]):
    engine.step()
    count += 1
print((time.perf_counter() - began) / count * 1000)
"""


def main() -> None:
    """Print a table of milliseconds per step."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--quick", action="store_true", help="one round of 2 s")
    options = parser.parse_args()
    rounds, seconds = (1, 2.0) if options.quick else (options.rounds, options.seconds)
    print(f"{'ms per step':20s}" + "".join(f"{name:>28s}" for name in SETTINGS))
    for busy in (0, os.cpu_count() or 1):
        found: dict[str, list[float]] = {name: [] for name in SETTINGS}
        for _ in range(rounds):
            for name, times in found.items():
                times.append(_step_time(SETTINGS[name], busy, seconds))
        medians = "".join(f"{statistics.median(times):28.1f}" for times in found.values())
        print(f"{f'{busy} busy neighbours':20s}{medians}", flush=True)


def _step_time(setting: dict[str, str], busy: int, seconds: float) -> float:
    environment = {**os.environ, **setting}
    with ExitStack() as neighbours:
        for _ in range(busy):
            process = neighbours.enter_context(subprocess.Popen([sys.executable, "-c", BUSY]))
            neighbours.callback(process.kill)
        command = [sys.executable, "-c", STEPS, str(seconds)]
        result = subprocess.run(
            command, env=environment, check=True, capture_output=True, text=True
        )
    return float(result.stdout)


if __name__ == "__main__":
    main()
