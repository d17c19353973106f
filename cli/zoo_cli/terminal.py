"""The one place that prints: results on stdout, everything else on stderr."""

from __future__ import annotations

import errno
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import IO, Any, TypeVar

import click
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from zoo_cli.spelling import spelled
from zoo_core.errors import ZooError

Function = TypeVar("Function", bound=Callable[..., Any])
Item = TypeVar("Item")

INTERRUPTED = 130
"""Exit status after Ctrl-C, as shells have it."""

WIDE = 110
"""Columns from which tables have room for what is otherwise on a second line."""

LINE_SECONDS = 5.0
"""Between two lines of progress where nothing can be drawn over."""

UNWRAPPED = 1_000_000
"""Columns of what another program reads: every row is one line."""

_GONE = frozenset({errno.EPIPE, errno.EIO, errno.EBADF})
"""What writing says where nobody reads any more: a closed pipe, a terminal that hung up."""


class Screen(Console):
    """Spell out what no terminal should be sent, and bear that nobody reads any more."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Return text to show."""
        return super().render_str(spelled(text), **how)

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Give the pieces of what is shown."""
        if isinstance(renderable, Text) and spelled(renderable.plain) != renderable.plain:
            renderable = renderable.blank_copy(spelled(renderable.plain))
        return super().render(renderable, options)

    def put(self, text: str) -> None:
        """Write text as it is."""
        try:
            self.file.write(text)
            self.file.flush()
        except OSError as error:
            self._unwritten(error)

    def _write_buffer(self) -> None:
        try:
            super()._write_buffer()
        except OSError as error:
            del self._buffer[:]
            self._unwritten(error)

    def _unwritten(self, error: OSError) -> None:
        """Go on where nobody reads or remarks are lost; a result that is lost is an error."""
        _to_nowhere(self.file)
        if not self.stderr and error.errno not in _GONE:
            raise ZooError(
                f"the result cannot be written: {error.strerror or error}",
                hint="make room there, or send it elsewhere",
            ) from error


def _to_nowhere(stream: IO[str]) -> None:
    """Let a stream write where nothing fails, also what it still holds."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def open_streams() -> None:
    """Make stdout and stderr such that any text can be written to them."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            # closed by whoever started us
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


class Terminal:
    """Print results, remarks, warnings and errors.

    On a terminal what is long wraps. What goes anywhere else is one line a row, as programs that
    read lines expect it.

    Args:
        width: columns of results, wherever they go; else those of the terminal.

    Attributes:
        is_piped: results go to a file or another program.
        quiet: keep remarks and progress to yourself.
        source: what the command reads, as the user named it, for hints that say RUN.
    """

    def __init__(self, *, width: int | None = None) -> None:
        self.quiet = False
        self.source = ""
        self.is_piped = width is None and not sys.stdout.isatty()
        width = UNWRAPPED if self.is_piped else width
        self._out = Screen(highlight=False, markup=False, emoji=False, width=width)
        self._err = Screen(highlight=False, markup=False, emoji=False, stderr=True)

    @property
    def is_wide(self) -> bool:
        """Return whether tables have room."""
        return self.width >= WIDE

    @property
    def width(self) -> int:
        """Return the columns of a result."""
        return self._out.width

    @property
    def live(self) -> Console | None:
        """Return the console on which a display can be drawn over, if there is one."""
        drawn = self._err.is_terminal and not self._err.is_dumb_terminal
        return self._err if drawn and not self.quiet else None

    def result(self, *lines: str | Text) -> None:
        """Print lines as they are, without wrapping, so that paths can be copied."""
        for line in lines:
            self._out.print(_shown(line), soft_wrap=True)

    def show(self, renderable: RenderableType) -> None:
        """Print text that wraps, or a table, without the blanks that fill its lines."""
        if self.is_piped and isinstance(renderable, Rows):
            renderable = renderable.unwrapped()
        with self._out.capture() as captured:
            self._out.print(renderable)
        lines = captured.get().splitlines()
        self._out.put("".join(line.rstrip() + "\n" for line in lines))

    def facts(self, facts: Mapping[str, str | Text], *, width: int = 14) -> None:
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
        self._out.print(Text(_line(text), style="bold"), soft_wrap=True)

    def heading(self, text: str) -> None:
        """Print the title of a group of results, after an empty line."""
        self._out.print()
        self.title(text)

    def text(self, text: str) -> None:
        """Print text of several lines as it is: another program reads it."""
        self._out.put(text)

    def json(self, value: Any) -> None:
        """Print a value as JSON."""
        self._out.put(json.dumps(value, indent=2) + "\n")

    def tracked(self, items: Sequence[Item]) -> Iterable[Item]:
        """Return the items; show on a terminal how far they are taken."""
        if self.live is None:
            return self._lined(items)
        from rich.progress import track

        return track(items, description="", console=self.live, transient=True)

    @contextmanager
    def status(self) -> Iterator[Callable[[str], None] | None]:
        """Give what shows a line that is drawn over; None where there is no such display."""
        if self.live is None:
            yield None
            return
        with self.live.status("") as shown:
            yield lambda text: shown.update(Text(text))

    @contextmanager
    def counting(self, text: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """Say what takes its time; give what is told how far it is.

        Args:
            text: what is done.
            total: how far it goes; None where that is not known.
        """
        if self.live is None:
            self.remark(text)
            yield _Lines(self, text, total)
            return
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        shown = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        with Progress(*shown, console=self.live, transient=True) as progress:
            task = progress.add_task(text, total=total)
            yield lambda done: progress.update(task, completed=done)

    def _lined(self, items: Sequence[Item]) -> Iterator[Item]:
        told = _Lines(self, "done", len(items))
        for number, item in enumerate(items, 1):
            yield item
            told(number)

    def remark(self, text: str) -> None:
        """Tell something that is not a result, unless quiet."""
        if not self.quiet:
            self._err.print(Text(_line(text)), soft_wrap=not self._err.is_terminal)

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


class _Lines:
    """Tell how far something is in a line now and then, also where nothing can be drawn over."""

    def __init__(self, terminal: Terminal, text: str, total: int | None) -> None:
        self._terminal, self._text = terminal, text
        self._of = "" if total is None else f" of {total:,}"
        self._last = time.monotonic()

    def __call__(self, done: int) -> None:
        if time.monotonic() - self._last >= LINE_SECONDS:
            self._last = time.monotonic()
            self._terminal.remark(f"{self._text}: {done:,}{self._of}")


def _labelled(label: str, style: str, text: str) -> Text:
    return Text.assemble((label, style), _one_line(text))


def _one_line(text: str) -> str:
    return spelled(" ".join(text.split()))


def _line(text: str) -> str:
    """Return text of one line: what a name has of line ends is spelled out."""
    return spelled(text, keep="")


def _shown(text: str | Text) -> str | Text:
    return _line(text) if isinstance(text, str) else text


class Rows(Table):
    """A table whose cells are lines; a `Text` may have several."""

    def add_row(self, *cells: RenderableType | None, **how: Any) -> None:
        """Add a row."""
        super().add_row(*(_line(one) if isinstance(one, str) else one for one in cells), **how)

    def unwrapped(self) -> Rows:
        """Return the table with the lines of each cell in one."""
        found = Rows(**_LAYOUT, show_header=self.show_header)
        for column in self.columns:
            found.add_column(column.header, justify=column.justify, min_width=column.min_width)
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            found.add_row(*map(_joined, cells))
        return found


def _joined(cell: RenderableType) -> RenderableType:
    """Return a cell in one line."""
    if not isinstance(cell, Text) or "\n" not in cell.plain:
        return cell
    found = Text()
    for line in cell.split("\n"):
        if found.plain:
            found.append(" " if found.plain.endswith((".", ":", ",")) else "; ")
        found.append_text(line)
    return found


_LAYOUT: dict[str, Any] = {
    "box": None,
    "header_style": "dim",
    "pad_edge": False,
    "padding": (0, 2, 0, 0),
}


def columns(*headings: str, fixed: Iterable[int] = ()) -> Rows:
    """Return an empty table without lines.

    Args:
        headings: of the columns; all empty for none.
        fixed: numbers of the columns that do not wrap.
    """
    table = Rows(**_LAYOUT, show_header=any(headings))
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
