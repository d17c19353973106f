"""A pool of past fakes (Shrivastava et al. 2017, arXiv:1612.07828, section 2.3)."""

import torch
from torch import Tensor

from zoo_core import ImageSpec
from zoo_core.interfaces import Draws, Positions


class Pool(Positions):
    """Show the critic a past fake instead of the new one, half of the time.

    Every position of a batch has images of its own: while these are few, a new image is kept and
    shown. After that, with probability one half, it takes the place of a random kept one, which is
    shown, or else it is shown and not kept. With a batch of 1 this is the published pool. Because
    positions do not mix, a part of a batch needs only its own, and the draws are slices of the
    global ones.

    Args:
        image: what is kept.
        positions: of the batch, over all devices.
        depth: images that a position keeps.

    Shapes:
        images (N, C, H, W), N at most `positions` -> the same.
    """

    kept: Tensor
    filled: Tensor

    def __init__(self, *, image: ImageSpec, positions: int, depth: int) -> None:
        super().__init__()
        # images are flat: a memory format is something for batches, not for five dimensions
        self.register_buffer("kept", torch.zeros(positions, depth, image.numel))
        self.register_buffer("filled", torch.zeros(positions, dtype=torch.int64))

    @torch.no_grad()
    def forward(self, images: Tensor, rng: Draws) -> Tensor:
        new = images.detach().flatten(1).to(self.kept.dtype)
        count, depth = len(new), self.kept.shape[1]
        rows = rng.places(count)
        filled = self.filled[rows]
        filling = filled < depth
        places = torch.where(filling, filled, rng.child("places").integers(depth, count))
        old = self.kept[rows, places]
        swap = (rng.child("swap").uniform(count) < 0.5) & ~filling
        self.kept[rows, places] = torch.where((swap | filling)[:, None], new, old)
        self.filled[rows] = filled + filling
        return torch.where(swap[:, None], old, new).view_as(images).to(images.dtype)
