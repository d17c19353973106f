from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from zoo_core.errors import ZooError
from zoo_core.registry.entry import Entry
from zoo_core.registry.kinds import KINDS


def entry(**changes: Any) -> Entry:
    return Entry(
        **{"kind": "loss", "name": "toy", "target": "json:loads", "summary": "A toy.", **changes}
    )


def failure(**changes: Any) -> ZooError:
    with pytest.raises(ZooError) as caught:
        entry(**changes)
    return caught.value


def test_an_unknown_kind_is_refused_with_the_nearest() -> None:
    error = failure(kind="generators")
    assert error.message == "entry 'toy' has the unknown kind 'generators'"
    assert error.hint == f"did you mean 'generator'? the kinds are {', '.join(KINDS)}"


@pytest.mark.parametrize("name", ["WGAN", "wgan_gp", "wgan gp", "-wgan", "", "a/b"])
def test_a_name_that_is_not_kebab_case_is_refused(name: str) -> None:
    error = failure(name=name)
    assert error.message == f"{name!r} cannot name a loss"
    assert error.hint == "names are kebab-case, such as 'wgan-gp'"


def test_an_alias_that_is_not_kebab_case_is_refused() -> None:
    assert failure(aliases=("Toy",)).message == "'Toy' cannot name a loss"


@pytest.mark.parametrize("name", ["wgan-gp", "r1", "stylegan2.ada", "3d-gan"])
def test_kebab_case_may_have_digits_and_dots(name: str) -> None:
    assert entry(name=name).name == name


@pytest.mark.parametrize("target", ["", "json", "json.loads", ":loads", "json:", "a-b:c"])
def test_a_target_of_another_form_is_refused(target: str) -> None:
    error = failure(target=target)
    assert error.message == f"loss 'toy' has the target {target!r}"
    assert error.hint == "a target has the form 'package.module:Name'"


@pytest.mark.parametrize(
    "target",
    ["zoo_plugin_x:weights/x.digits-32", "a.b:w", "hf://someone/repository", "hf://a/b.c@v1.0"],
)
def test_weights_are_a_folder_in_a_wheel_or_a_repository(target: str) -> None:
    assert entry(kind="weights", name="toy.digits-32", target=target).target == target


@pytest.mark.parametrize(
    "target",
    [
        "someone/repository",
        "package.module:../elsewhere",
        "package:/etc",
        "package:a/../b",
        "package:.hidden",
        "hf://someone",
        "hf://someone/a/b",
        "hf://someone/a@",
        "https://host/file",
    ],
)
def test_weights_have_no_target_of_another_form(target: str) -> None:
    with pytest.raises(ZooError) as caught:
        entry(kind="weights", name="toy.digits-32", target=target)
    assert caught.value.message == f"weights 'toy.digits-32' have the target {target!r}"
    assert "hf://user/repo@v1" in caught.value.hint


@pytest.mark.parametrize("name", ["toy", "toy-32", "toy.digits", "toy.32", "toy.digits.more-32"])
def test_weights_are_named_part_data_size(name: str) -> None:
    with pytest.raises(ZooError, match="cannot name weights") as caught:
        entry(kind="weights", name=name, target="a:b")
    assert "part.data-size" in caught.value.hint


def test_weights_are_no_object_to_import() -> None:
    with pytest.raises(ZooError, match="are files, not an object") as caught:
        entry(kind="weights", name="toy.digits-32", target="a:b").load()
    assert caught.value.hint == "`zoo_core.load('toy.digits-32')` loads them"


def test_defaults_for_an_unknown_section_are_refused() -> None:
    error = failure(defaults={"critics": {"lr": 1}})
    assert error.message == "loss 'toy' sets defaults for the unknown section 'critics'"
    assert error.hint == (
        "did you mean 'critic'? the sections are augment, condition, constraint, critic, data, "
        "encoder, game, generator, head, loss, parts, penalty, run, sampler"
    )


@pytest.mark.parametrize("section", ["discriminator", "dataset", "metric"])
def test_defaults_for_a_kind_that_is_no_section_are_refused(section: str) -> None:
    assert f"unknown section {section!r}" in failure(defaults={section: {}}).message


def test_defaults_for_one_penalty_are_possible() -> None:
    assert entry(defaults={"penalty.gp": {"weight": 1}, "constraint.clip": {}})


def test_load_returns_the_target() -> None:
    assert entry(target="pathlib:Path").load() is Path


def test_load_follows_dots_behind_the_colon() -> None:
    assert entry(target="pathlib:Path.cwd").load() == Path.cwd


def test_a_target_in_a_missing_module_is_named() -> None:
    with pytest.raises(ZooError) as caught:
        entry(target="zoo_nowhere.parts:Toy").load()
    assert caught.value.message == (
        "loss 'toy' points to 'zoo_nowhere.parts:Toy': No module named 'zoo_nowhere'"
    )
    assert caught.value.hint == (
        "the plugin is incomplete: `zoo doctor` names its distribution; reinstall it"
    )


def test_a_target_that_its_module_lacks_is_named() -> None:
    with pytest.raises(ZooError) as caught:
        entry(target="json:Toy").load()
    assert caught.value.message == "loss 'toy' points to 'json:Toy', but json has no 'Toy'"
    assert caught.value.hint == (
        "the plugin is incomplete: `zoo doctor` names its distribution; "
        "its author must correct the target"
    )
