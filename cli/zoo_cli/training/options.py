"""The options of `zoo train`, as a table: which flag sets what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from zoo_cli.flags import plugin_option
from zoo_core.registry.kinds import ROLES, Kind

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A flag of the command line.

    Args:
        names: as the user types them, the main one first.
        sets: roles or `section.option`s that get its value.
        help: its meaning.
        metavar: what its value is; empty for a switch.
        repeated: it may be given several times: the values are joined by commas.
    """

    names: tuple[str, ...]
    sets: tuple[str, ...]
    help: str
    metavar: str
    repeated: bool = False

    @property
    def parameter(self) -> str:
        """Return the name of click's parameter."""
        return self.names[0].partition("/")[0].removeprefix("--").replace("-", "_")


def part_flag(kind: Kind) -> Flag:
    """Return the flag that chooses parts of a kind."""
    takes = "NAME[,NAME]" if kind.many else "NAME[:PATH]" if kind.argued else "NAME"
    return Flag(names=kind.flags, sets=(kind.role,), help=kind.help, metavar=takes)


def _value(name: str, sets: str, meaning: str, metavar: str = "N") -> Flag:
    return Flag(names=(name,), sets=tuple(sets.split()), help=meaning, metavar=metavar)


PART_FLAGS = tuple(part_flag(kind) for kind in ROLES.values() if not kind.measuring)
MEASURE_PART_FLAGS = tuple(part_flag(kind) for kind in ROLES.values() if kind.measuring)

VALUE_FLAGS = (
    _value("--data-dir", "data.root", "Where the data set lies, or is downloaded to.", "DIR"),
    _value("--size", "run.size", "Side in pixels, or height x width: 32 or 64x48.", "SIZE"),
    _value("--latent-dim", "run.latent_dim", "Length of a latent vector."),
    _value("--steps", "run.steps", "Moves of the generator."),
    _value("--batch", "run.batch", "Images per move."),
    _value("--microbatch", "run.microbatch", "Images of it played at once, to save memory."),
    _value("--lr", "generator.lr critic.lr", "Learning rate of both players.", "RATE"),
    _value(
        "--schedule",
        "generator.schedule critic.schedule",
        "Of both rates: constant, linear, cosine or step.",
        "KIND",
    ),
    _value("--critic-steps", "run.critic_steps", "Critic's moves per generator's move."),
    _value("--seed", "run.seed", "Of everything that is random."),
    _value("--device", "run.device", "auto, cpu, cuda or mps.", "NAME"),
    _value("--precision", "run.precision", "auto, float32 or bfloat16.", "NAME"),
    _value("--layout", "run.layout", "auto, channels-first or channels-last.", "NAME"),
    _value("--deterministic", "run.deterministic", "Only reproducible operations.", ""),
    _value("--max-minutes", "run.max_minutes", "Stop after so long, with a checkpoint.", "M"),
    _value("--log-every", "run.log_every", "Steps between log points."),
    _value("--sample-every", "run.sample_every", "Steps between pictures."),
    _value("--checkpoint-every", "run.checkpoint_every", "Steps between checkpoints."),
    Flag(
        names=("--track",),
        sets=("run.track",),
        help="Tracker that gets the log too, such as tensorboard or wandb.",
        metavar="NAME[,NAME]",
        repeated=True,
    ),
)

MEASURE_FLAGS = (
    _value("--eval-every", "run.eval_every", "Steps between evaluations."),
    _value("--eval-count", "run.eval_count", "Samples of an evaluation."),
    _value("--stop-on", "run.stop_on", "plateau=fid:5: end when 5 in a row are no better.", "RULE"),
    _value("--on-collapse", "run.on_collapse", "warn, stop or rollback.", "ACTION"),
    _value("--monitor/--no-monitor", "run.monitor", "Watch the run's health; on by default.", ""),
)

PUSH_FLAGS = (
    _value("--push-to", "run.push_to", "Repository on the Hub that gets the weights.", "REPO"),
    _value("--push-every", "run.push_every", "Steps between pushes; else one at the end."),
    _value("--push-private", "run.push_private", "Make a repository that only you see.", ""),
    _value("--push-state", "run.push_state", "Push what `--resume REPO` needs too.", ""),
)

_KEEP = click.option(
    "--keep",
    multiple=True,
    metavar="N|best=SCORE",
    help="Newest checkpoints that stay; best=fid keeps the best too.",
)

_BEGINS = (
    _KEEP,
    click.option("--init", metavar="SRC", help="Begin with the weights of this run."),
    click.option(
        "--recipe",
        metavar="NAME|FILE",
        help="A tried configuration, or a FILE.json; `zoo list recipe`.",
    ),
    click.option("--no-recipe", is_flag=True, help="No recipe by itself."),
    click.option("--config", metavar="FILE", help="A configuration, as `--dry-run --json` prints."),
    click.option(
        "-o",
        "--option",
        "options",
        multiple=True,
        metavar="SECTION.NAME=VALUE",
        help="Any option of any part, such as generator.width=32; `zoo info` shows them.",
    ),
    plugin_option,
)
"""What says how a run begins, beside parts and values."""

_OTHERS = (
    click.option("--run", metavar="DIR", help="Run directory; else runs/GEN-LOSS-DATA."),
    click.option("--dry-run", is_flag=True, help="Show every value and who set it; train nothing."),
    click.option("--json", "as_json", is_flag=True, help="Print the configuration or outcome."),
    click.option("--resume", metavar="DIR|REPO", help="Go on with this run, also after a crash."),
    click.option("--other-data", is_flag=True, help="Resume with data that are not those it had."),
)


ALL_PART_FLAGS = (*PART_FLAGS, *MEASURE_PART_FLAGS)
ALL_VALUE_FLAGS = (*VALUE_FLAGS, *MEASURE_FLAGS, *PUSH_FLAGS)


def train_options(function: Function) -> Function:
    """Add all options of `zoo train` to a command."""
    return with_options(function, [*_FLAGS, *_BEGINS, *_OTHERS])


def beginning_options(function: Function) -> Function:
    """Add the options that say what a run is and how it begins."""
    return with_options(function, [*_FLAGS, *_BEGINS])


def with_options(function: Function, options: Sequence[Callable[[Function], Function]]) -> Function:
    """Add options to a command, so that its help shows them in this order."""
    for option in reversed(options):
        function = option(function)
    return function


def click_option(flag: Flag) -> Callable[[Function], Function]:
    """Return what adds a flag to a command."""
    if not flag.metavar:
        return click.option(*flag.names, flag.parameter, is_flag=True, default=None, help=flag.help)
    return click.option(
        *flag.names,
        flag.parameter,
        metavar=flag.metavar,
        help=flag.help,
        multiple=flag.repeated,
        callback=_joined if flag.repeated else None,
    )


def _joined(_context: click.Context, _parameter: click.Parameter, values: tuple[str, ...]) -> Any:
    return ",".join(values) if values else None


_FLAGS = tuple(click_option(flag) for flag in (*ALL_PART_FLAGS, *ALL_VALUE_FLAGS))
