from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from zoo_core import Entry, Registry, ZooError
from zoo_core.config.run import RunOptions
from zoo_core.registry.lookup import Problem

GOOD = """
from zoo_core import Entry, hookimpl
HEARD = []

@hookimpl
def zoo_entries():
    return [Entry("loss", "good", "json:loads", "Works.", aliases=("fine",))]

@hookimpl
def zoo_checkpoint_saved(run, path):
    HEARD.append(path)
    return path
"""
HEAD = "from zoo_core import Entry, hookimpl\n"
ENTRIES = HEAD + "\n@hookimpl\ndef zoo_entries():\n    return "

RUN = SimpleNamespace(options=RunOptions())
"""All that the built-in hooks ask of a run which wants none of what they offer."""

Install = Callable[..., None]


def lenient() -> Registry:
    return Registry.from_installed(strict=False)


def only_problem(registry: Registry) -> Problem:
    (problem,) = [p for p in registry.problems if p.source.startswith("toy-")]
    return problem


def failure(registry: Registry, kind: str, name: str) -> ZooError:
    with pytest.raises(ZooError) as caught:
        registry.find(kind, name)
    return caught.value


@pytest.fixture(autouse=True)
def good(install: Install) -> None:
    install("a-good", GOOD)
    install("z-good", GOOD.replace('"good"', '"better"').replace('"fine"', '"finer"'))


def test_installed_plugins_are_found(install: Install) -> None:
    registry = lenient()
    found = registry.find("loss", "good")
    assert (found.source, found.qualified) == ("a-good", "a-good/good")
    (plugin,) = [p for p in registry.plugins if p.source.distribution == "a-good"]
    assert (plugin.source.version, plugin.source.key) == ("1.0", "a-good:a_good")
    assert plugin.seconds >= 0


def test_the_built_in_plugin_comes_first() -> None:
    assert lenient().plugins[0].source.key == "gan-zoo:builtin"


def test_distribution_names_are_normalised(install: Install) -> None:
    install("Toy_Two", GOOD.replace('"good"', '"two"'))
    assert lenient().find("loss", "toy-two/two").source == "toy-two"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1 / 0", "cannot be loaded: ZeroDivisionError: division by zero"),
        ("import zoo_nowhere", "cannot be loaded: ModuleNotFoundError: No module named"),
        ("raise SystemExit('bye\\nbye')", "cannot be loaded: SystemExit: bye bye"),
        ("def f(:", "cannot be loaded: SyntaxError: invalid syntax"),
        (ENTRIES + "1 / 0", "cannot be loaded: ZeroDivisionError: division by zero"),
        (ENTRIES + "3", "cannot be loaded: TypeError: 'int' object is not iterable"),
        (ENTRIES + "['x']", "cannot be loaded: zoo_entries() returned 'x', which is not an Entry"),
        (
            ENTRIES + "[Entry('lose', 'x', 'json:loads', 'X.')]",
            "cannot be loaded: entry 'x' has the unknown kind 'lose'",
        ),
        (
            HEAD + "@hookimpl\ndef zoo_entries(registry): ...",
            "cannot be loaded: has a hook with a wrong signature: ",
        ),
        (
            HEAD + "@hookimpl\ndef zoo_entry(): ...",
            "cannot be loaded: implements the unknown hook 'zoo_entry'",
        ),
    ],
    ids=[
        "raises-on-import",
        "lacks-a-module",
        "exits",
        "syntax",
        "hook-raises",
        "not-iterable",
        "no-entry",
        "bad-entry",
        "signature",
        "unknown-hook",
    ],
)
def test_a_broken_plugin_is_one_line_and_costs_only_itself(
    install: Install, code: str, message: str
) -> None:
    install("toy-broken", code)
    registry = lenient()
    problem = only_problem(registry)
    assert str(problem).startswith(f"toy-broken: {message}")
    assert "\n" not in str(problem)
    assert problem.traceback.startswith("Traceback ")
    assert registry.find("loss", "good")
    assert registry.find("loss", "better")
    assert registry.call("zoo_checkpoint_saved", run=RUN, path=1) == [1, 1]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("1 / 0", ZeroDivisionError),
        ("import sys; sys.exit(3)", SystemExit),
        (ENTRIES + "['x']", ZooError),
    ],
)
def test_strict_mode_raises_what_the_plugin_raises(
    install: Install, code: str, kind: type[BaseException]
) -> None:
    install("toy-broken", code)
    with pytest.raises(kind):
        Registry.from_installed()


