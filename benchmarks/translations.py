"""Train translations between sets of images, judge them, and add them to docs/results.md.

digits-mnist: cyclegan between `digits` and `mnist` at 32 pixels, three seeds. A judge of each side,
which has seen real images of that side only, reads the translations: does a translated 3 still read
as a 3? Beside it, how often it reads the untranslated image right.

maps: cyclegan and pix2pix on aerial photographs and maps of 64 pixels, ten minutes each.

    python benchmarks/translations.py --data-dir data --maps maps/
    python benchmarks/translations.py --only digits-mnist --seeds 0 --again
    python benchmarks/translations.py --quick
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.judging import Judge, JudgeOptions, Lines, real_images, train_judge, training_of
from benchmarks.judging.real import RealImages
from benchmarks.judging.results_page import FIGURES, PICTURES
from benchmarks.judging.trainings import say
from benchmarks.judging.translations_page import DIGITS, FOLDER, MAPS
from zoo_core import Composition, Pretrained, ZooError, compose, load
from zoo_core.runs.directory import RunDirectory
from zoo_core.training import Run, train

ROOT = Path(__file__).resolve().parents[1]
SIZE = 32
JUDGED = 1000
"""Held-out images of each side that are translated and judged, or all where there are fewer."""

JUDGES = {"a": JudgeOptions(), "b": JudgeOptions(epochs=6)}
BOOKKEEPING = {"log_every": 50, "checkpoint_every": 0, "sample_every": 0, "keep": 1}
HALF = {"generator": {"width": 32}, "critic": {"width": 32}}
QUARTER = {"generator": {"width": 16}, "critic": {"width": 16}}
PICTURE_BYTES = 200_000
GRID = 8
"""Rows and columns of a run's picture."""

MAP_ROWS = {"cyclegan": 4, "pix2pix": 3}
"""Rows of the pictures of maps that are kept: one of each kind."""

MAP_COLUMNS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What this call of the program does.

    Args:
        docs: folder of the page.
        runs: folder of the run directories.
        data_dir: folder of the downloaded data sets.
        maps: folder of paired maps, or None.
        seeds: of the trainings between digits and mnist.
        steps: of those trainings.
        minutes: of training on maps.
        map_steps: most steps of those trainings.
        again: train what has figures already.
    """

    docs: Path
    runs: Path
    data_dir: str
    maps: str | None
    seeds: tuple[int, ...]
    steps: int
    minutes: float
    map_steps: int
    again: bool

    def store(self, name: str, result: Mapping[str, Any]) -> None:
        """Write the figures of a training."""
        path = self.figures(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")

    def figures(self, name: str) -> Path:
        """Return where the figures of a training are."""
        return self.docs / FIGURES / FOLDER / f"{name}.json"

    def done(self, name: str) -> bool:
        """Say whether nothing is left to do for a training."""
        known = self.figures(name).is_file() and not self.again
        if known:
            say(f"{name}: has figures already (`--again` replaces them)")
        return known


class DigitsMnist:
    """Translate between the two sets of handwritten digits."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._judges: dict[str, Judge] = {}
        self._held_out: dict[str, RealImages] = {}

    def make(self, seed: int) -> None:
        """Train with one seed, judge both directions, and write figures and a picture."""
        name = f"{DIGITS}-{seed}"
        if self.plan.done(name):
            return
        self._read_sides()
        run = {"size": SIZE, "batch": 4, "steps": self.plan.steps, "seed": seed, **BOOKKEEPING}
        composition = compose(
            {"generator": "cyclegan", "data": "unpaired:digits,mnist"},
            {**QUARTER, "run": run, "data": {"root": self.plan.data_dir}},
            recipe="none",
        )
        directory = _trained(composition, self.plan, name)
        model = load(directory, device="cpu")
        figures = {
            direction: self._judged(model, direction[0], direction[1]) for direction in ("ab", "ba")
        }
        result = {
            "name": name,
            "seed": seed,
            "size": SIZE,
            "training": asdict(training_of(directory)),
            "judges": {
                side: {**asdict(judge.options), "accuracy": round(judge.accuracy, 4)}
                for side, judge in self._judges.items()
            },
            "figures": figures,
        }
        _keep_picture(directory, self.plan, name)
        self.plan.store(name, result)
        say(f"{name}: {json.dumps(figures)}")

    def _read_sides(self) -> None:
        for side, data in (("a", "digits"), ("b", "mnist")):
            if side in self._judges:
                continue
            options: dict[str, dict[str, Any]] = {"run": {"size": SIZE}}
            if data != "digits":
                options["data"] = {"root": self.plan.data_dir}
            dataset = compose({"generator": "dcgan", "data": data}, options, recipe="none").dataset
            say(f"training the judge of {data}")
            held_out = real_images(dataset, "test")
            self._held_out[side] = held_out.some(JUDGED, 0)
            self._judges[side] = train_judge(
                real_images(dataset, "train"), held_out, len(dataset.classes), JUDGES[side]
            )
            say(f"judge of {data}: {self._judges[side].accuracy:.2%} right on held-out images")

    @torch.no_grad()
    def _judged(self, model: Pretrained, source: str, target: str) -> dict[str, float]:
        """Return how a judge of the target side reads translations of the source side."""
        real, judge = self._held_out[source], self._judges[target]
        there = _translated(model, real.images, source + target)
        back = _translated(model, there, target + source)
        return {
            "read_right": round(_right(judge, there, real.labels), 4),
            "untranslated": round(_right(judge, real.images, real.labels), 4),
            "cycle_error": round((back - real.images).abs().mean().item(), 4),
            "changed": round((there - real.images).abs().mean().item(), 4),
            "images": len(real),
        }


