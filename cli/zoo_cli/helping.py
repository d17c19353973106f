"""Help pages with groups of options, and with examples at the end."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import click

from zoo_core.config.paths import expanded


class Command(click.Command):
    """A command whose help has groups and examples.

    Args:
        examples: command lines, shown as they are.
        groups: title to names of parameters; the others come last, as "Options".
    """

    def __init__(
        self,
        *arguments: Any,
        examples: Sequence[str] = (),
        groups: Mapping[str, Collection[str]] | None = None,
        **others: Any,
    ) -> None:
        super().__init__(*arguments, **others)
        self.examples = tuple(examples)
        self.groups = dict(groups or {})

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        # the shell expands `~` only at the beginning of a word, not behind `--run=`
        rest = super().parse_args(ctx, args)
        ctx.params = {name: _at_home(value) for name, value in ctx.params.items()}
        return rest

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if not self.groups:
            super().format_options(ctx, formatter)
            return
        listed: dict[str, list[tuple[str, str]]] = {
            title: [] for title in (*self.groups, "Options")
        }
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None:
                listed[self._group_of(parameter)].append(record)
        for title, records in listed.items():
            with formatter.section(title):
                formatter.write_dl(records)

    def _group_of(self, parameter: click.Parameter) -> str:
        found = (title for title, names in self.groups.items() if parameter.name in names)
        return next(found, "Options")

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")


def _at_home(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_at_home, value))
    return str(expanded(value)) if isinstance(value, str) and value.startswith("~") else value
