"""Wall time of `zoo list` beside an import of the libraries it needs, as whole processes.

python benchmarks/list_time.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.shared import program
from benchmarks.shared.timing import interleaved, ratios

LIMIT = 3.0
IMPORTS = "import click, rich.console, rich.table, pluggy"


def main() -> int:
    """Print the ratio; fail if it is above the limit."""
    parser = program.parser(__doc__, quick="5 rounds")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    commands = {
        "zoo list": [sys.executable, "-m", "zoo_cli", "list"],
        "imports": [sys.executable, "-c", IMPORTS],
    }
    steps = {name: (lambda line=line: _run(line)) for name, line in commands.items()}
    rates = interleaved(steps, 5 if options.quick else options.rounds, 0.1)
    times = {name: [1 / value for value in found] for name, found in rates.items()}
    median, low, high = ratios(times["zoo list"], times["imports"])
    print(f"`zoo list` takes {median:.2f} times as long as the imports ({low:.2f} to {high:.2f})")
    return 0 if median <= LIMIT else 1


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    raise SystemExit(main())
