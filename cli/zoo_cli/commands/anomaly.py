"""`zoo anomaly`: which images are strange to what was trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.commands.sample import label_number
from zoo_cli.flags import device_option, no_ema_option, plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import loaded_source
from zoo_cli.terminal import Terminal, columns, pass_terminal, quiet_option
from zoo_cli.wording import number
from zoo_core import ZooError
from zoo_core.errors import nearest

if TYPE_CHECKING:
    from zoo_core import Pretrained, Registry
    from zoo_core.interfaces import Dataset, Split, Table
    from zoo_core.metrics.anomalies import Anomalies

SHOWN = 64
"""Images on the sheet."""


@click.command(
    "anomaly",
    cls=Command,
    examples=(
        "zoo anomaly runs/dcgan-vae-digits digits --sheet strangest.png",
        "zoo anomaly runs/parts folder:new-parts/ --out strange.csv",
        "zoo anomaly runs/parts folder:tested/ --odd broken,scratched",
    ),
)
@click.argument("source", metavar="SRC")
@click.argument("data", metavar="DATA")
@click.option("--out", metavar="FILE", help="A CSV of all images, the strangest first.")
@click.option("--sheet", metavar="FILE", help=f"A PNG of the {SHOWN} strangest.")
@click.option("--score", metavar="NAME", help="Which score ranks; the game's main one.")
@click.option("--odd", metavar="CLASS[,CLASS]", help="Classes that should be found: AUROC.")
@click.option(
    "--split",
    type=click.Choice(["test", "train"]),
    help="Of DATA: test, or train where nothing is held out; a folder is taken whole.",
)
@click.option("--data-dir", metavar="DIR", help="Where the data set lies.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of what nets draw.")
@device_option
@no_ema_option
@click.option(
    "-o", "--option", "options", multiple=True, metavar="data.NAME=VALUE", help="Of the data."
)
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print scores and AUROC as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Rank the images of DATA by how strange they are to SRC, a run, weights or a Hub id.

    SRC has an encoder: an autoencoder measures what it cannot make again, a variational one also
    how improbable an image is. `zoo train --game encode --init RUN` trains one for a GAN.
    """
    from zoo_core.metrics.anomalies import anomalies_of

    trained = loaded_source(terminal, given)
    trained.check_encoder()
    dataset = _opened(trained, given)
    split, table = _table(dataset, given["split"])
    odd = _odd(given["odd"], dataset.classes)
    with terminal.counting(f"looking at {len(table):,} images", len(table)) as told:
        found = anomalies_of(trained, table, seed=given["seed"], told=told)
    score = _score(found, given["score"])
    measured = found.auroc(odd) if odd else {}
    rows = _rows(found, score, _names(dataset, split), dataset.classes)
    if given["sheet"]:
        _draw(table, found, score, Path(given["sheet"]))
    if given["out"]:
        _write(Path(given["out"]), rows)
    if given["as_json"]:
        terminal.json({"score": score, "split": split, "auroc": measured, "images": rows})
    else:
        _show(terminal, given, rows, measured, score)


def _opened(trained: Pretrained, given: Mapping[str, Any]) -> Dataset:
    """Return the data at the size and with the channels that were trained on.

    Raises:
        ZooError: data that cannot be opened, or images of other channels.
    """
    from zoo_core.composition import parse_options
    from zoo_core.composition.datasets import opener

    image, registry = trained.composition.task.image, trained.composition.registry
    said = parse_options(given["options"]).get("data", {})
    root = {} if given["data_dir"] is None else {"root": given["data_dir"]}
    options = {**_whole(registry, given["data"]), "channels": str(image.channels), **root, **said}
    dataset = opener(registry)(given["data"], size=(image.height, image.width), **options)
    if dataset.images.get("images") != image:
        shown = " and ".join(map(str, dataset.images.values()))
        raise ZooError(
            f"{given['data']!r} has images of {shown}, and {given['source']!r} reads {image}",
            hint="data with one set of images, and as many channels",
        )
    return dataset