def test_strict_mode_names_the_plugin(install: Install) -> None:
    install("toy-broken", ENTRIES + "['x']")
    with pytest.raises(ZooError) as caught:
        Registry.from_installed()
    assert caught.value.message == (
        "toy-broken: cannot be loaded: zoo_entries() returned 'x', which is not an Entry"
    )
    assert caught.value.hint == "return an iterable of zoo_core.Entry"


def test_the_environment_decides_on_strictness(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Registry().strict
    monkeypatch.delenv("ZOO_STRICT_PLUGINS")
    assert not Registry().strict


def test_problems_are_told_as_they_are_found(install: Install) -> None:
    install("toy-broken", "1 / 0")
    told: list[Problem] = []
    registry = Registry.from_installed(strict=False, on_problem=told.append)
    assert told == registry.problems


def test_a_wrong_signature_is_quoted_with_the_right_one(install: Install) -> None:
    install("toy-broken", HEAD + "@hookimpl\ndef zoo_checkpoint_saved(run, file): ...")
    text = str(only_problem(lenient()))
    assert "zoo_checkpoint_saved(run, file)" in text
    assert "file" in text


def test_an_unknown_hook_comes_with_the_nearest(install: Install) -> None:
    install("toy-broken", HEAD + "@hookimpl\ndef zoo_entry(): ...")
    with pytest.raises(ZooError) as caught:
        Registry.from_installed()
    assert caught.value.hint == (
        "did you mean 'zoo_entries'? the hooks are zoo_entries, zoo_commands, zoo_run_started, "
        "zoo_scalars, zoo_logged, zoo_checkpoint_saved, zoo_run_finished"
    )


def test_a_plugin_without_metadata_costs_only_itself(install: Install, tmp_path: Path) -> None:
    install("toy-bare", GOOD.replace('"good"', '"bare"'))
    (tmp_path / "site" / "toy_bare-1.0.dist-info" / "METADATA").unlink()
    assert lenient().find("loss", "good")


def test_a_plugin_whose_entries_raise_is_not_called_again(install: Install) -> None:
    install("toy-broken", GOOD.replace("return [", "return [1 / 0, "))
    registry = lenient()
    assert len(registry.call("zoo_checkpoint_saved", run=RUN, path=1)) == 2
    assert "toy-broken" not in [p.source.distribution for p in registry.plugins]


def test_a_hook_that_raises_stops_no_other_and_is_dropped(install: Install) -> None:
    install("toy-broken", GOOD.replace('"good"', '"x"').replace("HEARD.append(path)", "1 / 0"))
    registry = lenient()
    assert registry.call("zoo_checkpoint_saved", run=RUN, path=7) == [7, 7]
    assert str(only_problem(registry)) == (
        "toy-broken: fails in its hook zoo_checkpoint_saved: ZeroDivisionError: division by zero"
    )
    assert "1 / 0" in only_problem(registry).traceback
    assert registry.call("zoo_checkpoint_saved", run=RUN, path=8) == [8, 8]
    assert len(registry.problems) == 1


def test_a_hook_that_exits_costs_only_itself(install: Install) -> None:
    code = GOOD.replace('"good"', '"x"').replace("HEARD.append(path)", "raise SystemExit(3)")
    install("toy-broken", code)
    registry = lenient()
    assert registry.call("zoo_checkpoint_saved", run=RUN, path=7) == [7, 7]
    assert "SystemExit: 3" in str(only_problem(registry))


def test_a_hook_that_raises_in_strict_mode_is_an_error(install: Install) -> None:
    install("toy-broken", GOOD.replace('"good"', '"x"').replace("HEARD.append(path)", "1 / 0"))
    registry = Registry.from_installed()
    with pytest.raises(ZeroDivisionError):
        registry.call("zoo_checkpoint_saved", run=RUN, path=7)


def test_an_interrupt_in_a_hook_is_not_swallowed(install: Install) -> None:
    code = GOOD.replace('"good"', '"x"').replace("HEARD.append(path)", "raise KeyboardInterrupt")
    install("toy-broken", code)
    registry = lenient()
    with pytest.raises(KeyboardInterrupt):
        registry.call("zoo_checkpoint_saved", run=RUN, path=7)


def test_an_object_with_hooks_can_be_registered(install: Install) -> None:
    install("toy-later", GOOD.replace('"good"', '"later"'))
    import toy_later  # type: ignore[import-not-found]

    registry = Registry()
    registry.register(toy_later, name="notebook")
    assert registry.find("loss", "notebook/later")
    assert registry.call("zoo_checkpoint_saved", run=RUN, path=2) == [2]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("zoo_nowhere:Toy", "loss 'x' points to 'zoo_nowhere:Toy': No module named 'zoo_nowhere'"),
        ("json:Toy", "loss 'x' points to 'json:Toy', but json has no 'Toy'"),
    ],
)
def test_an_entry_without_its_target_is_listed_and_fails_when_loaded(
    install: Install, target: str, message: str
) -> None:
    install("toy-lost", ENTRIES + f"[Entry('loss', 'x', '{target}', 'X.')]")
    registry = lenient()
    assert registry.problems == []
    with pytest.raises(ZooError) as caught:
        registry.find("loss", "x").entry.load()
    assert caught.value.message == message


