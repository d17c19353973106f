"""Hints in the words of the command that shows them.

What a Python caller meets (loading, drawing, measuring, exporting) spells arguments as Python
takes them, `size=(8, 8)`; what composes and trains spells options as `zoo train` does. Another
command has its own flag for some and none for others: a way out that it does not have is left out
of its hint.
"""

from __future__ import annotations

import ast
import errno
import os
import re
import shlex
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from zoo_core import ZooError
from zoo_core.errors import TooLittleMemoryError

ARGUMENTS = {
    "average": "--no-ema",
    "count": "--eval-count",
    "directory": "--run",
    "files": "--plugin",
    "format": "--format",
    "licence": "--licence",
    "metrics": "--metrics",
    "options": "-o",
    "path": "--out",
    "private": "--private",
    "short_side": "--size",
    "size": "--size",
    "splits": "--split",
    "tag": "--tag",
    "with_state": "--with-state",
}
"""Argument of a function of the library to the flag that says the same."""

SPELLED: dict[str, Mapping[str, str]] = {
    "data": {"--data": ""},
    "eval": {"--eval-count": "--count"},
    "export": {"--run": "--out"},
    "import": {"--run": "--to", "--out": "--to"},
    "pull": {"--run": "--to", "--out": "--to"},
    "report": {"--run": "--out"},
    "reconstruct": {"--run": "--out"},
    "sample": {"--run": "--out"},
    "sweep": {"--run": "--out"},
    "translate": {"--run": "--out"},
}
"""Command to its own flag for one of `zoo train`; empty where it is an argument."""

OPTIONS = {"eval": {"eval_count": "--count"}}
"""Command to its own flag for an option of a run."""

MEMORY = {
    "train": "a smaller `--batch`, or `--microbatch` for the same batch in parts, or a smaller "
    "`--size`",
    "sweep": "fewer `--workers`, or a smaller `--batch`",
    "sample": "a smaller `--count`, or `--device cpu`",
    "eval": "a smaller `--count`, or `--device cpu`",
    "translate": "`--size 512` works on fewer pixels and scales back, or `--device cpu`",
}
"""Command to what takes less memory."""

_FLAG = re.compile(r"(?<![\w-])(--?[a-z][\w-]*)")
_CODE = re.compile(r"`[^`]*`")
_ARGUMENT = re.compile(r"`([a-z_]+)(?:=([^`]+))?`")
_BETWEEN = re.compile(r"(; |, or |, and |: )")


def hint_for(name: str, command: click.Command, error: ZooError) -> str:
    """Return the hint of an error for a command; empty where the error has none.

    Args:
        name: of the command below `zoo`.
        command: has the flags.
        error: what it says is spelled as `zoo train` spells it.
    """
    if isinstance(error, TooLittleMemoryError):
        return MEMORY.get(name, "end other programs that take memory")
    if not error.hint:
        return ""
    hint = _ARGUMENT.sub(_as_flag, in_own_options(name, error.hint))
    kept = list(_kept(name, flags_of(command), hint))
    return "".join(kept) or f"`zoo {name} --help` says what it takes"


def in_own_options(name: str, text: str) -> str:
    """Return a text in which options of a run are a command's own flags, where it has them."""
    for option, flag in OPTIONS.get(name, {}).items():
        text = re.sub(rf"\b{option}\b", flag, text)
    return text


def with_source(hint: str, source: str) -> str:
    """Return a hint whose command lines name a source where they say RUN."""
    if not source:
        return hint
    named = shlex.quote(source)
    return _CODE.sub(lambda code: re.sub(r"\bRUN\b", lambda _: named, code[0]), hint)


def _as_flag(argument: re.Match[str]) -> str:
    """Return an argument as Python takes it as the flag of a command; anything else as it is."""
    name, value = argument.groups()
    if name not in ARGUMENTS:
        return argument[0]
    try:
        words = list(_words(ast.literal_eval(value))) if value else []
    except (SyntaxError, ValueError):
        return argument[0]
    return f"`{' '.join([ARGUMENTS[name], *map(shlex.quote, words)])}`"


def _words(value: object) -> Iterator[str]:
    """Give what a flag takes for a value of Python: nothing where the flag alone says it."""
    if isinstance(value, dict):
        yield from (f"{of}.{key}={each}" for of, own in value.items() for key, each in own.items())
    elif isinstance(value, list):
        yield ",".join(str(each) for each in value)
    elif isinstance(value, tuple):
        yield "x".join(str(each) for each in value)
    elif not isinstance(value, bool):
        yield str(value)


def flags_of(command: click.Command) -> frozenset[str]:
    """Return the flags of a command, and of all below it."""
    below = command.commands.values() if isinstance(command, click.Group) else ()
    own = {
        flag
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for flag in (*parameter.opts, *parameter.secondary_opts)
    }
    return frozenset(own | {"--help"}).union(*(flags_of(each) for each in below))


def unwritable(error: OSError) -> ZooError:
    """Return the error for a file, or for the output, that the system refuses.

    Nothing more can be written to an output that is full: Python would try again at its end.
    """
    reason = error.strerror or str(error)
    if error.filename is not None:
        long = error.errno == errno.ENAMETOOLONG
        return ZooError(
            f"{str(error.filename)!r} cannot be read or written: {reason}",
            hint="a shorter name" if long else "allow it, or name another place",
        )
    try:
        sys.stdout.flush()
    except OSError:
        with Path(os.devnull).open("w") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
    return ZooError(
        f"the results cannot be written: {reason}", hint="make room where they are sent"
    )


def _kept(name: str, flags: frozenset[str], hint: str) -> Iterator[str]:
    """Give the clauses of a hint that hold for a command, with what stands between them."""
    pieces = _BETWEEN.split(_masked(hint))
    spelled = SPELLED.get(name, {})
    before = ""
    for clause, after in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        text = _spelled(clause, spelled)
        if all(flag in flags for flag in _flags_in(text)):
            yield (before + text).replace(_MASK, ", or ")
            before = after


_MASK = "\0"


def _masked(hint: str) -> str:
    """Return a hint in which no code falls apart into clauses."""
    return _CODE.sub(lambda found: found[0].replace(", or ", _MASK), hint)


def _spelled(clause: str, spelled: Mapping[str, str]) -> str:
    def own(found: re.Match[str]) -> str:
        return spelled.get(found[1], found[1])

    def code(found: re.Match[str]) -> str:
        text = found[0]
        return f"`{_FLAG.sub(own, text[1:-1]).strip()}`" if text.startswith("`-") else text

    return _CODE.sub(code, clause)


def _flags_in(clause: str) -> list[str]:
    """Return the flags that a clause names as those of this command, not of a whole line."""
    codes = [code[1:-1] for code in _CODE.findall(clause)]
    return [flag for code in codes if code.startswith("-") for flag in _FLAG.findall(code)]