def _whole(registry: Registry, data: str) -> dict[str, object]:
    """Return the option by which nothing is held out, where the data set has it."""
    from zoo_core.config.options import options_of

    item = registry.find("dataset", data.partition(":")[0])
    known = options_of(item.entry.load()).get("held_out")
    return {"held_out": 0.0} if known and known.bounds and known.bounds.low == 0 else {}


def _table(dataset: Dataset, split: Split | None) -> tuple[Split, Table]:
    """Return the split that is looked at, and its images."""
    if split is None:
        split = "test" if len(dataset.tables("test")["images"]) else "train"
    return split, dataset.tables(split)["images"]


def _odd(text: str | None, classes: Sequence[str]) -> list[int]:
    """Return the numbers of the classes that should be found.

    Raises:
        ZooError: no such class, or data without classes.
    """
    if text is None:
        return []
    if not classes:
        raise ZooError(
            "these images have no classes, so none of them is odd",
            hint="leave `--odd` out, or take labelled data, such as a folder of folders",
        )
    found = [label_number(name, classes) for name in text.split(",")]
    wrong = next((number for number in found if not 0 <= number < len(classes)), None)
    if wrong is not None:
        raise ZooError(f"no class {wrong}", hint=f"classes: {', '.join(classes)}")
    return found


def _score(found: Anomalies, name: str | None) -> str:
    if name is None:
        return next(iter(found.scores))
    if name not in found.scores:
        known = ", ".join(found.scores)
        raise ZooError(
            f"no score {name!r} here", hint=f"{nearest(name, found.scores)}one of: {known}"
        )
    return name


def _names(dataset: Dataset, split: Split) -> Sequence[str]:
    """Return the file of each row, where the images are files of a folder."""
    from zoo_core.data.folders.folder import Folder

    if not isinstance(dataset, Folder):
        return ()
    return [str(path) for path in dataset.splits[split].paths()]


def _rows(
    found: Anomalies, score: str, names: Sequence[str], classes: Sequence[str]
) -> list[dict[str, Any]]:
    """Return what is known of each image, the strangest first."""
    labels = None if found.labels is None or not classes else found.labels.tolist()
    scores = {name: each.tolist() for name, each in found.scores.items()}
    rows = []
    for rank, row in enumerate(found.order(score).tolist(), start=1):
        one: dict[str, Any] = {"rank": rank, "row": row}
        if names:
            one["image"] = names[row]
        if labels is not None:
            one["label"] = classes[labels[row]] if labels[row] >= 0 else ""
        rows.append(one | {name: each[row] for name, each in scores.items()})
    return rows


def _draw(table: Table, found: Anomalies, score: str, path: Path) -> None:
    from zoo_core.interfaces import as_floats
    from zoo_core.pictures.sheets import save_grid

    strangest = table.take(found.order(score)[:SHOWN])
    save_grid(as_floats(strangest.images), path, columns=8, hint="`--sheet` names another file")


def _write(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write all rows as CSV, whole or not at all."""
    import csv

    from zoo_core.runs.atomic import whole_file

    with (
        whole_file(path, hint="`--out` names another file") as temporary,
        temporary.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def _show(
    terminal: Terminal,
    given: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    measured: Mapping[str, float],
    score: str,
) -> None:
    files = [given[name] for name in ("out", "sheet") if given[name]]
    if not files:
        table = columns(*rows[0])
        for row in rows[:10]:
            cells = (number(v) if isinstance(v, float) else str(v) for v in row.values())
            table.add_row(*cells)
        terminal.show(table)
    terminal.remark(f"{len(rows):,} images by {score}, the strangest first")
    for name, value in measured.items():
        terminal.result(f"AUROC of {name}: {value:.4f}")
    terminal.result(*files)
