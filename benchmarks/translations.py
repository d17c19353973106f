"""Train translations between sets of images, measure them, and add them to docs/results.md.

digits-mnist: cyclegan between `digits` and `mnist` at 32 pixels, three seeds. How near do the
translations come to the other side, and does a translated 3 still read as a 3? Beside it, what the
untranslated images score.

maps: cyclegan and pix2pix on aerial photographs and maps of 64 pixels, ten minutes each.

jitter-maps: cyclegan on maps with the random crops and mirror images of its paper and without, for
the same steps each, which take the same time, three seeds: the error of held-out images that were
translated there and back, and pictures. Only where it is asked for.

    python benchmarks/translations.py --data-dir data --maps maps/
    python benchmarks/translations.py --only jitter-maps --maps maps/
    python benchmarks/translations.py --only digits-mnist --seeds 0 --again
    python benchmarks/translations.py --quick
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from PIL import Image
from torch import Tensor

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.pages.translations import DIGITS, FOLDER, MAPS
from benchmarks.shared import program
from benchmarks.shared.program import Places
from benchmarks.shared.trainings import trained, training_of
from zoo_core import Composition, Measures, Pretrained, ZooError, compose, evaluate, load
from zoo_core.interfaces import Batch, as_floats
from zoo_core.metrics import Panel, tables_of
from zoo_core.pictures.row_names import WIDTH
from zoo_core.runs.directory import RunDirectory

SIZE = 32
COUNT = 1000
"""Held-out images of each side that are translated and measured, or all where there are fewer."""

METRICS, FEATURES = ("fid", "label-accuracy"), "digit-classifier"
BOOKKEEPING = {"log_every": 50, "checkpoint_every": 0, "sample_every": 0, "keep": 1}
HALF = {"generator": {"width": 32}, "critic": {"width": 32}}
QUARTER = {"generator": {"width": 16}, "critic": {"width": 16}}
PICTURED = 0
"""The seed between digits and mnist whose picture is kept."""

GRID = 8
"""Rows and columns of a run's picture."""

MAP_STEPS = 200_000
"""More than the minutes allow."""

MAP_ROWS = {"cyclegan": 4, "pix2pix": 3}
"""Rows of the pictures of maps that are kept: one of each kind."""

MAP_COLUMNS = 6

JITTER = "jitter-maps"
JITTER_STEPS = 2600
"""Ten minutes on one quiet core, with the crops and mirror images and without them."""

VARIED: Mapping[str, Mapping[str, Any]] = {
    "with": {},
    "without": {"jitter": 1.0, "mirror": False},
}
"""Options of the data: those that the generator brings, and none."""


def make_digits(seed: int, places: Places, given: argparse.Namespace) -> None:
    """Train between the two sets of handwritten digits, and measure both directions."""
    name = f"{DIGITS}-{seed}"
    if not program.wanted(given, places.figures(f"{FOLDER}/{name}"), name):
        return
    run = {"size": SIZE, "batch": 4, "seed": seed, **BOOKKEEPING}
    composition = compose(
        {
            "generator": "cyclegan",
            "data": "unpaired:digits,mnist",
            "features": FEATURES,
            "metric": METRICS,
        },
        {
            **QUARTER,
            "run": {**run, "steps": 2 if given.quick else given.steps},
            "data": {"root": given.data_dir},
        },
        recipe="none",
    )
    directory = trained(composition, places.runs / name, name, every=100, again=given.again)
    result = {
        "name": name,
        "seed": seed,
        "size": SIZE,
        "training": training_of(directory),
        "figures": measured(directory, composition),
    }
    if seed == PICTURED:
        keep_picture(directory, places.picture(name))
    program.write_json(places.figures(f"{FOLDER}/{name}"), result)
    program.say(f"{name}: has figures now")


def measured(directory: Path, composition: Composition) -> dict[str, Any]:
    """Return the figures of both directions, beside those of the untranslated images."""
    model = load(directory, device="cpu")
    measures = Measures(
        metrics=METRICS,
        features=FEATURES,
        count=COUNT,
        splits=("test",),
        options={"data": composition.settings["data"].plain()},
    )
    found = {}
    for evaluation in evaluate(directory, measures, device="cpu"):
        source, target = tables_of(evaluation.direction, composition.dataset.images)
        real = held_out(composition, source)
        panel = Panel(composition, table=target, split="test")
        found[evaluation.direction] = {
            **evaluation.to_json(),
            "untranslated": panel.measure(panel.see([real])).values,
            **errors(model, real.images, source, target),
        }
    return found


def errors(model: Pretrained, images: Tensor, source: str, target: str) -> dict[str, float]:
    """Return how far images are from themselves there and back, and from their translations."""
    there = translated(model, images, source + target)
    back = translated(model, there, target + source)
    return {
        "cycle_error": round((back - images).abs().mean().item(), 4),
        "changed": round((there - images).abs().mean().item(), 4),
    }


def held_out(composition: Composition, side: str) -> Batch:
    """Return the first held-out images of a side, which an evaluation translates."""
    table = composition.dataset.tables("test")[side]
    rows = table.take(torch.arange(min(COUNT, len(table))))
    return Batch(as_floats(rows.images), rows.labels)


