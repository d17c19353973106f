"""Toy parts for the tests of the core, and registries that hold them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
import torch
from torch import Tensor, nn

from zoo_core import Between, Entry, ImageSpec, Registry, ZooError
from zoo_core.builtin.datasets import DATASETS
from zoo_core.builtin.plugin import PARTS
from zoo_core.interfaces import (
    Augment,
    Constraint,
    Dataset,
    Discriminator,
    Draws,
    Generator,
    Loss,
    Penalty,
    Scores,
    Split,
    Table,
    Terms,
    Turn,
)


class ToyGenerator(Generator):
    """Make images with one linear layer.

    Args:
        image: size of the output.
        latent_dim: length of one latent vector.
        width: hidden values.
        gain: scale of the output.
    """

    def __init__(
        self,
        *,
        image: ImageSpec,
        latent_dim: int,
        width: Annotated[int, Between(1, 1_000_000)] = 4,
        gain: Annotated[float, Between(0, 10)] = 1.0,
    ) -> None:
        super().__init__()
        self.image, self.gain = image, gain
        self.layers = nn.Sequential(nn.Linear(latent_dim, width), nn.Linear(width, image.numel))

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return (self.gain * self.layers(latents)).tanh().view(-1, *self.image.shape)


class BatchNormGenerator(ToyGenerator):
    def __init__(self, *, image: ImageSpec, latent_dim: int) -> None:
        super().__init__(image=image, latent_dim=latent_dim)
        self.layers.append(nn.BatchNorm1d(image.numel))


class LabelledGenerator(ToyGenerator):
    conditional = True

    def __init__(self, *, image: ImageSpec, latent_dim: int, classes: int) -> None:
        super().__init__(image=image, latent_dim=latent_dim)
        self.table = nn.Embedding(classes, latent_dim)


class SmallGenerator(ToyGenerator):
    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return super().forward(latents, labels)[:, :, 1:]


class PickyGenerator(ToyGenerator):
    def __init__(self, *, image: ImageSpec, latent_dim: int) -> None:
        if image.height != 16:
            raise ZooError(
                f"generator 'picky' cannot make a side of {image.height}", hint="`--size 16`"
            )
        super().__init__(image=image, latent_dim=latent_dim)


class BrokenGenerator(ToyGenerator):
    def __init__(self, *, image: ImageSpec, latent_dim: int) -> None:
        raise KeyError("width")


class CrashingGenerator(ToyGenerator):
    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        raise RuntimeError("shapes cannot be multiplied\nwith details")


class ListGenerator(ToyGenerator):
    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return [latents]  # type: ignore[return-value]


class NoGenerator(nn.Module):
    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__()


class ToyCritic(Discriminator):
    """Score images with one linear layer."""

    def __init__(
        self,
        *,
        image: ImageSpec,
        width: Annotated[int, Between(1, 1_000_000)] = 4,
        slope: Annotated[float, Between(0, 1)] = 0.2,
    ) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(image.numel, width))
        self.last = nn.Linear(width, 1)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.layers(images)

    def head(self, features: Tensor) -> Tensor:
        return self.last(features).squeeze(1)


class NormCritic(ToyCritic):
    def __init__(
        self, *, image: ImageSpec, norm: Literal["batch", "layer", "none"] = "batch"
    ) -> None:
        super().__init__(image=image)
        kinds = {"batch": nn.BatchNorm1d, "layer": nn.LayerNorm, "none": nn.Identity}
        self.layers.append(kinds[norm](4))


class BatchOrNothingCritic(ToyCritic):
    def __init__(self, *, image: ImageSpec, norm: Literal["batch", "none"] = "batch") -> None:
        super().__init__(image=image)
        kinds = {"batch": nn.BatchNorm1d, "none": nn.Identity}
        self.layers.append(kinds[norm](4))


class BatchCritic(ToyCritic):
    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__(image=image)
        self.layers.append(nn.BatchNorm1d(4))


class PatchCritic(Discriminator):
    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__()
        self.layer = nn.Conv2d(image.channels, 1, 3)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.layer(images)

    def head(self, features: Tensor) -> Tensor:
        return features[:, 0]


class ColumnCritic(ToyCritic):
    def head(self, features: Tensor) -> Tensor:
        return self.last(features)


class ClashingCritic(ToyCritic):
    def __init__(self, *, image: ImageSpec, lr: float = 0.1) -> None:
        super().__init__(image=image)


class ToyLoss(Loss):
    def __init__(self, *, weight: Annotated[float, Between(0, 10)] = 1.0) -> None:
        self.weight = weight

    def critic(self, real: Scores, fake: Scores) -> Terms:
        return Terms({"gap": fake.logits.mean() - real.logits.mean()})

    def generator(self, fake: Scores, real: Scores | None) -> Terms:
        return Terms({"fake": -fake.logits.mean()})


class SingleLoss(ToyLoss):
    needs_single_score = True


class NeedyLoss(ToyLoss):
    def __init__(self, *, power: Annotated[int, Between(1, 3)]) -> None:
        super().__init__()


class ToyPenalty(Penalty):
    def __init__(self, *, weight: Annotated[float, Between(0, 100)] = 1.0) -> None:
        super().__init__()
        self.weight = weight

    def forward(self, turn: Turn) -> Terms:
        return Terms({"size": self.weight * turn.real.images.square().mean()})


class SamplePenalty(ToyPenalty):
    per_sample = True


class PlainPenalty(Penalty):
    def forward(self, turn: Turn) -> Terms:
        return Terms()


class ToyConstraint(Constraint):
    def __call__(self, net: nn.Module) -> None:
        return


class RandomAugment(Augment):
    def __init__(self) -> None:
        super().__init__()
        self.strength = nn.Buffer(torch.rand(3))

    def forward(self, images: Tensor, rng: Draws) -> Tensor:
        return images


class ToyData(Dataset):
    """Claim to hold 8x8 images without labels."""

    argument = "path"

    def __init__(self, *, size: tuple[int, int] | None = None, path: str = "") -> None:
        self.image = ImageSpec(1, *(size or (8, 8)))

    def tables(self, split: Split) -> Mapping[str, Table]:
        raise NotImplementedError


TOYS = {
    "generator": {
        "toy": "ToyGenerator",
        "batch-norm": "BatchNormGenerator",
        "labelled": "LabelledGenerator",
        "small": "SmallGenerator",
        "picky": "PickyGenerator",
        "broken": "BrokenGenerator",
        "crashing": "CrashingGenerator",
        "list": "ListGenerator",
        "no-generator": "NoGenerator",
    },
    "discriminator": {
        "toy": "ToyCritic",
        "norm": "NormCritic",
        "batch-or-nothing": "BatchOrNothingCritic",
        "batch": "BatchCritic",
        "patch": "PatchCritic",
        "column": "ColumnCritic",
        "clashing": "ClashingCritic",
    },
    "loss": {"toy": "ToyLoss", "single": "SingleLoss", "needy": "NeedyLoss"},
    "penalty": {
        "a": "ToyPenalty",
        "b": "ToyPenalty",
        "sample": "SamplePenalty",
        "plain": "PlainPenalty",
    },
    "constraint": {"toy": "ToyConstraint"},
    "augment": {"random": "RandomAugment"},
    "dataset": {"toy": "ToyData"},
}


@pytest.fixture(autouse=True)
def strict_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZOO_STRICT_PLUGINS", "1")


@pytest.fixture
def registry() -> Registry:
    """Return a registry of the built-in parts and the toys, without any plugin."""
    found = Registry(strict=True)
    for entry in (*PARTS, *DATASETS):
        found.add(entry, source="gan-zoo")
    for kind, names in TOYS.items():
        for name, target in names.items():
            found.add(Entry(kind, name, f"{__name__}:{target}", "A toy."), source="toys")
    return found


@pytest.fixture
def add(registry: Registry) -> Callable[..., None]:
    """Return what adds an entry for a toy class, with defaults, to the registry."""

    def added(kind: str, name: str, target: str, *, source: str = "more", **more: Any) -> None:
        registry.add(Entry(kind, name, f"{__name__}:{target}", "More.", **more), source=source)

    return added


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Return what installs a distribution with one plugin module below tmp_path."""
    site = tmp_path / "site"
    site.mkdir()
    monkeypatch.syspath_prepend(str(site))
    before = set(sys.modules)

    def installed(name: str, code: str, *, version: str = "1.0") -> None:
        module = name.replace("-", "_")
        (site / f"{module}.py").write_text(code, encoding="utf-8")
        info = site / f"{module}-{version}.dist-info"
        info.mkdir()
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (info / "METADATA").write_text(text, encoding="utf-8")
        (info / "entry_points.txt").write_text(
            f"[gan_zoo]\n{module} = {module}\n", encoding="utf-8"
        )
        # a directory that changes twice within a tick of the clock looks unchanged
        importlib.invalidate_caches()

    yield installed
    for name in set(sys.modules) - before:
        file = getattr(sys.modules[name], "__file__", None) or ""
        if file.startswith(str(tmp_path)):
            del sys.modules[name]