def test_an_entry_for_a_newer_contract_costs_only_itself(install: Install) -> None:
    entries = "[Entry('loss', n, 'json:loads', 'X.', contract=c) for n, c in [('x', 9), ('y', 1)]]"
    install("toy-newer", ENTRIES + entries)
    registry = lenient()
    text = "loss 'x' of toy-newer was written for plugin contract 9; this core understands 1"
    assert only_problem(registry).message == f"entry 'x': {text}"
    assert registry.find("loss", "y")
    error = failure(registry, "loss", "x")
    assert (error.message, error.hint) == (text, "`pip install --upgrade gan-zoo`")


def test_a_name_of_two_plugins_needs_a_qualified_spelling(install: Install) -> None:
    install("toy-same", GOOD)
    registry = lenient()
    error = failure(registry, "loss", "good")
    assert error.message == "2 plugins have a loss named 'good'"
    assert error.hint == "say 'a-good/good' or 'toy-same/good'"
    assert registry.find("loss", "toy-same/good").source == "toy-same"
    listed = [item.source for item in registry.entries("loss") if item.entry.name == "good"]
    assert listed == ["a-good", "toy-same"]


def test_the_same_name_twice_in_one_plugin_costs_the_second(install: Install) -> None:
    install("toy-twice", ENTRIES + "[Entry('loss', 'x', 'json:' + t, t) for t in ('a', 'b')]")
    registry = lenient()
    assert only_problem(registry).message == "entry 'x': toy-twice has two entries for the loss 'x'"
    assert registry.find("loss", "x").entry.target == "json:a"


def test_two_kinds_may_share_a_name(install: Install) -> None:
    install("toy-kinds", ENTRIES + "[Entry(k, 'x', 'json:loads', k) for k in ('loss', 'penalty')]")
    registry = lenient()
    assert registry.problems == []
    assert registry.find("penalty", "x").entry.summary == "penalty"
    assert registry.find("loss", "x").entry.summary == "loss"


def test_an_alias_finds_its_entry() -> None:
    assert lenient().find("loss", "fine").entry.name == "good"


def test_an_unknown_name_comes_with_the_nearest() -> None:
    registry = lenient()
    error = failure(registry, "loss", "goood")
    assert error.message == "no loss named 'goood'"
    count = len(registry.entries("loss"))
    assert error.hint == f"did you mean 'good'? `zoo list loss` shows all {count}"


def test_an_unknown_name_of_a_kind_that_nobody_provides() -> None:
    assert failure(Registry(), "metric", "x").hint == "no metric is installed"


def test_a_name_of_another_kind_is_explained() -> None:
    assert failure(lenient(), "generator", "good").hint == "'good' is a loss"


def test_a_first_party_part_that_is_not_installed_comes_with_its_pip_line() -> None:
    error = failure(Registry(), "loss", "wgan-gp")
    assert error.message == "no loss named 'wgan-gp'"
    assert error.hint == "it is in a plugin that is not installed: `pip install zoo-plugin-wgan`"


def test_a_first_party_part_of_a_broken_plugin_points_to_the_doctor() -> None:
    registry = Registry(strict=False)
    registry.report(Problem("zoo-plugin-wgan", "cannot be loaded: ZeroDivisionError"))
    assert failure(registry, "loss", "wgan-gp").hint == (
        "its plugin zoo-plugin-wgan is installed but broken: `zoo doctor` says why"
    )


def test_entries_are_sorted_by_kind_name_and_source() -> None:
    registry = Registry()
    for kind, name in (("loss", "b"), ("critic", "z"), ("loss", "a")):
        if kind != "critic":
            registry.add(Entry(kind, name, "json:loads", "X."), source="s")
    assert [item.qualified for item in registry.entries()] == ["s/a", "s/b"]
    assert registry.entries("generator") == ()


def test_adding_the_same_entry_twice_is_refused() -> None:
    registry = Registry()
    registry.add(Entry("loss", "a", "json:loads", "X."))
    with pytest.raises(ZooError) as caught:
        registry.add(Entry("loss", "a", "json:loads", "X."))
    assert caught.value.message == "local has two entries for the loss 'a'"
    assert caught.value.hint == "rename one of them"


