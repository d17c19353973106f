"""The options of `zoo train`, as a table: which flag sets what."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import click

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """A flag of the command line.

    Args:
        names: as the user types them, the main one first.
        sets: roles or `section.option`s that get its value.
        help: its meaning.
        metavar: what its value is; empty for a switch.
    """

    names: tuple[str, ...]
    sets: tuple[str, ...]
    help: str
    metavar: str

    @property
    def parameter(self) -> str:
        """Return the name of click's parameter."""
        return self.names[0].removeprefix("--").replace("-", "_")


def _part(names: str, role: str, meaning: str, metavar: str = "NAME") -> Flag:
    return Flag(names=tuple(names.split("/")), sets=(role,), help=meaning, metavar=metavar)


def _value(name: str, sets: str, meaning: str, metavar: str = "N") -> Flag:
    return Flag(names=(name,), sets=tuple(sets.split()), help=meaning, metavar=metavar)


PART_FLAGS = (
    _part("--gen", "generator", "Generator; `zoo list generator` shows all."),
    _part("--disc/--critic", "critic", "Critic; else the generator names its own."),
    _part("--loss", "loss", "Loss of both players."),
    _part("--penalty", "penalty", "Penalties, separated by commas, or none.", "NAME[,NAME]"),
    _part("--constraint", "constraint", "Constraints after a step, or none.", "NAME[,NAME]"),
    _part("--sampler", "sampler", "Distribution of the latents."),
    _part("--condition", "condition", "How labels or codes take part."),
    _part("--game", "game", "How the players move."),
    _part("--augment", "augment", "Augmentation of what the critic sees."),
    _part("--data", "data", "Data set, such as digits or folder:photos/.", "NAME[:PATH]"),
)

VALUE_FLAGS = (
    _value("--data-dir", "data.root", "Where the data set lies, or is downloaded to.", "DIR"),
    _value("--size", "run.size", "Side in pixels, or height x width: 32 or 64x48.", "SIZE"),
    _value("--labels", "run.labels", "Training images that keep their label; else all."),
    _value("--latent-dim", "run.latent_dim", "Length of a latent vector."),
    _value("--steps", "run.steps", "Moves of the generator."),
    _value("--batch", "run.batch", "Images per move."),
    _value("--lr", "generator.lr critic.lr", "Learning rate of both players.", "RATE"),
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
    _value("--keep", "run.keep", "Checkpoints that stay."),
)

_OTHERS = (
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
    click.option("--run", metavar="DIR", help="Run directory; else runs/GEN-LOSS-DATA."),
    click.option("--plugin", "plugins", multiple=True, metavar="FILE", help="A plugin file."),
    click.option("--dry-run", is_flag=True, help="Show every value and who set it; train nothing."),
    click.option("--json", "as_json", is_flag=True, help="Print the configuration or outcome."),
    click.option("--resume", metavar="DIR", help="Go on with this run, also after a crash."),
)


def train_options(function: Function) -> Function:
    """Add all options to a command."""
    flags = [_click_option(flag) for flag in (*PART_FLAGS, *VALUE_FLAGS)]
    for option in reversed([*flags, *_OTHERS]):
        function = option(function)
    return function


def _click_option(flag: Flag) -> Callable[[Function], Function]:
    if not flag.metavar:
        return click.option(*flag.names, flag.parameter, is_flag=True, default=None, help=flag.help)
    return click.option(*flag.names, flag.parameter, metavar=flag.metavar, help=flag.help)
