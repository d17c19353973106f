"""Which memory layout and precision are fast on this machine.

Trains the same composition in each combination, in turns, and prints the speed relative to
channels-first float32: the median of the ratios round by round. A ratio above 1 is faster.

    python benchmarks/layouts.py
"""

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.shared import program
from benchmarks.shared.timing import interleaved, ratios
from zoo_core import Registry, compose
from zoo_core.engine.hardware import has_bfloat16_units
from zoo_core.testing import engine_of

COMBINATIONS = list(product(("channels-first", "channels-last"), ("float32", "bfloat16")))
LOSSES = ("non-saturating", "wgan-gp")
WIDTHS = (16, 32, 64)


def main() -> None:
    """Print a row for each width and loss."""
    parser = program.parser(__doc__, quick="3 rounds, one width")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.7)
    options = parser.parse_args()
    widths = WIDTHS[:1] if options.quick else WIDTHS
    rounds = 3 if options.quick else options.rounds
    units = "has" if has_bfloat16_units() else "has no"
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads, {units} bfloat16 units")
    names = [f"{layout[9:]} {precision}" for layout, precision in COMBINATIONS]
    print(f"{'dcgan, 32 px, batch 64':28s}" + "".join(f"{name:>18s}" for name in names))
    for width, loss in product(widths, LOSSES):
        print(f"{f'width {width}, {loss}':28s}" + _row(width, loss, rounds, options.seconds))


def _row(width: int, loss: str, rounds: int, seconds: float) -> str:
    registry = Registry.from_installed()
    steps = {}
    for layout, precision in COMBINATIONS:
        run = {"batch": 64, "layout": layout, "precision": precision}
        composition = compose(
            {"generator": "dcgan", "loss": loss},
            {"run": run, "generator": {"width": width}, "critic": {"width": width}},
            registry=registry,
            recipe="none",
        )
        steps[f"{layout} {precision}"] = engine_of(composition).step
    rates = interleaved(steps, rounds, seconds)
    base = next(iter(rates.values()))
    return "".join(f"{ratios(found, base)[0]:18.2f}" for found in rates.values())


if __name__ == "__main__":
    main()