def _right(judge: Judge, images: Tensor, labels: Tensor) -> float:
    return (judge(images)[0].argmax(1) == labels).double().mean().item()


def _translated(model: Pretrained, images: Tensor, direction: str) -> Tensor:
    pieces = torch.split(images, 100)
    return torch.cat([model.translate(some, direction) for some in pieces])


def make_maps(plan: Plan, generator: str) -> None:
    """Train one generator on maps for some minutes; keep its picture and held-out error."""
    name = f"{MAPS}-{generator}"
    if plan.done(name):
        return
    if plan.maps is None:
        raise ZooError(
            "no maps: they are pairs of an aerial photograph and a map, side by side",
            hint="`--maps FOLDER`, with train/ and val/ below it",
        )
    run = {
        "size": 64,
        "steps": plan.map_steps,
        "max_minutes": plan.minutes,
        "seed": 0,
        **BOOKKEEPING,
    }
    data = f"paired:{plan.maps}"
    if generator == "cyclegan":
        data = "unpaired:" + ",".join(_halves(Path(plan.maps), plan.runs / "maps-halves"))
    composition = compose(
        {"generator": generator, "data": data}, {**HALF, "run": run}, recipe="none"
    )
    directory = _trained(composition, plan, name)
    result = {"name": name, "size": 64, "training": asdict(training_of(directory))}
    _keep_picture(directory, plan, name, rows=MAP_ROWS[generator], columns=MAP_COLUMNS)
    plan.store(name, result)


def _halves(maps: Path, folder: Path) -> list[str]:
    """Write the halves of all training pairs into two folders, and return these."""
    sides = [folder / "aerial", folder / "map"]
    if not all(side.is_dir() for side in sides):
        for side in sides:
            side.mkdir(parents=True, exist_ok=True)
        for path in sorted((maps / "train").iterdir()):
            with Image.open(path) as both:
                half = both.width // 2
                both.crop((0, 0, half, both.height)).save(sides[0] / f"{path.stem}.png")
                both.crop((half, 0, 2 * half, both.height)).save(sides[1] / f"{path.stem}.png")
    return [str(side) for side in sides]


def _trained(composition: Composition, plan: Plan, name: str) -> Path:
    directory = plan.runs / name
    if (directory / "config.json").is_file():
        shutil.rmtree(directory)
    run: Run = train(composition, directory, watcher=Lines(name, every=100))
    return run.path


def _keep_picture(
    directory: Path, plan: Plan, name: str, *, rows: int = GRID, columns: int = GRID
) -> None:
    """Keep the first rows and columns of a run's last picture."""
    place = RunDirectory(directory)
    target = plan.docs / PICTURES / f"{name}.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(place.sample(max(place.steps()))) as made:
        # square cells with a border of two pixels
        cell = (made.width - 2) // GRID
        kept = made.crop((0, 0, columns * cell + 2, min(made.height, rows * cell + 2)))
        kept.save(target, optimize=True)
    if target.stat().st_size > PICTURE_BYTES:
        raise ZooError(f"{str(target)!r} is too large for docs/", hint="keep fewer rows")


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=[DIGITS, "cyclegan", "pix2pix"])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=1200, help="between digits and mnist")
    parser.add_argument("--minutes", type=float, default=10.0, help="of training on maps")
    parser.add_argument("--again", action="store_true", help="also what has figures already")
    parser.add_argument("--quick", action="store_true", help="two steps, a temporary folder")
    parser.add_argument("--data-dir", default="data", help="folder of the data sets")
    parser.add_argument("--maps", help="folder of paired maps")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "translations")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Train, judge and write; return the exit status."""
    given = parse(arguments)
    wanted = given.only or [DIGITS, *(["cyclegan", "pix2pix"] if given.maps else [])]
    try:
        with tempfile.TemporaryDirectory(prefix="translations-") as folder:
            place = Path(folder) if given.quick else None
            plan = Plan(
                docs=place / "docs" if place else given.docs,
                runs=place / "runs" if place else given.runs,
                data_dir=given.data_dir,
                maps=given.maps,
                seeds=tuple(given.seeds[:1] if given.quick else given.seeds),
                steps=2 if given.quick else given.steps,
                minutes=given.minutes,
                map_steps=2 if given.quick else 200_000,
                again=given.again,
            )
            digits = DigitsMnist(plan)
            for seed in plan.seeds if DIGITS in wanted else ():
                digits.make(seed)
            for generator in ("cyclegan", "pix2pix"):
                if generator in wanted:
                    make_maps(plan, generator)
    except ZooError as error:
        say(f"Error: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