def translated(model: Pretrained, images: Tensor, direction: str) -> Tensor:
    """Return the translations of images."""
    return torch.cat([model.translate(some, direction) for some in torch.split(images, 100)])


def make_maps(generator: str, places: Places, given: argparse.Namespace) -> None:
    """Train one generator on maps for some minutes, and keep its picture."""
    name = f"{MAPS}-{generator}"
    if not program.wanted(given, places.figures(f"{FOLDER}/{name}"), name):
        return
    composition = of_maps(generator, places, given)
    directory = trained(composition, places.runs / name, name, every=100, again=given.again)
    result = {"name": name, "size": 64, "training": training_of(directory)}
    keep_picture(directory, places.picture(name), rows=MAP_ROWS[generator], columns=MAP_COLUMNS)
    program.write_json(places.figures(f"{FOLDER}/{name}"), result)


def of_maps(
    generator: str,
    places: Places,
    given: argparse.Namespace,
    *,
    seed: int = 0,
    data: Mapping[str, Any] | None = None,
    steps: int | None = None,
) -> Composition:
    """Return a generator that learns from maps for so many steps, or else for minutes."""
    if given.maps is None:
        raise ZooError(
            "no maps: they are pairs of an aerial photograph and a map, side by side",
            hint="`--maps FOLDER`, with train/ and val/ below it",
        )
    sides = f"paired:{given.maps}"
    if generator == "cyclegan":
        sides = "unpaired:" + ",".join(halves(given.maps, places.runs / "maps-halves"))
    limit = {"steps": MAP_STEPS, "max_minutes": given.minutes}
    length = {"steps": 2} if given.quick else {"steps": steps} if steps else limit
    run = {"size": 64, "seed": seed, **length, **BOOKKEEPING}
    options = {**HALF, "run": run, "data": data or {}}
    return compose({"generator": generator, "data": sides}, options, recipe="none")


def make_jitter(seed: int, places: Places, given: argparse.Namespace) -> None:
    """Train cyclegan on maps with its paper's variation of the images and without it."""
    for said, options in VARIED.items():
        name = f"{JITTER}-{said}-{seed}"
        if not program.wanted(given, places.figures(f"{FOLDER}/{name}"), name):
            continue
        composition = of_maps(
            "cyclegan", places, given, seed=seed, data=options, steps=JITTER_STEPS
        )
        directory = trained(composition, places.runs / name, name, every=100, again=given.again)
        model = load(directory, device="cpu")
        found = {
            source + target: errors(model, held_out(composition, source).images, source, target)
            for source, target in ("ab", "ba")
        }
        training = training_of(directory)
        result = {"name": name, "seed": seed, "size": 64, "training": training, "figures": found}
        keep_picture(directory, places.picture(name), rows=MAP_ROWS["cyclegan"], columns=4)
        program.write_json(places.figures(f"{FOLDER}/{name}"), result)
        program.say(f"{name}: {found}")


def halves(maps: Path, folder: Path) -> list[str]:
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


def keep_picture(directory: Path, target: Path, *, rows: int = GRID, columns: int = GRID) -> None:
    """Keep the first rows and columns of a run's last picture."""
    place = RunDirectory(directory)
    target.parent.mkdir(parents=True, exist_ok=True)
    with Image.open(place.sample(max(place.steps()))) as made:
        # square cells with a border of two pixels; the names of the rows stand at their right
        cell = (int(made.info.get(WIDTH, made.width)) - 2) // GRID
        kept = made.crop((0, 0, columns * cell + 2, min(made.height, rows * cell + 2)))
        kept.save(target, optimize=True)
    program.check_bytes(target)


def work(given: argparse.Namespace) -> None:
    """Make what is wanted: maps only where there are some."""
    names = given.only or [DIGITS, *(MAP_ROWS if given.maps else [])]
    with program.places(given) as places:
        if DIGITS in names:
            for seed in given.seeds[:1] if given.quick else given.seeds:
                make_digits(seed, places, given)
        for generator in MAP_ROWS:
            if generator in names:
                make_maps(generator, places, given)
        if JITTER in names:
            for seed in given.seeds[:1] if given.quick else given.seeds:
                make_jitter(seed, places, given)


def main(arguments: list[str] | None = None) -> int:
    """Train, measure and write; return the exit status."""
    parser = program.parser(__doc__, quick="two steps, a temporary folder")
    program.add_places(parser, runs="translations")
    program.add_data(parser)
    program.add_choice(parser, [DIGITS, *MAP_ROWS, JITTER])
    parser.add_argument("--seeds", nargs="+", type=int, default=[0, 1, 2])
    parser.add_argument("--steps", type=int, default=1200, help="between digits and mnist")
    parser.add_argument("--minutes", type=float, default=10.0, help="of training on maps")
    parser.add_argument("--maps", type=Path, help="folder of paired maps")
    given = parser.parse_args(arguments)
    return program.status(lambda: work(given))


if __name__ == "__main__":
    sys.exit(main())