def test_adding_an_entry_for_a_newer_contract_is_refused() -> None:
    with pytest.raises(ZooError, match="written for plugin contract 2; this core understands 1"):
        Registry().add(Entry("loss", "a", "json:loads", "X.", contract=2))


def file_failure(path: Path) -> ZooError:
    with pytest.raises(ZooError) as caught:
        Registry.from_installed(files=[path], strict=False)
    return caught.value


def written(path: Path, code: str) -> Path:
    path.write_text(code, encoding="utf-8")
    return path


def test_a_file_can_be_a_plugin_with_parts_of_its_own(tmp_path: Path) -> None:
    code = ENTRIES + '[Entry("loss", "mine", f"{__name__}:Mine", "M.")]\n\nclass Mine: ...\n'
    file = written(tmp_path / "toy_mine.py", code)
    registry = Registry.from_installed(files=[file])
    found = registry.find("loss", "toy-mine/mine")
    assert found.entry.load().__name__ == "Mine"
    assert registry.plugins[-1].source.file == file


def test_a_file_that_is_named_twice_counts_once(tmp_path: Path) -> None:
    file = written(tmp_path / "toy_mine.py", ENTRIES + "[Entry('loss', 'm', 'json:loads', 'M.')]")
    registry = Registry.from_installed(files=[file, str(file)])
    assert registry.find("loss", "m").source == "toy-mine"


def test_a_file_can_be_used_by_a_second_registry(tmp_path: Path) -> None:
    file = written(tmp_path / "toy_mine.py", ENTRIES + "[Entry('loss', 'm', 'json:loads', 'M.')]")
    for _ in range(2):
        assert Registry.from_installed(files=[file]).find("loss", "m")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "nowhere.py"
    error = file_failure(path)
    assert error.message == f"no plugin file {str(path)!r}"
    assert error.hint == "`--plugin` takes the path of a Python file"


@pytest.mark.parametrize("name", ["parts.txt", "my-parts.py", "2parts.py"])
def test_a_file_that_cannot_be_a_module_is_refused(tmp_path: Path, name: str) -> None:
    error = file_failure(written(tmp_path / name, ""))
    assert error.message == f"{name!r} cannot be imported as a plugin"
    assert error.hint == "name it like a module, such as `my_parts.py`"


@pytest.mark.parametrize("name", ["json", "zoo_core"])
def test_a_file_with_the_name_of_a_module_is_refused(tmp_path: Path, name: str) -> None:
    error = file_failure(written(tmp_path / f"{name}.py", ""))
    assert f"plugin file '{name}.py' has the name of the module {name!r}" in error.message
    assert error.hint == "rename the file"


@pytest.mark.parametrize(
    ("code", "message", "line"),
    [
        ("\n\ndef f(:", "SyntaxError: invalid syntax", 3),
        ("\n1 / 0", "ZeroDivisionError: division by zero", 2),
        (ENTRIES + "1 / 0", "ZeroDivisionError: division by zero", 5),
        ("import sys\n\nsys.exit('bye')", "SystemExit: bye", 3),
    ],
)
def test_a_file_that_raises_is_refused_with_its_line(
    tmp_path: Path, code: str, message: str, line: int
) -> None:
    path = written(tmp_path / "toy_mine.py", code)
    error = file_failure(path)
    assert error.message.startswith(f"plugin file {str(path)!r} raises {message}")
    assert error.hint == f"line {line} of the file"


def test_a_file_that_raises_can_be_corrected_and_tried_again(tmp_path: Path) -> None:
    path = written(tmp_path / "toy_mine.py", "1 / 0")
    file_failure(path)
    assert "toy_mine" not in sys.modules


def test_a_file_with_a_wrong_hook_is_named(tmp_path: Path) -> None:
    error = file_failure(written(tmp_path / "toy_mine.py", HEAD + "@hookimpl\ndef zoo_x(): ..."))
    assert error.message == "toy-mine: cannot be loaded: implements the unknown hook 'zoo_x'"


def test_a_broken_file_is_told_once(tmp_path: Path) -> None:
    told: list[Any] = []
    with pytest.raises(ZooError):
        Registry.from_installed(
            files=[written(tmp_path / "toy_mine.py", "1 / 0")], strict=False, on_problem=told.append
        )
    assert told == []


def test_listing_what_is_installed_imports_no_torch() -> None:
    code = (
        "import sys, zoo_core; r = zoo_core.Registry.from_installed(); "
        "assert r.entries(); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
