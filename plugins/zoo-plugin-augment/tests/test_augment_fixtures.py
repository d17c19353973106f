"""What the originals make of the same images with the same draws."""

import math
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import NormalDist

import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from zoo_core.interfaces import Draws
from zoo_plugin_augment.color import color_matrices
from zoo_plugin_augment.corruptions import band_gains
from zoo_plugin_augment.decisions import Chance
from zoo_plugin_augment.diffaugment import DiffAugment
from zoo_plugin_augment.geometry import blit, geometric
from zoo_plugin_augment.pipe import PIPES
from zoo_plugin_augment.wavelets import filter_bank, geometry_filter

SHARED = Path(os.environ.get("ZOO_SHARED") or Path(__file__).resolve().parents[4] / "shared")
FIXTURES = SHARED / "fixtures"
CLOSE = {"rtol": 0.0, "atol": 1e-5}

pytestmark = pytest.mark.skipif(not FIXTURES.is_dir(), reason="needs ../shared/fixtures")


class Recorded:
    """Draws that were recorded, in their order."""

    def __init__(self, values: Iterator[Tensor]) -> None:
        self.values = values

    @property
    def step(self) -> Tensor:
        return torch.tensor(0)

    def child(self, *names: str | int) -> Draws:
        return self

    def _next(self, shape: tuple[int, ...]) -> Tensor:
        found = next(self.values)
        assert found.shape == shape
        return found

    def uniform(self, *shape: int) -> Tensor:
        return self._next(shape)

    def normal(self, *shape: int) -> Tensor:
        return self._next(shape)

    def integers(self, high: int, *shape: int) -> Tensor:
        found = self._next(shape)
        # shifts were recorded about zero
        return found + (high - 1) // 2 if found.min() < 0 or high <= 7 else found

    def places(self, count: int) -> Tensor:
        return torch.arange(count)


def recorded(stored: dict[str, Tensor], name: str) -> Recorded:
    keys = sorted(key for key in stored if key.startswith(f"in.{name}.draw"))
    assert keys
    return Recorded(iter([stored[key] for key in keys]))


POLICIES = {
    "color": {"translation": 0.0, "cutout": 0.0},
    "translation": {"color": False, "cutout": 0.0},
    "cutout": {"color": False, "translation": 0.0},
    "color+translation+cutout": {},
}


@pytest.mark.parametrize("name", POLICIES)
def test_diffaugment_is_the_authors(name: str) -> None:
    stored = load_file(FIXTURES / "diffaugment-16x20.safetensors")
    images = stored["in.images"].requires_grad_()
    augment = DiffAugment(**POLICIES[name])
    found = augment(images, recorded(stored, name))
    torch.testing.assert_close(found, stored[f"out.{name}.images"], **CLOSE)
    ramp = torch.linspace(-1, 1, found.numel()).view_as(found)
    (gradient,) = torch.autograd.grad((found * ramp).sum(), images)
    torch.testing.assert_close(gradient, stored[f"grad.{name}.images"], **CLOSE)


FAMILIES = ("blit", "geom", "color", "filter", "noise", "cutout", "bgc")


@pytest.mark.parametrize("name", FAMILIES)
def test_the_pipe_is_the_authors(name: str) -> None:
    stored = load_file(FIXTURES / "ada-32.safetensors")
    images = stored["in.images"].requires_grad_()
    found = PIPES[name](images, recorded(stored, name), torch.ones(()))
    torch.testing.assert_close(found, stored[f"out.{name}.images"], **CLOSE)
    if f"grad.{name}.images" in stored:
        ramp = torch.linspace(-1, 1, found.numel()).view_as(found)
        (gradient,) = torch.autograd.grad((found * ramp).sum(), images)
        expected = stored[f"grad.{name}.images"]
        assert (gradient - expected).abs().max() <= 1e-5 * expected.abs().max()


def test_the_filters_are_the_authors() -> None:
    stored = load_file(FIXTURES / "ada-32.safetensors")
    torch.testing.assert_close(geometry_filter().float(), stored["const.geometry_filter"], **CLOSE)
    torch.testing.assert_close(filter_bank().float(), stored["const.filter_bank"], **CLOSE)


class Quantile(Recorded):
    """Every value is one quantile of its distribution, and every decision yes.

    Args:
        q: of all values.
        still: number of the draw of an angle that is zero.
    """

    def __init__(self, q: float, *, still: int = -1) -> None:
        super().__init__(iter(()))
        self.q, self.still, self.count = q, still, -1

    def _drawn(self, value: float, shape: tuple[int, ...]) -> Tensor:
        self.count += 1
        if self.count % 2:
            return torch.zeros(shape)
        return torch.full(shape, 0.5 if self.count == self.still else value)

    def uniform(self, *shape: int) -> Tensor:
        return self._drawn(self.q, shape)

    def normal(self, *shape: int) -> Tensor:
        # the originals leave out the root of two of the error function
        return self._drawn(NormalDist().inv_cdf(self.q) / math.sqrt(2), shape)


@pytest.mark.parametrize("q", [0.2, 0.7])
@pytest.mark.parametrize("name", ["blit", "geom", "color", "filter"])
def test_quantiles_are_the_authors(name: str, q: float) -> None:
    stored = load_file(FIXTURES / "ada-32.safetensors")
    expected = stored[f"out.{name}.percentile_{q}.images"]
    draws = Quantile(q, still=6 if name == "geom" else -1)
    found = PIPES[name](stored["in.images"][: len(expected)], draws, torch.ones(()))
    torch.testing.assert_close(found, expected, **CLOSE)


def test_what_is_in_between_is_the_authors() -> None:
    stored = load_file(FIXTURES / "ada-32.safetensors")
    images, sure = stored["in.images"], torch.ones(())

    def between(part: Callable[..., Tensor], name: str) -> Tensor:
        draws = recorded(stored, name)
        return part(images, draws, Chance(draws, sure))

    close = {"rtol": 0.0, "atol": 1e-4}
    torch.testing.assert_close(between(blit, "blit"), stored["mid.blit.G_inv"], **close)
    torch.testing.assert_close(between(geometric, "geom"), stored["mid.geom.G_inv"], **close)
    rows = between(color_matrices, "color")[:, :3]
    torch.testing.assert_close(rows, stored["mid.color.C"][:, :3], **close)
    torch.testing.assert_close(between(band_gains, "filter"), stored["mid.filter.g"], **close)
