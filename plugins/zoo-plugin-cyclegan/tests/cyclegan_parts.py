"""Data and a generator of latents for the tests, as a plugin of one file."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from zoo_core import Entry, ImageSpec, hookimpl
from zoo_core.data import MemoryTable
from zoo_core.data.sets.digits import Digits
from zoo_core.interfaces import Dataset, Generator, Split


class TwoSides(Dataset):
    """Digits, and inverted digits that are not the same ones."""

    def __init__(self, *, size: tuple[int, int] | None = None) -> None:
        self.digits = Digits(size=size or (16, 16))
        self.image = self.digits.image

    @property
    def images(self) -> Mapping[str, ImageSpec]:
        return {"a": self.image, "b": self.image}

    def tables(self, split: Split) -> Mapping[str, MemoryTable]:
        images = self.digits.tables(split)["images"].images
        half = len(images) // 2
        return {"a": MemoryTable(images[:half]), "b": MemoryTable(255 - images[half:])}


class Pairs(Dataset):
    """Inverted digits in two channels, each with the digit as its source."""

    def __init__(self, *, size: tuple[int, int] | None = None) -> None:
        self.digits = Digits(size=size or (16, 16))
        self.source = self.digits.image
        self.image = self.source.with_channels(2)

    def tables(self, split: Split) -> Mapping[str, MemoryTable]:
        images = self.digits.tables(split)["images"].images
        return {"images": MemoryTable((255 - images).repeat(1, 2, 1, 1), sources=images)}


class Dots(Generator):
    """A tiny generator that reads latents."""

    def __init__(self, *, image: ImageSpec, latent_dim: int) -> None:
        super().__init__()
        self.image = image
        self.pixels = nn.Linear(latent_dim, image.numel)

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        images: Tensor = self.pixels(latents).tanh()
        return images.view(-1, *self.image.shape)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (
        Entry("dataset", "two-sides", f"{__name__}:TwoSides", "Digits and inverted digits."),
        Entry("dataset", "pairs", f"{__name__}:Pairs", "Digits with their inversions."),
        Entry("generator", "dots", f"{__name__}:Dots", "Reads latents."),
    )
