"""State that belongs to the positions of a batch."""

from __future__ import annotations

from torch import nn


class Positions(nn.Module):
    """A module whose buffers have a row for each position of the global batch.

    `rng.places(count)` gives the rows of the batch at hand. A process, or a part of a batch, writes
    only its own, so that what several hold is put together row by row.
    """
