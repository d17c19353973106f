"""The one place that prints: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from zoo_core.errors import ZooError

Function = TypeVar("Function", bound=Callable[..., Any])
Item = TypeVar("Item")

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""

WIDE = 110
"""Columns from which tables have room for what is otherwise on a second line."""


class Terminal:
    """Print results, remarks, warnings and errors.

    Attributes:
        quiet: keep remarks and progress to yourself.
        source: what the command reads, as the user named it, for hints that say RUN.
    """

    def __init__(self) -> None:
        self.quiet = False
        self.source = ""
        self._out = Console(highlight=False, markup=False, emoji=False)
        self._err = Console(highlight=False, markup=False, emoji=False, stderr=True)

    @property
    def is_wide(self) -> bool:
        """Return whether tables have room."""
        return self._out.width >= WIDE

    @property
    def width(self) -> int:
        """Return the columns of a result."""
        return self._out.width

    @property
    def live(self) -> Console | None:
        """Return the console on which a display can be drawn over, if there is one."""
        return self._err if self._err.is_terminal and not self.quiet else None

    def result(self, *lines: str | Text) -> None:
        """Print lines as they are, without wrapping, so that paths can be copied."""
        for line in lines:
            self._out.print(line, soft_wrap=True)

    def show(self, renderable: RenderableType) -> None:
        """Print text that wraps, or a table, without the blanks that fill its lines."""
        with self._out.capture() as captured:
            self._out.print(renderable)
        lines = captured.get().splitlines()
        self._out.file.write("".join(line.rstrip() + "\n" for line in lines))

    def facts(self, facts: Mapping[str, str], *, width: int = 14) -> None:
        """Print names and values in two columns; an empty value is left out.

        Args:
            facts: name to value.
            width: of the names, at least.
        """
        table = columns("", "", fixed=(0,))
        table.columns[0].min_width, table.columns[0].style = width, "dim"
        for name, value in facts.items():
            if value:
                table.add_row(name, value)
        self.show(table)

    def title(self, text: str) -> None:
        """Print the name of what follows."""
        self._out.print(Text(text, style="bold"), soft_wrap=True)

    def heading(self, text: str) -> None:
        """Print the title of a group of results, after an empty line."""
        self._out.print()
        self.title(text)

    def json(self, value: Any) -> None:
        """Print a value as JSON."""
        self._out.file.write(json.dumps(value, indent=2) + "\n")

    def tracked(self, items: Sequence[Item]) -> Iterable[Item]:
        """Return the items; show on a terminal how far they are taken."""
        if self.live is None:
            return items
        from rich.progress import track

        return track(items, description="", console=self.live, transient=True)

    @contextmanager
    def counting(self, text: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """Say what takes its time; give what is told how far it is.

        Args:
            text: what is done.
            total: how far it goes; None where that is not known.
        """
        if self.live is None:
            self.remark(text)
            yield lambda _done: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*shown, console=self.live, transient=True) as progress:
            task = progress.add_task(text, total=total)
            yield lambda done: progress.update(task, completed=done)

    def remark(self, text: str) -> None:
        """Tell something that is not a result, unless quiet."""
        if not self.quiet:
            self._err.print(Text(text), soft_wrap=not self._err.is_terminal)

    def warn(self, text: str) -> None:
        """Tell in one line what does not work, although the command goes on."""
        if not self.quiet:
            self._err.print(_labelled("Warning: ", "yellow", text), soft_wrap=True)

    def error(self, error: ZooError, hint: str = "") -> None:
        """Tell what is wrong and what to do about it, in two lines.

        Args:
            error: what is wrong.
            hint: in the words of the command; the error's own by default.
        """
        hint = (
            hint or error.hint or "`zoo --help` lists the commands; `--help` of each has examples"
        )
        self._err.print(_labelled("Error: ", "bold red", error.message), soft_wrap=True)
        self._err.print(_labelled("Hint: ", "bold", hint), soft_wrap=True)


def _labelled(label: str, style: str, text: str) -> Text:
    return Text.assemble((label, style), _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def columns(*headings: str, fixed: Iterable[int] = ()) -> Table:
    """Return an empty table without lines.

    Args:
        headings: of the columns; all empty for none.
        fixed: numbers of the columns that do not wrap.
    """
    table = Table(
        box=None,
        show_header=any(headings),
        header_style="dim",
        pad_edge=False,
        padding=(0, 2, 0, 0),
    )
    kept = set(fixed)
    for number, heading in enumerate(headings):
        table.add_column(heading, no_wrap=number in kept, overflow="fold")
    return table


pass_terminal = click.make_pass_decorator(Terminal, ensure=True)


def quiet_option(function: Function) -> Function:
    """Add `--quiet`."""
    return click.option(
        "--quiet",
        is_flag=True,
        expose_value=False,
        callback=_be_quiet,
        help="Print results and errors, nothing else.",
    )(function)


def _be_quiet(context: click.Context, _parameter: click.Parameter, value: object) -> None:
    terminal = context.ensure_object(Terminal)
    terminal.quiet = terminal.quiet or bool(value)
