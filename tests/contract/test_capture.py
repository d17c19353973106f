"""A captured step replays as an eager one: every part of every plugin, by recording on a CPU."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from zoo_core import Registry, compose
from zoo_core.composition import Composition
from zoo_core.config.options import options_of
from zoo_core.testing import check_capture

INSTALLED = Registry.from_installed(strict=True)
SMALL: Mapping[str, Any] = {"width": 4}
RUN = {"batch": 4, "size": "8", "latent_dim": 5, "steps": 40, "device": "cpu"}
ROLES = ("loss", "penalty", "constraint", "head", "sampler", "condition", "augment", "game")
PARTS = [
    pytest.param(role, item.qualified, id=f"{role}-{item.entry.name}")
    for role in ROLES
    for item in INSTALLED.entries(role)
    # games that translate are replayed by the tests of their plugin
    if role != "game" or "sampler" in item.entry.load().needs
]
FITTING = {"gumbel-softmax": {"sampler": {"categories": 5}}}
"""Options of what does not fit the small net as it is."""
RULES = {
    "adam": {"schedule": "linear", "warmup": 3},
    "adamw": {"schedule": "cosine", "decay_from": 0.1, "weight_decay": 0.01},
    "rmsprop": {"schedule": "step", "decay_every": 2, "momentum": 0.5},
    "sgd": {"schedule": "linear", "momentum": 0.9, "clip_norm": 0.1, "lr": 1e-3},
}


def composed(
    parts: Mapping[str, Any],
    options: Mapping[str, Any] | None = None,
    registry: Registry = INSTALLED,
) -> Composition:
    nets = {"generator": "dcgan", "critic": "dcgan"}
    found: dict[str, Any] = {"generator": SMALL, "critic": SMALL, "run": RUN}
    if parts.get("critic") == "none":
        del found["critic"]
    for section, values in (options or {}).items():
        found[section] = {**found.get(section, {}), **values}
    return compose({**nets, **parts}, found, registry=registry, recipe="none")


def lazy(role: str, name: str) -> dict[str, Any]:
    """Return options that let a penalty that can be lazy act on every third move."""
    item = INSTALLED.find(role, name)
    can = role == "penalty" and "every" in options_of(item.entry.load())
    return {f"penalty.{item.entry.name}": {"every": 3}} if can else {}


@pytest.mark.parametrize(("role", "name"), PARTS)
def test_three_replays_equal_three_eager_steps(role: str, name: str) -> None:
    fitting = FITTING.get(name.rpartition("/")[2], {})
    needs = INSTALLED.find(role, name).entry.load().needs if role == "game" else ("critic",)
    parts = {role: name} if "critic" in needs else {role: name, "critic": "none"}
    check_capture(composed(parts, {**lazy(role, name), **fitting}))


@pytest.mark.parametrize("rule", RULES)
def test_a_learning_rate_moves_on_in_a_replay(rule: str) -> None:
    player = {"optimizer": rule, **RULES[rule]}
    check_capture(composed({}, {"generator": player, "critic": player}))


def test_several_moves_of_a_critic_are_one_round() -> None:
    options = {"run": {"critic_steps": 3}, "game": {"share": False}, "penalty.r1": {"every": 4}}
    check_capture(composed({"penalty": "r1"}, options))


def test_parts_of_a_batch_are_replayed_together() -> None:
    check_capture(composed({}, {"run": {"microbatch": 2}, "critic": {"norm": "spectral"}}))


STEP_IN_PYTHON = '''
from zoo_core import Entry, hookimpl
from zoo_core.interfaces import Penalty, Terms


class Annealed(Penalty):
    """A weight that Python counts down."""

    def __init__(self):
        super().__init__()
        self.moves = 0

    def forward(self, turn):
        self.moves += 1
        weight = {weight}
        return Terms({{"annealed": weight * turn.fake_scores.logits.square().mean()}})


@hookimpl
def zoo_entries():
    return [Entry("penalty", "annealed", __name__ + ":Annealed", "Weighs less and less.")]
'''


@pytest.mark.parametrize(
    ("weight", "captures"),
    [("1 / self.moves", False), ("1 / (turn.rng.step + 1)", True)],
    ids=["python", "tensor"],
)
def test_a_part_that_knows_its_step_only_in_python_is_found(
    weight: str, captures: bool, tmp_path: Path
) -> None:
    plugin = tmp_path / f"annealing_{captures}.py".lower()
    plugin.write_text(STEP_IN_PYTHON.format(weight=weight))
    registry = Registry.from_installed(files=[plugin], strict=True)
    composition = composed({"penalty": "annealed"}, registry=registry)
    if captures:
        check_capture(composition)
        return
    with pytest.raises(AssertionError, match=r"^'.*' of \w+ is .* off after step 2"):
        check_capture(composition)


ADAPTIVE = '''
import torch
from torch import nn

from zoo_core import Entry, hookimpl
from zoo_core.interfaces import Augment, Dropout, Noise, Styled


class Brighter(Augment):
    """Scale images by a drawn factor, more strongly where the critic is sure of real images."""

    def __init__(self):
        super().__init__()
        self.register_buffer("strength", torch.zeros(()))

    def forward(self, images, rng):
        return images * (1 + self.strength * rng.uniform(len(images), 1, 1, 1))

    def measure(self, turn):
        return {"sign": turn.real_scores.logits.sign().mean()}

    def observe(self, notes):
        self.strength.add_(0.1 * notes["sign"]).clamp_(-0.5, 0.5)


class Noisy(Styled):
    """Two linear layers, with noise, dropout and an average style."""

    def __init__(self, *, image, latent_dim: int):
        super().__init__()
        self.image = image
        self.first, self.last = nn.Linear(latent_dim, 8), nn.Linear(8, image.numel)
        self.drop, self.noise = Dropout(0.2), Noise()
        self.register_buffer("average_style", torch.zeros(8))

    def styles(self, latents, labels=None):
        found = self.drop(self.first(latents).relu())
        if self.training:
            self.average_style.lerp_(found.detach().mean(0), 0.1)
        return found[:, None]

    def synthesis(self, styles):
        maps = self.last(styles[:, 0]).view(-1, *self.image.shape)
        return self.noise(maps).tanh()


@hookimpl
def zoo_entries():
    return [
        Entry("augment", "brighter", __name__ + ":Brighter", "Brighter or darker."),
        Entry("generator", "noisy", __name__ + ":Noisy", "Random inside."),
    ]
'''


@pytest.mark.parametrize("part", [None, 2])
def test_augmentations_that_adapt_and_nets_that_draw_are_replayed(
    part: int | None, tmp_path: Path
) -> None:
    plugin = tmp_path / f"adapting_{part}.py".lower()
    plugin.write_text(ADAPTIVE)
    registry = Registry.from_installed(files=[plugin], strict=True)
    parts = {"generator": "noisy", "critic": "dcgan", "augment": "brighter", "penalty": "r1"}
    options = {"critic": SMALL, "run": {**RUN, "microbatch": part}, "penalty.r1": {"every": 2}}
    check_capture(compose(parts, options, registry=registry, recipe="none"))
