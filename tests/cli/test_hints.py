"""Hints: what they name exists in the command that shows them."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from zoo_cli.hints import ARGUMENTS, SPELLED, flags_of, hint_for
from zoo_cli.main import COMMANDS
from zoo_cli.main import zoo as group
from zoo_core import ZooError

ROOT = Path(__file__).parents[2]
CODE = re.compile(r"`([^`]+)`")
FLAG = re.compile(r"(?<![\w-])--[a-z][\w-]*")


def command_of(name: str) -> click.Command:
    found = group.get_command(click.Context(group), name)
    assert found is not None, name
    return found


def sources() -> list[Path]:
    places = [ROOT / "zoo_core", ROOT / "cli", *ROOT.glob("plugins/*/src")]
    return sorted(path for place in places for path in place.rglob("*.py"))


def text_of(node: ast.expr) -> str:
    """Return a string as it is written, with VALUE for what is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(each) or "VALUE" for each in node.values)
    if isinstance(node, ast.BinOp):
        return text_of(node.left) + text_of(node.right)
    return ""


def hints() -> Iterator[tuple[str, str]]:
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.keyword) and node.arg == "hint":
                text = text_of(node.value)
                if text:
                    yield f"{path.relative_to(ROOT)}:{node.value.lineno}", text


HINTS = dict(hints())


def check_line(line: str) -> None:
    """Parse a whole command line as the command would, without running it."""
    words = shlex.split(line)[1:]
    command = group
    while words and isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, line
        command, words = found, words[1:]
    known = flags_of(command)
    for word in words:
        if word.startswith("--"):
            assert word.partition("=")[0] in known, f"{line}: {word}"


def test_the_sources_have_hints():
    assert len(HINTS) > 200


@pytest.mark.parametrize("where", sorted(HINTS))
def test_what_a_hint_names_is_there(where):
    owner = re.search(r"commands/(\w+)\.py", where)
    name = {"import_weights": "import"}.get(owner[1], owner[1]) if owner else "train"
    usual = flags_of(command_of(name if name in COMMANDS else "train"))
    everywhere = frozenset().union(*(flags_of(command_of(each)) for each in COMMANDS))
    for code in CODE.findall(HINTS[where]):
        if code.startswith("zoo "):
            check_line(code)
        elif code.startswith("--"):
            # the library spells what only one command has as that command does
            known = usual if owner else everywhere
            assert all(flag in known for flag in FLAG.findall(code)), code


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_hint_names_a_flag_that_the_command_has_not(name):
    command = command_of(name)
    known = flags_of(command)
    for where, hint in HINTS.items():
        if name == "train" or "commands/" in where:
            continue
        shown = hint_for(name, command, ZooError("x", hint=hint))
        for code in CODE.findall(shown):
            if code.startswith("-"):
                assert all(flag in known for flag in FLAG.findall(code)), (where, shown)


def test_what_a_python_caller_meets_names_no_flag():
    rooms = ("zoo_core/weights/", "zoo_core/metrics/", "zoo_core/pictures/")
    for where, hint in HINTS.items():
        if where.startswith(rooms):
            assert not [code for code in CODE.findall(hint) if code.startswith("-")], where


@pytest.mark.parametrize(
    ("name", "argument", "flag"),
    [
        ("eval", "`count=10000`", "`--count 10000`"),
        ("eval", "`size=(8, 12)`", "`--size 8x12`"),
        ("eval", "`splits=['train']`", "`--split train`"),
        ("eval", "`options={'data': {'held_out': 0.1}}`", "`-o data.held_out=0.1`"),
        ("sample", "`path='a b.png'`", "`--out 'a b.png'`"),
        ("sample", "leave `average=False` out", "leave `--no-ema` out"),
        ("translate", "leave `short_side` out", "leave `--size` out"),
        ("pull", "`directory` names another", "`--to` names another"),
        ("train", "`directory` names another", "`--run` names another"),
        ("export", "`format='onnx'`; `splits=['train']`", "`--format onnx`"),
    ],
)
def test_arguments_of_python_are_shown_as_flags(name, argument, flag):
    assert hint_for(name, command_of(name), ZooError("x", hint=argument)) == flag


def test_every_argument_has_a_flag_that_some_command_takes():
    everywhere = frozenset().union(*(flags_of(command_of(each)) for each in COMMANDS))
    assert set(ARGUMENTS.values()) <= everywhere


def test_own_flags_of_commands_are_theirs():
    for name, flags in SPELLED.items():
        known = flags_of(command_of(name))
        assert {flag for flag in flags.values() if flag} <= known


def test_a_way_out_that_a_command_has_not_is_left_out():
    error = ZooError("x", hint="a lower `--lr`, or `--device cpu`; `zoo doctor` looks")
    assert hint_for("sample", command_of("sample"), error) == "`--device cpu`; `zoo doctor` looks"
    error = ZooError("x", hint="choose a directory that you can write, with `--run`")
    assert "`--out`" in hint_for("sample", command_of("sample"), error)
    error = ZooError("x", hint="a lower `--lr`")
    assert hint_for("sample", command_of("sample"), error).startswith("`zoo sample --help`")
    assert hint_for("train", command_of("train"), error) == "a lower `--lr`"


@pytest.mark.parametrize(
    "words",
    [
        ("data", "check", "photos"),
        ("sample", "net.pth"),
        ("sample", "https://huggingface.co/ada/x"),
        ("sample", "RUN", "--out", "file/s.png"),
        ("sample", "RUN", "--label", "1"),
        ("sample", "RUN", "--out", "sheet.jpg"),
        ("sample", "RUN@best"),
        ("sample", "RUN@step-77"),
        ("sample", "RUN", "--count", "0"),
        ("translate", "RUN", "photos", "--out", "o"),
        ("export", "RUN", "--format", "onnx", "--out", "a.pt"),
        ("export", "RUN", "--format", "safetensors", "--out", "file/a.safetensors"),
        ("eval", "photos"),
        ("eval", "folder:photos"),
        ("eval", "RUN", "--metrics", "label-accuracy"),
        ("eval", "RUN", "--data", "folder:photos", "--metrics", "fid"),
        ("report", "RUN", "--out", "file/a.html"),
        ("report", "RUN", "--out", "file"),
        ("import", "dcgan-examples", "net.pth", "--to", "file/x"),
        ("import", "dcgan-examples", "page.pth"),
    ],
)
def test_provoked_hints_hold_in_their_command(zoo, trained, home, words):
    from PIL import Image

    Path("file").write_text("x")
    Path("net.pth").write_bytes(b"no weights")
    Path("page.pth").write_text("<!DOCTYPE html><html></html>")
    Path("photos").mkdir()
    Image.new("L", (8, 8)).save("photos/a.png")
    result = zoo(*(word.replace("RUN", str(trained)) for word in words))
    assert result.exit_code == 1, result.stdout
    (hint,) = (line for line in result.stderr.splitlines() if line.startswith("Hint: "))
    known = flags_of(command_of(words[0]))
    for code in CODE.findall(hint):
        if code.startswith("zoo "):
            check_line(code)
        elif code.startswith("-"):
            assert all(flag in known for flag in FLAG.findall(code)), hint
