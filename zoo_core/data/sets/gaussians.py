"""A grid of Gaussians in the plane: the smallest data on which a generator can lose modes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import torch
from torch import Tensor

from zoo_core.config.options import Between
from zoo_core.data.tables.cached import CachedDataset
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.draws import key_of
from zoo_core.errors import ZooError
from zoo_core.interfaces import as_bytes
from zoo_core.spec import ImageSpec

if TYPE_CHECKING:
    from zoo_core.interfaces.data import Split

EXTENT = 0.8
"""The outermost centres lie here, on both axes, of a plane from -1 to 1."""

POINT = ImageSpec(2, 1, 1)
"""A point as an image: one pixel, with x and y as its channels."""


class Gaussians(CachedDataset):
    """Offer points of a square grid of equal Gaussians, as images of one pixel: x and y.

    25 of them are the usual test of lost modes (PacGAN, arXiv:1712.04086; after the
    ring of Metz et al. 2017, arXiv:1611.02163). The centres reach from -0.8 to 0.8, and the class
    is the Gaussian: `side` times the row from below, plus the column. Images have 8 bits, so a
    coordinate moves in steps of 1 / 127.5; the usual spread is 3.06 such steps and 0.06 of the
    distance between centres, wider than PacGAN's 0.025, which would be 1.3 steps here.

    Args:
        side: Gaussians along one axis.
        spread: standard deviation on each axis.
        count: training points.
        held_out: held-out points.

    Raises:
        ZooError: another size than one pixel.
    """

    def __init__(
        self,
        *,
        size: tuple[int, int] | None = None,
        side: Annotated[int, Between(2, 9)] = 5,
        spread: Annotated[float, Between(0.008, 0.06)] = 0.024,
        count: Annotated[int, Between(1, 10_000_000)] = 100_000,
        held_out: Annotated[int, Between(1, 10_000_000)] = 10_000,
    ) -> None:
        if size not in (None, (1, 1)):
            raise ZooError(
                f"the points of 'gaussians' are images of one pixel and cannot become "
                f"{size[0]}x{size[1]}",
                hint="leave `--size` out, and take parts that make any size, such as "
                "`--gen vanilla`",
            )
        super().__init__(POINT, classes=tuple(str(number) for number in range(side**2)))
        self.side, self.spread = side, spread
        self.counts: dict[Split, int] = {"train": count, "test": held_out}

    def read(self, split: Split) -> MemoryTable:
        count = self.counts[split]
        generator = torch.Generator().manual_seed(key_of("gaussians", split))
        labels = torch.randint(self.side**2, (count,), generator=generator)
        away = torch.randn(count, 2, generator=generator, dtype=torch.float64)
        points = self.centres()[labels] + self.spread * away
        return MemoryTable(as_bytes(points).view(count, *POINT.shape), labels)

    def centres(self) -> Tensor:
        """Return x and y of each class's centre, (side * side, 2) float64."""
        axis = torch.linspace(-EXTENT, EXTENT, self.side, dtype=torch.float64)
        y, x = torch.meshgrid(axis, axis, indexing="ij")
        return torch.stack([x.flatten(), y.flatten()], 1)
