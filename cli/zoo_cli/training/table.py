"""The table of `--dry-run`: every part and every value, who set it, and whom it overrode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from zoo_cli.terminal import Terminal, columns
from zoo_cli.wording import composition_text, hardware_text, plain, plural

if TYPE_CHECKING:
    from zoo_core.composition import Composition, Section, Setting

QUIET_SOURCES = frozenset({"engine", "default"})
"""Their values are shown dim."""

_WIDTHS = (16, 12, 15)
"""At least so wide are the first columns, so that the sections stand below each other."""


def show_composition(terminal: Terminal, composition: Composition) -> None:
    """Print a composition without training it."""
    from zoo_core.engine.hardware import choose_hardware

    hardware = choose_hardware(composition.run, composition.build())
    terminal.result(composition_text(composition).replace("training", "would train", 1))
    _show_parts(terminal, composition)
    for name, section in composition.settings.items():
        _show_section(terminal, name, section)
    terminal.heading("what comes of it")
    for role, parameters in composition.findings.parameters.items():
        terminal.show(f"{role}: {plural(parameters, 'parameter')}")
    terminal.show(f"computes on {hardware_text(hardware)}")
    for remark in composition.remarks:
        terminal.show(remark)
    terminal.result("", "nothing was trained: leave `--dry-run` out to train")


def _show_parts(terminal: Terminal, composition: Composition) -> None:
    terminal.heading("parts")
    table = columns("role", "part", "chosen by")
    for role, choice in composition.plan.chosen.items():
        names = ", ".join(item.qualified for item in choice.items)
        if names:
            style = "dim" if choice.chosen_by in QUIET_SOURCES else ""
            table.add_row(role, names, choice.chosen_by, style=style)
    terminal.show(table)


def _show_section(terminal: Terminal, name: str, section: Section) -> None:
    if not section.values:
        return
    terminal.heading(name)
    table = columns("option", "value", "set by", "instead of")
    for column, width in zip(table.columns, _WIDTHS, strict=False):
        column.min_width = width
    for option, setting in section.values.items():
        style = "dim" if setting.source in QUIET_SOURCES else ""
        table.add_row(option, plain(setting.value), setting.source, _overrode(setting), style=style)
    terminal.show(table)


def _overrode(setting: Setting) -> Text:
    return Text(", ".join(f"{plain(value)} ({source})" for source, value in setting.overrode))
