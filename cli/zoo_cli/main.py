"""The `zoo` group: finds commands by name, imports only the one that runs, and shows errors."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any

import click

from zoo_cli.helping import Command
from zoo_cli.hints import hint_for, in_own_options, unwritable, with_source
from zoo_cli.installed import plugin_commands
from zoo_cli.spelling import spelled
from zoo_cli.terminal import INTERRUPTED, Terminal, open_streams, quiet_option
from zoo_core import ZooError, __version__
from zoo_core.errors import memory_errors, nearest

BUSY = 0.75
"""Programs that want a core, for each core, from which on a machine counts as busy."""

COMMANDS = {
    "anomaly": "zoo_cli.commands.anomaly",
    "compare": "zoo_cli.commands.compare",
    "data": "zoo_cli.commands.data",
    "doctor": "zoo_cli.commands.doctor",
    "eval": "zoo_cli.commands.eval",
    "export": "zoo_cli.commands.export",
    "import": "zoo_cli.commands.import_weights",
    "info": "zoo_cli.commands.info",
    "list": "zoo_cli.commands.list_parts",
    "matrix": "zoo_cli.commands.matrix",
    "pack": "zoo_cli.commands.pack",
    "plot": "zoo_cli.commands.plot",
    "plugin": "zoo_cli.commands.plugin",
    "prune": "zoo_cli.commands.prune",
    "pull": "zoo_cli.commands.pull",
    "push": "zoo_cli.commands.push",
    "reconstruct": "zoo_cli.commands.reconstruct",
    "report": "zoo_cli.commands.report",
    "runs": "zoo_cli.commands.runs",
    "sample": "zoo_cli.commands.sample",
    "sweep": "zoo_cli.commands.sweep",
    "train": "zoo_cli.commands.train",
    "translate": "zoo_cli.commands.translate",
}
"""Command to the module whose `command` it is."""


class ZooGroup(Command, click.Group):
    """Import a command when it is asked for; ask plugins only for what is not built in."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*COMMANDS, *self._from_plugins(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in COMMANDS:
            found: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
            return found
        return self._from_plugins(ctx).get(cmd_name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            names = self.list_commands(ctx)
            raise click.UsageError(
                f"no command {args[0]!r}; {nearest(args[0], names)}"
                f"the commands are {', '.join(names)}",
                ctx,
            ) from None

    def invoke(self, ctx: click.Context) -> Any:
        terminal = ctx.ensure_object(Terminal)
        try:
            with memory_errors():
                result = super().invoke(ctx)
                sys.stdout.flush()
                return result
        except ZooError as error:
            message = in_own_options(ctx.invoked_subcommand or "", error.message)
            terminal.error(ZooError(message, hint=error.hint), self._hint(ctx, error))
            ctx.exit(1)
        except click.ClickException as error:
            vars(error)["message"] = spelled(error.message)
            raise
        except KeyboardInterrupt:
            terminal.remark("interrupted")
            ctx.exit(INTERRUPTED)

    def main(self, *arguments: Any, **others: Any) -> Any:
        # around everything, because help pages are printed while the command line is read
        try:
            return super().main(*arguments, **others)
        except OSError as error:
            Terminal().error(unwritable(error))
            sys.exit(1)

    def _hint(self, ctx: click.Context, error: ZooError) -> str:
        name = ctx.invoked_subcommand or ""
        command = self.get_command(ctx, name) if name else None
        hint = hint_for(name, command, error) if command else error.hint
        return with_source(hint, ctx.ensure_object(Terminal).source)

    def _from_plugins(self, ctx: click.Context) -> dict[str, click.Command]:
        """Return the commands of plugins by name, found once."""
        if "plugins" not in ctx.meta:
            ctx.meta["plugins"] = plugin_commands(ctx.ensure_object(Terminal), taken=COMMANDS)
        found: dict[str, click.Command] = ctx.meta["plugins"]
        return found


@click.group(
    cls=ZooGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    examples=(
        "zoo list                                what there is",
        "zoo train --gen dcgan --loss wgan-gp    train on embedded digits",
        "zoo sample runs/dcgan-wgan-gp-digits    draw from what was trained",
    ),
)
@click.version_option(__version__, prog_name="zoo")
@quiet_option
def zoo() -> None:
    """Train any generator with any critic and any loss."""


def yield_cores_on_a_busy_machine() -> None:
    """Let waiting threads sleep where other programs want the cores, unless the user decided.

    OpenMP's threads spin while they wait. On an idle machine that is a little faster; beside busy
    neighbours it is slower many times over (benchmarks/neighbours.py). No number changes. OpenMP
    reads the variable when torch is imported.
    """
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    if load > BUSY * (os.cpu_count() or 1):
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def end_as_on_an_interrupt() -> None:
    """Take the terminate signal and a hang-up for Ctrl-C, so that what is half done is put away.

    Where a hang-up is ignored, as behind `nohup`, it stays so.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) == signal.SIG_DFL:
            signal.signal(number, signal.default_int_handler)


def main() -> None:
    """Run the `zoo` command."""
    open_streams()
    end_as_on_an_interrupt()
    yield_cores_on_a_busy_machine()
    zoo(prog_name="zoo")
