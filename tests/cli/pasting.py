"""What becomes of a line that a hint gives: a command that fails, the line, and the line run."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from click.testing import Result

CODE = re.compile(r"`([^`]+)`")
VALUE = "VALUE"


@dataclass(frozen=True, slots=True)
class Pasted:
    """A command that fails with a hint, and how its line is pasted.

    Args:
        command: after `zoo`; prints the hint.
        more: words that the pasted line needs, or that make it quick.
        put: placeholder such as PATH to what stands here.
        drop: words of the command that the hint says to leave out or that its line replaces.
        shown: what is printed, as a pattern, where a command spells the line in its own flags.
        leave: the hint says to leave that out, and gives nothing to add.
        first: commands that make what the failing one meets; they may fail.
    """

    command: str
    more: str = ""
    put: Mapping[str, str] = field(default_factory=dict)
    drop: str = ""
    shown: str = ""
    leave: bool = False
    first: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Direct:
    """A line that is run although nothing provokes its hint here, and why nothing does.

    Args:
        why: what it would take to see the hint.
        command: what the line is added to; empty for a whole line.
        more: words that the line needs.
        put: placeholder such as VALUE to what stands there.
    """

    why: str
    command: str = ""
    more: str = ""
    put: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A line that is only parsed, and why it is not run."""

    why: str
    command: str = "train"


Case = Pasted | Direct | Parsed


def paste(code: str, case: Pasted | Direct, zoo: Callable[..., Result]) -> None:
    """Provoke a hint, take its line from what is printed, and run that."""
    line = provoked(code, case, zoo) if isinstance(case, Pasted) else code
    for name, value in case.put.items():
        line = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", lambda _, put=value: put, line)
    words = shlex.split(line)
    if words[0] == "zoo":
        whole = [*words[1:], *shlex.split(case.more)]
    elif isinstance(case, Pasted) and case.leave:
        whole = [*without(case.command, case.drop), *shlex.split(case.more)]
    else:
        drop = case.drop if isinstance(case, Pasted) else ""
        whole = [*without(case.command, drop), *words, *shlex.split(case.more)]
    result = zoo(*whole)
    assert result.exit_code == 0, f"zoo {shlex.join(whole)}\n{result.stderr}"


def without(command: str, drop: str) -> list[str]:
    assert drop in command
    return shlex.split(command.replace(drop, ""))


def provoked(code: str, case: Pasted, zoo: Callable[..., Result]) -> str:
    """Return the line as it is printed."""
    for command in case.first:
        zoo(*shlex.split(command))
    result = zoo(*shlex.split(case.command))
    printed = " ".join((result.stderr + result.stdout).split())
    pattern = case.shown or re.escape(code).replace(VALUE, ".+")
    found = [each for each in CODE.findall(printed) if re.fullmatch(pattern, each)]
    assert found, f"{pattern} is not in:\n{printed}"
    return found[0]
