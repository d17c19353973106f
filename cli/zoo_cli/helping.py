"""Help pages that end with examples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click


class Command(click.Command):
    """A command whose help ends with examples.

    Args:
        examples: command lines, shown as they are.
    """

    def __init__(self, *arguments: Any, examples: Sequence[str] = (), **others: Any) -> None:
        super().__init__(*arguments, **others)
        self.examples = tuple(examples)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_epilog(ctx, formatter)
        if self.examples:
            with formatter.section("Examples"):
                for line in self.examples:
                    formatter.write(f"{'':{formatter.current_indent}}{line}\n")
