"""The matrix as text: a row for each generator and critic, a mark for each loss and condition."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.text import Text

from zoo_cli.matrix.cells import Cell, Matrix
from zoo_cli.matrix.reasons import Reasons, reasons_of
from zoo_cli.terminal import Terminal, columns
from zoo_cli.wording import plural
from zoo_core.config.request import NOTHING

GAP = 2

FITS, SOME = "+", "~"
STYLES = {FITS: "green", SOME: "yellow"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of marks: a loss in one condition, or a condition with all losses.

    Args:
        title: what stands above it.
        condition: of its cells.
        loss: of its cells; all if none.
    """

    title: str
    condition: str
    loss: str | None = None

    def of(self, cells: Iterable[Cell]) -> Iterator[Cell]:
        """Give the cells that it is about."""
        for cell in cells:
            if cell.parts["condition"] == self.condition and self.loss in (
                None,
                cell.parts["loss"],
            ):
                yield cell


@dataclass(frozen=True, slots=True)
class Grid:
    """All marks.

    Args:
        heads: titles of the names before a row.
        columns: above the marks.
        rows: names to marks, one for each column.
    """

    heads: tuple[str, str]
    columns: tuple[Column, ...]
    rows: Mapping[tuple[str, ...], tuple[str, ...]]

    @property
    def widths(self) -> tuple[int, ...]:
        """Return the columns of text that each name takes."""
        names = zip(self.heads, *self.rows, strict=True)
        return tuple(max(map(len, each)) + GAP for each in names)

    @property
    def pitch(self) -> int:
        """Return the columns of text that a mark takes."""
        return 1 + max(len(mark) for marks in self.rows.values() for mark in marks)

    def chunks(self, width: int) -> Iterator[range]:
        """Give numbers of columns that fit beside each other."""
        room, start = width - sum(self.widths), 0
        for number, column in enumerate(self.columns):
            if number > start and self.pitch * (number - start) + len(column.title) > room:
                yield range(start, number)
                start = number
        yield range(start, len(self.columns))

    def staircase(self, chunk: range) -> Iterator[Text]:
        """Give the lines of a head whose titles are wider than their columns."""
        for steps, number in enumerate(chunk):
            names = self.heads if number == chunk[-1] else ("", "")
            bars = "|".ljust(self.pitch) * steps
            yield Text(f"{self._names(names)}{bars}{self.columns[number].title}", style="dim")

    def lines(self, chunk: range, *, each: bool) -> Iterator[Text]:
        """Give the rows.

        Args:
            chunk: numbers of columns.
            each: name the generator in every row, not once.
        """
        last = ""
        for (generator, critic), marks in self.rows.items():
            named = each or generator != last
            line = Text(self._names((generator if named else "", critic)))
            for number in chunk:
                mark = marks[number]
                line.append(mark.ljust(self.pitch), style=STYLES.get(mark, "red"))
            line.rstrip()
            yield line
            last = generator

    def _names(self, names: Iterable[str]) -> str:
        return "".join(name.ljust(width) for name, width in zip(names, self.widths, strict=True))


def show(terminal: Terminal, matrix: Matrix, cells: Sequence[Cell]) -> None:
    """Print the table, how it is read, and why cells do not fit."""
    reasons = reasons_of(cells)
    grid = _grid(matrix, cells, reasons)
    for chunk in grid.chunks(terminal.width):
        terminal.result("", *grid.staircase(chunk), *grid.lines(chunk, each=terminal.is_piped))
    terminal.result("")
    terminal.show(_legend(matrix))
    _show_reasons(terminal, reasons)
    fitting = sum(cell.fits for cell in cells)
    terminal.result("", f"{fitting:,} of {plural(len(cells), 'combination')} fit")


def _grid(matrix: Matrix, cells: Sequence[Cell], reasons: Reasons) -> Grid:
    rows: dict[tuple[str, ...], list[Cell]] = {}
    for cell in cells:
        rows.setdefault(cell.place[:2], []).append(cell)
    first, *conditions = matrix.axes["condition"]
    found = (
        *(Column(name, loss=name, condition=first) for name in matrix.axes["loss"]),
        *(Column(f"condition {name}", condition=name) for name in conditions),
    )
    marks = {
        names: tuple(_mark(list(column.of(row)), reasons) for column in found)
        for names, row in rows.items()
    }
    return Grid(("generator", "critic"), found, marks)


def _mark(cells: Sequence[Cell], reasons: Reasons) -> str:
    misfits = [cell for cell in cells if not cell.fits]
    if not misfits:
        return FITS
    return SOME if len(misfits) < len(cells) else str(reasons.number(misfits[0]))


def _legend(matrix: Matrix) -> str:
    """Return how the marks are read."""
    first, *others = matrix.axes["condition"]
    text = f"{FITS} fits; a number says why not, below\n"
    if others:
        count = len(matrix.axes["loss"])
        text += f"{SOME} fits with some of the losses, of which there are {count}\n"
    text += "losses: " + ("without a condition" if first == NOTHING else f"condition {first}")
    reading = sorted(matrix.translators)
    if reading and matrix.translating != matrix.same:
        around = [f"--{role} {_listed(names)}" for role, names in matrix.translating.items()]
        why = "they read images" if len(reading) > 1 else "it reads images"
        text += f"\ntried with `{' '.join(around)}`, because {why}: {', '.join(reading)}"
    return text


def _listed(names: str | tuple[str, ...]) -> str:
    return names if isinstance(names, str) else ",".join(names) or NOTHING


def _show_reasons(terminal: Terminal, reasons: Reasons) -> None:
    if not reasons.found:
        return
    terminal.heading("why not")
    table = columns("", "")
    for number, reason in enumerate(reasons.found, 1):
        text = f"{plural(reason.cells, 'cell')}: {reason.text}"
        table.add_row(str(number), Text.assemble(text, "\n", (reason.hint, "dim")))
    terminal.show(table)
