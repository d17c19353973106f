"""Train a recipe and judge it: what its `reaches` says, measured again.

    python benchmarks/recipes.py cdcgan-digits
    python benchmarks/recipes.py cdcgan-digits --seed 1 --picture digits.png

The judge is that of the other benchmarks: it has seen real images only. For a recipe that is asked
for labels it also says how many samples read as the label asked for.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.judging import JudgeOptions, Lines, Panel, figures_table
from benchmarks.judging.measures import labels_read
from benchmarks.judging.trainings import say
from zoo_core import ZooError, compose, load, train
from zoo_core.pictures.sheets import save_grid

GRID = 64


def judge(name: str, seed: int, count: int, picture: Path | None, *, quick: bool) -> None:
    """Train a recipe with a seed and print what the judge says of it."""
    run: dict[str, object] = {"seed": seed, **({"steps": 3} if quick else {})}
    composition = compose(options={"run": run}, recipe=name)
    with tempfile.TemporaryDirectory(prefix="recipe-") as folder:
        done = train(composition, Path(folder) / "run", watcher=Lines(name, every=300))
        model = load(done.path, device="cpu")
        images = model.sample(count, seed=1)
    if picture is not None:
        save_grid(images[:GRID], picture, columns=8)
    options = JudgeOptions(images=640, epochs=1) if quick else JudgeOptions()
    panel = Panel(composition.dataset, options)
    print(f"judge: {panel.judge.accuracy:.2%} right on held-out images")
    print(f"{name}, seed {seed}: {done.seconds:.0f} s, {done.step} steps")
    print(figures_table({name: panel.figures(images)}, panel.controls(count)))
    if model.classes:
        found = labels_read(model, panel, count)
        print(f"read as asked: {found['as_asked']:.1%}, worst label {found['worst_class']:.1%}")


def main(arguments: list[str] | None = None) -> int:
    """Judge one recipe; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("name", nargs="?", default="cdcgan-digits")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--count", type=int, default=1000, help="samples that are judged")
    parser.add_argument("--picture", type=Path, help="where 64 samples go")
    parser.add_argument("--quick", action="store_true", help="three steps, a hasty judge")
    given = parser.parse_args(arguments)
    try:
        count = 100 if given.quick else given.count
        judge(given.name, given.seed, count, given.picture, quick=given.quick)
    except ZooError as error:
        say(f"Error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
