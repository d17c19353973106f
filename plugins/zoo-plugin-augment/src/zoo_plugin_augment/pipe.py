"""The augmentation pipe of ADA (Karras et al. 2020, arXiv:2006.06676, appendix B)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from torch import Tensor

from zoo_core.interfaces import Draws
from zoo_plugin_augment.color import color_matrices, recolored
from zoo_plugin_augment.corruptions import band_gains, covered, filtered, noisy
from zoo_plugin_augment.decisions import Chance
from zoo_plugin_augment.geometry import blit, geometric, identity, transformed


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipe:
    """Six families of transformations, one after the other, each with a share of the probability.

    Args:
        blit: of mirror images, quarter turns and shifts by whole pixels.
        geometry: of scales, rotations, anisotropy and shifts by parts of a pixel.
        color: of brightness, contrast, mirrored luma, hue and saturation.
        filter: of gains of four bands of frequencies.
        noise: of noise in each pixel.
        cutout: of rectangles that are covered.
    """

    blit: float = 1.0
    geometry: float = 1.0
    color: float = 1.0
    filter: float = 0.0
    noise: float = 0.0
    cutout: float = 0.0

    def __call__(self, images: Tensor, rng: Draws, probability: Tensor) -> Tensor:
        """Return changed images (N, C, H, W).

        Args:
            images: values in [-1, 1].
            rng: of all decisions and values, in the order of the families.
            probability: 0-d, of each change.
        """
        chance = Chance(rng, probability.to(images.device))
        images = self._moved(images, rng, chance)
        if self.color:
            matrices = color_matrices(images, rng, chance.times(self.color))
            images = recolored(images, matrices)
        if self.filter:
            images = filtered(images, band_gains(images, rng, chance.times(self.filter)))
        if self.noise:
            images = noisy(images, rng, chance.times(self.noise))
        if self.cutout:
            images = covered(images, rng, chance.times(self.cutout))
        return images

    def _moved(self, images: Tensor, rng: Draws, chance: Chance) -> Tensor:
        if not (self.blit or self.geometry):
            return images
        inverse = identity(images)
        if self.blit:
            inverse = inverse @ blit(images, rng, chance.times(self.blit))
        if self.geometry:
            inverse = inverse @ geometric(images, rng, chance.times(self.geometry))
        return transformed(images, inverse)


PipeName = Literal[
    "blit",
    "geom",
    "color",
    "filter",
    "noise",
    "cutout",
    "bg",
    "bgc",
    "bgcf",
    "bgcfn",
    "bgcfnc",
    "r3gan",
]

NONE = Pipe(blit=0.0, geometry=0.0, color=0.0)

PIPES: Mapping[PipeName, Pipe] = {
    "blit": replace(NONE, blit=1.0),
    "geom": replace(NONE, geometry=1.0),
    "color": replace(NONE, color=1.0),
    "filter": replace(NONE, filter=1.0),
    "noise": replace(NONE, noise=1.0),
    "cutout": replace(NONE, cutout=1.0),
    "bg": Pipe(color=0.0),
    "bgc": Pipe(),
    "bgcf": Pipe(filter=1.0),
    "bgcfn": Pipe(filter=1.0, noise=1.0),
    "bgcfnc": Pipe(filter=1.0, noise=1.0, cutout=1.0),
    "r3gan": Pipe(color=0.5, cutout=1.0),
}
"""Name to pipe: single families, and the paper's sets (figure 4)."""
