"""What the documentation shows of the command is what the command says and has."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from zoo_cli.main import zoo

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md")),
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted(ROOT.glob("plugins/*/README.md")),
)


def console_examples() -> list[tuple[str, str]]:
    """Return each `$ zoo ...` that a page shows, with what it says comes of it."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```console\n(.*?)```", page.read_text(), flags=re.DOTALL):
            for example in block.split("$ zoo ")[1:]:
                command, _, output = example.partition("\n")
                found.append((command, output))
    return found


def shown_commands() -> list[str]:
    """Return every command line with `zoo` that a page shows in a block."""
    found = []
    for page in PAGES:
        for block in re.findall(r"```(?:console)?\n(.*?)```", page.read_text(), flags=re.DOTALL):
            lines = re.findall(r"^(?:\$ )?(?:\.venv/bin/)?zoo (.*)$", block, flags=re.MULTILINE)
            found += [line.partition("  #")[0].strip() for line in lines]
    return sorted(set(found))


@pytest.mark.parametrize(("command", "output"), console_examples())
def test_an_error_that_is_shown_is_what_the_command_says(
    command: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(zoo, shlex.split(command), prog_name="zoo")
    assert done.exit_code == 1
    assert done.stderr == output


@pytest.mark.parametrize("line", shown_commands())
def test_every_flag_that_is_shown_exists(line: str) -> None:
    context = click.Context(zoo, info_name="zoo")
    name, *words = shlex.split(line)
    command = zoo.get_command(context, name)
    assert command is not None
    known = {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)}
    assert {word for word in words if word.startswith("-")} <= known
