"""What a step needs in memory, with the batch whole and in parts (`--microbatch`).

Each row is a process of its own: what its steps take at their peak, beyond the nets and the data
that were there before, moments of the optimisers included. On a CPU this is the high-water mark of
the process, which Linux can set back.

    python benchmarks/memory.py
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.shared import program
from benchmarks.shared.tables import aligned

STEPS = 3
BATCH = 128
PARTS = (None, 64, 32, 16, 8)
NARROW = {"generator": {"width": 16}, "critic": {"width": 16}}
ROWS: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]] = {
    "dcgan, non-saturating, shared fakes": (
        {"generator": "dcgan"},
        {**NARROW, "game": {"share": True}},
    ),
    "dcgan, non-saturating, fresh fakes": (
        {"generator": "dcgan"},
        {**NARROW, "game": {"share": False}},
    ),
    "dcgan, wgan-gp, fresh fakes": (
        {"generator": "dcgan", "loss": "wgan-gp"},
        {**NARROW, "game": {"share": False}, "run": {"critic_steps": 1}},
    ),
}

CHILD = """
import json, resource, sys
from pathlib import Path
from zoo_core import compose
from zoo_core.testing import engine_of

parts, options, steps = json.loads(sys.argv[1])
engine = engine_of(compose(parts, options, recipe="none"), device="cpu")

def kibibytes(name):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1])
    raise SystemExit("this system does not say how much memory a process had")

Path("/proc/self/clear_refs").write_text("5")
before = kibibytes("VmRSS")
for _ in range(steps):
    engine.step()
print(kibibytes("VmHWM") - before)
"""


def main() -> None:
    """Print a row for each composition and size of the parts."""
    parser = program.parser(__doc__, quick="one row, two sizes")
    options = parser.parse_args()
    rows = dict(list(ROWS.items())[:1]) if options.quick else ROWS
    sizes = PARTS[:2] if options.quick else PARTS
    names = ["whole" if size is None else f"parts of {size}" for size in sizes]
    print(f"batch of {BATCH} at 64 px; MiB that steps take beyond nets and data")
    table = [["composition", *names]]
    for name, (parts, values) in rows.items():
        taken = [mebibytes(parts, values, size) for size in sizes]
        table.append([name, *(f"{each:.0f}" for each in taken)])
    print(aligned(table))


def mebibytes(parts: Mapping[str, Any], values: Mapping[str, Any], microbatch: int | None) -> float:
    """Return what steps take at their peak, measured in a process of its own."""
    run = {"batch": BATCH, "size": "64", "microbatch": microbatch, **values.get("run", {})}
    asked = json.dumps([parts, {**values, "run": run}, STEPS])
    done = subprocess.run(
        [sys.executable, "-c", CHILD, asked], capture_output=True, text=True, check=True
    )
    return int(done.stdout) / 1024


if __name__ == "__main__":
    main()
