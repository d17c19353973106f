from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from zoo_core import Entry, Registry, ZooError
from zoo_core.composition import compose
from zoo_core.config.file import read_config_file
from zoo_core.interfaces import Condition
from zoo_core.pictures.sheets import save_each
from zoo_core.registry.first_party import install_line
from zoo_core.registry.kinds import ROLES


class ByNumber(Condition):
    """Add the label to the latents."""

    reads_labels = True

    def latents(self, latents: Tensor, labels: Tensor | None, rng: Any) -> Tensor:
        return latents if labels is None else latents + labels[:, None]


def refused(registry: Registry, config: Any, **more: Any) -> tuple[str, str]:
    with pytest.raises(ZooError) as caught:
        compose(registry=registry, config=config, **more)
    return caught.value.message, caught.value.hint


TOY = {"generator": "toy", "critic": "toy", "data": "toy"}


def test_an_unknown_section_is_refused(registry: Registry) -> None:
    config = {"parts": TOY, "options": {"genrator": {"lr": 1}}}
    assert refused(registry, config) == (
        "config sets 'genrator.lr', but this composition has no 'genrator'",
        "did you mean 'generator'? its sections are "
        "critic, data, game, generator, loss, run, sampler",
    )


def test_an_unknown_option_is_refused(registry: Registry) -> None:
    message, hint = refused(registry, {"parts": TOY, "options": {"run": {"step": 1}}})
    assert message == "the run has no option 'step'"
    assert hint.startswith("did you mean 'steps'? it has batch, ")


@pytest.mark.parametrize(
    ("value", "shown"),
    [("quick", "'quick'"), ([1], "[1]"), (True, "True"), (None, "None")],
)
def test_a_value_of_another_type_is_refused(registry: Registry, value: Any, shown: str) -> None:
    config = {"parts": TOY, "options": {"critic": {"lr": value}}}
    assert refused(registry, config) == (
        f"discriminator 'toy' cannot take {shown} for 'lr'",
        "lr is float from 0 to 10",
    )


@pytest.mark.parametrize("value", [11, -1, 1e999])
def test_a_value_out_of_bounds_is_refused(registry: Registry, value: float) -> None:
    message, hint = refused(registry, {"parts": TOY, "options": {"critic": {"lr": value}}})
    assert message.startswith("discriminator 'toy' cannot take ")
    assert hint == "lr is float from 0 to 10"


def test_two_parts_where_one_is_possible_are_refused(registry: Registry) -> None:
    assert refused(registry, {"parts": {**TOY, "condition": ["a", "b"]}}) == (
        "config names 2 parts for the role 'condition': a, b",
        "one is possible",
    )


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("wgan-gp", "pip install zoo-plugin-wgan"),
        ("zoo-plugin-wgan/wgan-gp", "pip install zoo-plugin-wgan"),
        # the distribution that is named brings it, not the one that has this name too
        ("zoo-plugin-other/wgan-gp", "pip install zoo-plugin-other"),
    ],
)
def test_a_part_that_is_not_installed_gives_its_install_line(
    registry: Registry, name: str, line: str
) -> None:
    assert refused(registry, {"parts": {**TOY, "loss": name}}) == (
        f"no loss named {name!r}",
        f"it is in a plugin that is not installed: `{line}`",
    )


@pytest.mark.parametrize("name", ["my-parts/mine", "local/mine", "zoo-plugin-x; rm/mine", "mine"])
def test_a_name_from_a_file_gives_no_install_line(name: str) -> None:
    assert install_line("loss", name) == ""


