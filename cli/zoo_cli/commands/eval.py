"""`zoo eval`: measure what was trained, with the protocol beside every score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.comparing.words import protocol_text
from zoo_cli.flags import device_option, no_ema_option, plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import found_source, installed_registry
from zoo_cli.terminal import Terminal, columns, pass_terminal, quiet_option
from zoo_cli.wording import number
from zoo_core import ZooError
from zoo_core.runs.lines import features_name

if TYPE_CHECKING:
    from pathlib import Path

    from zoo_core import Evaluation, Measures, Registry


@click.command(
    "eval",
    cls=Command,
    examples=(
        "zoo eval runs/dcgan-wgan-gp-digits",
        "zoo eval runs/first@best --metrics fid,kid --count 10000 --split test",
        "zoo eval runs/photos --features inception:weights.pth --metrics fid",
        "zoo eval folder:made --data folder:real --metrics fid,kid",
    ),
)
@click.argument("source", metavar="SRC")
@click.option("--metrics", metavar="NAME[,NAME]", help="`zoo list metric` shows all.")
@click.option("--features", metavar="NAME[:PATH]", help="What metrics see images through.")
@click.option(
    "--count",
    type=click.IntRange(min=1),
    help="Samples: 10,000 by default; of pictures in files, all.",
)
@click.option(
    "--split",
    type=click.Choice(["test", "train", "both"]),
    default="both",
    show_default=True,
    help="Real images that samples are compared with: held-out ones, those trained on.",
)
@click.option(
    "--data",
    metavar="NAME[:PATH]",
    help="Other data than the run's own, or a run with them; for pictures, the real ones.",
)
@click.option("--size", metavar="N|HxW", help="Scale and crop images to it, pictures as well.")
@click.option("--data-dir", metavar="DIR", help="Where the data set lies.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of samples and choices.")
@device_option
@no_ema_option
@click.option("--no-save", is_flag=True, help="Do not add the scores to the run's scores.jsonl.")
@click.option(
    "-o",
    "--option",
    "options",
    multiple=True,
    metavar="SECTION.NAME=VALUE",
    help="An option of metrics, features or data, such as metric.kid.subsets=10.",
)
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print scores and protocols as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Measure SRC: a run, RUN@best or one of its checkpoints, weights, a pretrained name, a Hub id.

    Or pictures that any program made, such as folder:made, against those of --data. Scores can be
    compared where their protocols are the same: features, data, split, counts, seed and versions.
    `zoo compare` keeps the others apart.
    """
    from zoo_core.metrics.made import names_pictures

    source, registry = given["source"], installed_registry(terminal, given["plugins"])
    pictures = names_pictures(source, registry)
    if not pictures:
        path, registry = found_source(terminal, source, given["plugins"])
        source = str(path)
    found = _evaluated(terminal, source, registry, given)
    if given["as_json"]:
        terminal.json(
            [{"source": source, **one.to_json(), "remarks": list(one.remarks)} for one in found]
        )
    else:
        _show(terminal, found)
    for remark in dict.fromkeys(text for one in found for text in one.remarks):
        terminal.remark(remark)
    if not pictures and not given["no_save"]:
        _keep(path, found)


def _evaluated(
    terminal: Terminal, source: str, registry: Registry, given: Mapping[str, Any]
) -> list[Evaluation]:
    from zoo_core.metrics.evaluation import evaluate

    measures = _measures(given)
    counted = "pictures" if measures.count is None else f"{measures.count:,} pictures"
    with terminal.counting(f"measuring {counted}", measures.count) as told:
        return evaluate(
            source,
            measures,
            device=given["device"],
            average=not given["no_ema"],
            registry=registry,
            told=told,
        )


def _measures(given: Mapping[str, Any]) -> Measures:
    from zoo_core.composition import parse_options, split_names
    from zoo_core.metrics.measures import SPLITS, Measures

    options = parse_options(given["options"])
    for section, name, flag in (("data", "root", "data_dir"), ("run", "size", "size")):
        if given[flag] is not None:
            options[section] = {**options.get(section, {}), name: given[flag]}
    return Measures(
        metrics=split_names(given["metrics"] or ""),
        features=given["features"],
        data=given["data"],
        options=options,
        count=given["count"],
        splits=SPLITS if given["split"] == "both" else (given["split"],),
        seed=given["seed"],
    )


def _keep(path: Path, found: Sequence[Evaluation]) -> None:
    """Add the scores, which have been printed, to the run.

    Raises:
        ZooError: they cannot be written.
    """
    from zoo_core.metrics.evaluation import keep_scores

    try:
        keep_scores(path, found)
    except ZooError as error:
        raise ZooError(
            f"the scores above are not kept with the run: {error.message}",
            hint="`--no-save` keeps them nowhere; `--json` prints them to be kept elsewhere",
        ) from error


def _show(terminal: Terminal, found: Sequence[Evaluation]) -> None:
    """Print a column for each direction and split, and below it how their scores were measured."""
    table = columns(
        f"seen through {features_name(found[0].protocol)}", *(_heading(one) for one in found)
    )
    for column in table.columns[1:]:
        column.justify = "right"
    for name in dict.fromkeys(name for one in found for name in one.scores):
        way = found[0].better.get(name, "")
        cells = [number(one.scores[name]) if name in one.scores else "-" for one in found]
        table.add_row(f"{name} ({way} is better)" if way else name, *cells)
    terminal.show(table)
    for one in found:
        # scores of one metric share a digest
        first = {digest: name for name, digest in reversed(list(one.digests.items()))}
        digests = ", ".join(f"{name} {digest}" for digest, name in reversed(first.items()))
        terminal.show(f"{_heading(one)}: {protocol_text(one.protocol, one.weights)}; {digests}")


def _heading(one: Evaluation) -> str:
    return " ".join(part for part in (one.direction, one.protocol["split"]) if part)
