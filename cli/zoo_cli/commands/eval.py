"""`zoo eval`: measure what was trained, with the protocol beside every score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.comparing.scores import protocol_text
from zoo_cli.flags import device_option, no_ema_option, plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import found_source
from zoo_cli.terminal import Terminal, columns, pass_terminal, quiet_option
from zoo_cli.wording import number

if TYPE_CHECKING:
    from pathlib import Path

    from zoo_core import Evaluation, Registry


@click.command(
    "eval",
    cls=Command,
    examples=(
        "zoo eval runs/dcgan-wgan-gp-digits",
        "zoo eval runs/first@best --metrics fid,kid --count 10000 --split test",
        "zoo eval runs/photos --features inception:weights.pth --metrics fid",
    ),
)
@click.argument("source", metavar="SRC")
@click.option("--metrics", metavar="NAME[,NAME]", help="`zoo list metric` shows all.")
@click.option("--features", metavar="NAME[:PATH]", help="What metrics see images through.")
@click.option("--count", type=click.IntRange(min=1), default=10_000, show_default=True)
@click.option(
    "--split",
    type=click.Choice(["test", "train", "both"]),
    default="both",
    show_default=True,
    help="Real images that samples are compared with: held-out ones, those trained on.",
)
@click.option("--data", metavar="NAME[:PATH]", help="Other data than the run's own.")
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

    Scores can be compared where their protocols are the same: features, data, split, counts,
    seed and versions. `zoo compare` keeps the others apart.
    """
    from zoo_core.metrics.evaluation import keep_scores

    path, registry = found_source(terminal, given["source"], given["plugins"])
    found = _evaluated(path, registry, given)
    if not given["no_save"]:
        keep_scores(path, found)
    if given["as_json"]:
        terminal.json([{"source": str(path), **one.to_json()} for one in found])
    else:
        _show(terminal, found)


def _evaluated(path: Path, registry: Registry, given: Mapping[str, Any]) -> list[Evaluation]:
    from zoo_core.composition import parse_options, split_names
    from zoo_core.metrics.evaluation import SPLITS, Measures, evaluate

    options = parse_options(given["options"])
    if given["data_dir"] is not None:
        options["data"] = {**options.get("data", {}), "root": given["data_dir"]}
    measures = Measures(
        metrics=split_names(given["metrics"] or ""),
        features=given["features"],
        data=given["data"],
        options=options,
        count=given["count"],
        splits=SPLITS if given["split"] == "both" else (given["split"],),
        seed=given["seed"],
    )
    return evaluate(
        path,
        measures,
        device=given["device"],
        average=not given["no_ema"],
        registry=registry,
    )


def _show(terminal: Terminal, found: Sequence[Evaluation]) -> None:
    """Print a column for each protocol, and below it what the protocols say."""
    table = columns("score", *(_heading(one) for one in found))
    for column in table.columns[1:]:
        column.justify = "right"
    for name in found[0].scores:
        way = found[0].better.get(name, "")
        cells = [number(one.scores[name]) for one in found]
        table.add_row(f"{name} ({way} is better)" if way else name, *cells)
    table.add_row("protocol", *(one.digest for one in found), style="dim")
    terminal.show(table)
    for one in found:
        terminal.show(f"{one.digest}: {protocol_text(one.protocol, one.weights)}")


def _heading(one: Evaluation) -> str:
    return " ".join(part for part in (one.direction, one.protocol["split"]) if part)
