from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable

import pytest

import zoo_core
from zoo_cli.main import COMMANDS

ADDS_COMMANDS = """
import click
from zoo_core import hookimpl

@hookimpl
def zoo_commands(group):
    @group.command("greet")
    def greet():
        "Say hello."
        click.echo("hello")

    @group.command("train")
    def train():
        "Take over."
        click.echo("taken over")
"""


def test_help_lists_every_command(zoo):
    result = zoo("--help")
    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_help_of_every_command_has_examples(zoo, name):
    text = zoo(name, "--help").stdout
    assert f"Examples:\n  zoo {name}" in text
    assert max(map(len, text.splitlines())) <= 80


def test_help_of_train_groups_its_options(zoo):
    text = zoo("train", "--help").stdout
    assert text.index("Parts:\n  --gen") < text.index("Values:\n  --data-dir")
    assert text.index("  --keep N") < text.index("Options:\n  --init SRC")


def test_version_is_that_of_the_core(zoo):
    assert zoo("--version").stdout == f"zoo, version {zoo_core.__version__}\n"


def test_unknown_command_is_a_usage_error_with_the_nearest_name(zoo):
    result = zoo("trian")
    assert result.exit_code == 2
    assert "Error: no command 'trian'; did you mean 'train'?" in result.stderr
    assert f"the commands are {', '.join(sorted(COMMANDS))}" in result.stderr


def test_unknown_flag_is_a_usage_error(zoo):
    result = zoo("list", "--jsn")
    assert result.exit_code == 2
    # click's own words, with quotes from 8.4 on
    assert re.search(r"No such option:? '?--jsn", result.stderr)
    assert "--json" in result.stderr


def test_plugin_adds_a_command(zoo, install: Callable[[str, str], None]):
    install("zoo-greeter", ADDS_COMMANDS)
    assert zoo("greet").stdout == "hello\n"
    assert re.search(r"\n  greet +Say hello\.", zoo("--help").stdout)


def test_plugin_cannot_take_a_command_over(zoo, install: Callable[[str, str], None]):
    install("zoo-usurper", ADDS_COMMANDS)
    assert "Train a generator against a critic." in zoo("train", "--help").stdout
    assert zoo("--help").stderr == (
        "Warning: zoo-usurper: adds a command 'train', which is zoo's; it is passed over\n"
    )


def test_quiet_works_before_and_after_the_command(zoo, install: Callable[[str, str], None]):
    install("zoo-broken", "raise ValueError('no luck')")
    assert "Warning" in zoo("list", "loss").stderr
    assert zoo("--quiet", "list", "loss").stderr == ""
    assert zoo("list", "--quiet", "loss").stderr == ""


def test_listing_in_a_process_of_its_own_imports_no_torch(environment):
    code = (
        "import sys\n"
        "from zoo_cli.main import zoo\n"
        "zoo(['list', 'loss', '--json'], standalone_mode=False)\n"
        "heavy = {'torch', 'torchvision', 'numpy', 'PIL'} & set(sys.modules)\n"
        "sys.exit(' '.join(heavy) or 0)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "wgan-gp" in {part["name"] for part in json.loads(done.stdout)}


def test_module_runs_as_the_command_does(environment):
    done = subprocess.run(
        [sys.executable, "-m", "zoo_cli", "list", "looss"],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.splitlines()[0] == "Error: no kind of part named 'looss'"
    assert done.stderr.splitlines()[1].startswith("Hint: did you mean 'loss'? the kinds are")
    assert len(done.stderr.splitlines()) == 2
