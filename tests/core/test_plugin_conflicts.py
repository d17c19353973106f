"""Plugins that conflict, one that is slow and one for a newer contract: each costs only itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import pytest
import torch
from click.testing import CliRunner

from zoo_cli.main import zoo
from zoo_core import CONTRACT, Registry, ZooError, compose, hookimpl
from zoo_core.registry.discovery import Source
from zoo_core.registry.lookup import SLOW, Plugin
from zoo_core.testing.cases import PAIR, with_partners
from zoo_core.training import Run, train

Install = Callable[..., None]

HEAD = (
    "from zoo_core import Entry, hookimpl\nLOSS = 'zoo_core.builtin.losses:Minimax'\n\n@hookimpl\n"
)
COMMAND = """
import click
from zoo_core import hookimpl

@hookimpl
def zoo_commands(group):
    @group.command("greet")
    def greet():
        click.echo("NAME greets")
    @group.command("NAME")
    def own():
        click.echo("NAME alone")
    AFTER
"""
LOGGED = """
from zoo_core import hookimpl
HEARD = []

@hookimpl
def zoo_logged(run, step, scalars):
    BODY
    HEARD.append((step, sorted(scalars)))
"""


@pytest.fixture(autouse=True)
def _lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    torch.set_num_threads(1)
    monkeypatch.setenv("ZOO_STRICT_PLUGINS", "0")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("NO_COLOR", "1")


def ran(*words: str) -> tuple[int, str, list[str]]:
    """Run `zoo`; return its exit status, its results, and its remarks line by line."""
    result = CliRunner().invoke(zoo, list(words), prog_name="zoo")
    return result.exit_code, result.stdout, result.stderr.splitlines()


def problems(registry: Registry) -> list[str]:
    return [str(problem) for problem in registry.problems if "toy-" in problem.source]


def composed(registry: Registry) -> Any:
    run = {"steps": 4, "batch": 4, "size": "8", "latent_dim": 4, "log_every": 1, "device": "cpu"}
    return compose(PAIR, {"run": run}, registry=with_partners(registry))


class Listening:
    """A tracker that is registered beside the others."""

    def __init__(self) -> None:
        self.heard: list[tuple[int, list[str]]] = []

    @hookimpl
    def zoo_logged(self, run: Run, step: int, scalars: Mapping[str, float]) -> None:
        self.heard.append((step, sorted(scalars)))


def test_two_plugins_with_one_name_are_both_listed_and_the_bare_name_gives_both(
    install: Install,
) -> None:
    for name in ("toy-one", "toy-two"):
        install(name, HEAD + "def zoo_entries():\n    return [Entry('loss', 'x', LOSS, 'X.')]")
    status, shown, remarks = ran("list", "loss")
    assert (status, remarks) == (0, [])
    assert "toy-one" in shown
    assert "toy-two" in shown
    assert ran("train", "--gen", "vanilla", "--loss", "x", "--dry-run") == (
        1,
        "",
        ["Error: 2 plugins have a loss named 'x'", "Hint: say 'toy-one/x' or 'toy-two/x'"],
    )


def test_a_command_of_two_plugins_is_the_first_ones_and_the_second_is_named(
    install: Install,
) -> None:
    for name in ("toy-one", "toy-two"):
        install(name, COMMAND.replace("NAME", name).replace("AFTER", ""))
    warning = "Warning: toy-two: adds a command 'greet', which is toy-one's; it is passed over"
    assert ran("greet") == (0, "toy-one greets\n", [warning])
    assert ran("toy-two") == (0, "toy-two alone\n", [warning])


def test_a_plugin_that_raises_while_it_adds_commands_adds_none_and_costs_no_other(
    install: Install,
) -> None:
    install("toy-one", COMMAND.replace("NAME", "toy-one").replace("AFTER", "1 / 0"))
    install("toy-two", COMMAND.replace("NAME", "toy-two").replace("AFTER", ""))
    warning = (
        "Warning: toy-one: fails in its hook zoo_commands: ZeroDivisionError: division by zero; "
        "`zoo doctor` shows where"
    )
    assert ran("greet") == (0, "toy-two greets\n", [warning])
    assert ran("toy-one")[0] == 2


def test_hooks_of_two_signatures_cost_only_the_one_that_is_wrong(install: Install) -> None:
    install("toy-few", HEAD + "def zoo_logged(step):\n    return step")
    install("toy-wrong", HEAD + "def zoo_logged(run, step, loss):\n    return 1 / 0")
    registry = Registry.from_installed()
    (problem,) = problems(registry)
    assert problem.startswith("toy-wrong: cannot be loaded: has a hook with a wrong signature: ")
    assert "zoo_logged(run, step, loss)" in problem
    assert registry.call("zoo_logged", run=None, step=3, scalars={}) == [3]


def test_a_training_goes_on_without_a_hook_that_raises(install: Install, tmp_path: Path) -> None:
    install("toy-broken", LOGGED.replace("BODY", "scalars.clear(); 1 / 0"))
    install("toy-later", LOGGED.replace("BODY", "pass"))
    registry = Registry.from_installed()
    listening = Listening()
    registry.register(listening, name="notebook")
    run = train(composed(registry), tmp_path / "run")
    assert (run.outcome, run.step) == ("done", 4)
    assert problems(registry) == [
        "toy-broken: fails in its hook zoo_logged: ZeroDivisionError: division by zero"
    ]
    import toy_later  # type: ignore[import-not-found]

    assert listening.heard == toy_later.HEARD
    assert [step for step, _ in listening.heard] == [1, 2, 3, 4]


def test_what_one_hook_makes_of_the_scalars_no_other_sees(install: Install, tmp_path: Path) -> None:
    install("toy-greedy", LOGGED.replace("BODY", "scalars.clear()"))
    registry = Registry.from_installed()
    listening = Listening()
    registry.register(listening, name="notebook")
    run = train(composed(registry), tmp_path / "run")
    assert problems(registry) == []
    assert "critic.real" in run.scalars
    assert all("critic.real" in names for _, names in listening.heard)


def test_each_call_has_arguments_of_its_own() -> None:
    class Adding:
        @hookimpl
        def zoo_commands(self, group: click.Group) -> None:
            group.add_command(click.Command("x"))

    registry = Registry(strict=True)
    for name in ("one", "two"):
        registry.register(Adding(), name=name)
    registry.register(Listening(), name="three")
    found = list(registry.call_each("zoo_commands", lambda: {"group": click.Group()}))
    assert [source for source, _, _ in found] == ["one", "two"]
    assert [list(given["group"].commands) for _, given, _ in found] == [["x"], ["x"]]


def slow(seconds: float) -> str:
    return Plugin(Source("toy-slow", "1.0", "toy", lambda: None), seconds).slow


def test_an_import_is_slow_from_a_second_on() -> None:
    assert slow(SLOW - 0.01) == ""
    assert slow(1.26) == (
        "toy-slow: takes 1.3 s to import; its plugin module should import nothing heavy"
    )


@pytest.fixture
def _slow_clock(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install a plugin whose import takes two seconds of a clock that it moves itself."""
    code = "import time\ntime.ahead += 2\n" + HEAD
    install("toy-slow", code + "def zoo_entries():\n    return [Entry('loss', 'x', LOSS, 'X.')]")
    import time

    real = time.perf_counter
    monkeypatch.setattr(time, "ahead", 0, raising=False)
    monkeypatch.setattr(time, "perf_counter", lambda: real() + time.ahead)  # type: ignore[attr-defined]