COMPOSITIONS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain": ({}, {}),
    "several penalties": ({"penalty": ("a", "b")}, {"penalty.a": {"weight": 3}}),
    "one penalty by its role": ({"penalty": "a"}, {"penalty": {"weight": 0.1}}),
    "constraint and augmentation": ({"constraint": "toy", "augment": "random"}, {}),
    "path of data": ({"data": "toy:photos/a b/"}, {}),
    "rebuilt critic": ({"critic": "norm", "penalty": "sample"}, {}),
    "size that is not square": ({}, {"run": {"size": "16x24"}}),
    "tuples, none and small numbers": (
        {},
        {"critic": {"betas": (0.0, 0.9), "lr": 1e-7}, "run": {"max_minutes": None}},
    ),
    "few labels": ({"data": "few-labels:digits"}, {"data": {"count": 20}, "run": {"size": "8"}}),
    "condition": ({"data": "digits", "condition": "by-number"}, {"run": {"size": 8}}),
    "conditional by nature": ({"generator": "labelled", "data": "digits"}, {}),
}


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_a_composition_comes_back_from_its_file(
    registry: Registry, tmp_path: Path, name: str
) -> None:
    registry.add(Entry("condition", "by-number", f"{__name__}:ByNumber", "C."), source="toys")
    parts, options = COMPOSITIONS[name]
    written = compose({**TOY, **parts}, options, registry=registry).config()
    assert set(written.parts) == set(ROLES)
    (tmp_path / "my.json").write_text(json.dumps(written.to_json()))
    read = read_config_file(tmp_path / "my.json")
    assert compose(registry=registry, config=read).config() == written == read


def test_a_condition_needs_labels(registry: Registry) -> None:
    registry.add(Entry("condition", "by-number", f"{__name__}:ByNumber", "C."), source="toys")
    with pytest.raises(ZooError) as caught:
        compose({**TOY, "condition": "by-number"}, registry=registry)
    assert caught.value.message == "condition 'by-number' reads labels, but data 'toy' has none"
    assert caught.value.hint == "choose labelled data, such as `--data digits`"


def test_a_part_that_is_conditional_by_nature_takes_no_condition(registry: Registry) -> None:
    registry.add(Entry("condition", "by-number", f"{__name__}:ByNumber", "C."), source="toys")
    parts = {**TOY, "generator": "labelled", "data": "digits", "condition": "by-number"}
    with pytest.raises(ZooError) as caught:
        compose(parts, registry=registry)
    assert caught.value.message == (
        "generator 'labelled' is conditional by nature, and the condition 'by-number' "
        "is asked for as well"
    )
    assert caught.value.hint == "`--condition none`, or a part that is not conditional"


PLUGINS = {
    "two penalties and a constraint": (
        {"generator": "dcgan", "loss": "wgan", "penalty": ("r1", "r2"), "constraint": "clip"},
        {"penalty.r1": {"weight": 3}, "run": {"size": "16"}},
    ),
    "data made of other data": (
        {"generator": "dcgan", "condition": "sgan", "data": "few-labels:digits"},
        {"data": {"count": 50, "seed": 3}, "run": {"size": "16"}},
    ),
    "rebuilt critic": ({"generator": "dcgan", "loss": "wgan-gp"}, {"run": {"size": "16x32"}}),
}


@pytest.mark.parametrize("name", PLUGINS)
def test_a_composition_of_plugins_comes_back_from_its_file(tmp_path: Path, name: str) -> None:
    installed = Registry.from_installed()
    parts, options = PLUGINS[name]
    written = compose(parts, options, registry=installed, recipe="none").config()
    (tmp_path / "my.json").write_text(json.dumps(written.to_json()))
    read = read_config_file(tmp_path / "my.json")
    assert compose(registry=installed, config=read).config() == written == read


@pytest.mark.parametrize("data", ["folder", "unpaired"])
def test_the_path_of_data_comes_back_from_its_file(tmp_path: Path, data: str) -> None:
    for folder in ("a", "b"):
        images = torch.linspace(-1, 1, 12).view(12, 1, 1, 1).expand(12, 1, 8, 8)
        save_each(images, tmp_path / folder)
    text = {"folder": f"folder:{tmp_path / 'a'}", "unpaired": f"unpaired:{tmp_path / 'a'},"}[data]
    if data == "unpaired":
        parts = {"generator": "cyclegan", "data": f"{text}{tmp_path / 'b'}"}
    else:
        parts = {"generator": "vanilla", "data": text}
    installed = Registry.from_installed()
    written = compose(parts, registry=installed, recipe="none").config()
    read = json.loads(json.dumps(written.to_json()))
    assert compose(registry=installed, config=read).config() == written