@pytest.mark.usefixtures("_slow_clock")
def test_a_plugin_that_is_slow_to_import_is_named_by_list() -> None:
    status, shown, remarks = ran("list", "loss")
    (warning,) = [remark for remark in remarks if "toy-slow" in remark]
    assert warning.startswith("Warning: toy-slow: takes 2.")
    assert warning.endswith(
        "s to import; its plugin module should import nothing heavy; `zoo doctor` times all"
    )
    assert status == 0
    assert "toy-slow" in shown


@pytest.mark.usefixtures("_slow_clock")
def test_the_doctor_times_every_plugin_and_names_a_slow_one() -> None:
    _, shown, remarks = ran("doctor")
    assert re.search(r"^toy-slow +1\.0 .* 2\d\d\d ms$", shown, flags=re.MULTILINE)
    assert [remark for remark in remarks if remark.startswith("Warning: toy-slow: takes 2.")]
    assert "broken: toy-slow" not in shown


NEWER = f"""
def zoo_entries():
    return [
        Entry('loss', 'newer', 'json:loads', 'N.', contract={CONTRACT + 1}),
        Entry('teacher', 'x', 'json:loads', 'N.', contract={CONTRACT + 1}),
        Entry('loss', 'older', 'json:loads', 'O.', contract={CONTRACT}),
    ]
"""


def test_an_entry_for_a_newer_contract_is_named_with_the_upgrade_and_the_others_work(
    install: Install,
) -> None:
    install("toy-newer", HEAD + NEWER)
    status, shown, remarks = ran("list", "loss")
    assert status == 0
    assert "older" in shown
    assert remarks == [
        f"Warning: toy-newer: entry {name!r}: {kind} {name!r} of toy-newer was written for plugin "
        f"contract {CONTRACT + 1}; this core understands {CONTRACT}; "
        "`pip install --upgrade gan-zoo`"
        for kind, name in (("loss", "newer"), ("teacher", "x"))
    ]


def test_the_doctor_says_the_upgrade_of_a_newer_entry(install: Install) -> None:
    install("toy-newer", HEAD + NEWER.replace("'teacher'", "'penalty'"))
    status, shown, _ = ran("doctor")
    assert status == 1
    assert "broken: toy-newer\nentry 'newer': loss 'newer' of toy-newer was written for" in shown
    assert "\n`pip install --upgrade gan-zoo`\n" in shown


def test_a_hook_that_only_newer_cores_know_may_be_optional(install: Install) -> None:
    entries = "\n@hookimpl\ndef zoo_entries():\n    return [Entry('loss', 'x', LOSS, 'X.')]\n"
    later = HEAD.replace("@hookimpl", "@hookimpl(optionalhook=True)") + "def zoo_later(run): ...\n"
    install("toy-optional", later + entries)
    install("toy-strict", later.replace("(optionalhook=True)", ""))
    registry = Registry.from_installed()
    assert problems(registry) == [
        "toy-strict: cannot be loaded: implements the unknown hook 'zoo_later'"
    ]
    assert registry.find("loss", "toy-optional/x")


def test_strict_mode_raises_where_a_newer_entry_is_met(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install("toy-newer", HEAD + NEWER.replace("'teacher'", "'penalty'"))
    monkeypatch.setenv("ZOO_STRICT_PLUGINS", "1")
    with pytest.raises(ZooError, match="written for plugin contract 2") as caught:
        Registry.from_installed()
    assert caught.value.hint == "`pip install --upgrade gan-zoo`"
