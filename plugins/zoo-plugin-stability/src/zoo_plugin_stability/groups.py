"""The images of a batch that a head compares, and what it reads of each."""

from torch import Tensor

from zoo_core import ZooError
from zoo_core.interfaces import pooled, pooled_length

PLACES = 4
"""Places along a side that are kept; neighbours of a larger map are averaged."""


def feature_count(features: tuple[int, ...], *, owner: str) -> int:
    """Return the length of one image's features as `flattened` gives them.

    Args:
        features: shape of a critic's features without the batch, (F,) or (F, h, w).
        owner: who asks, for the error.

    Raises:
        ZooError: features of another form.
    """
    if len(features) not in (1, 3):
        raise ZooError(
            f"{owner} reads features (N, F) or (N, F, h, w), and the critic's have "
            f"{len(features) + 1} dimensions",
            hint="another critic, such as `--disc dcgan`",
        )
    return pooled_length(features, PLACES)


def flattened(features: Tensor) -> Tensor:
    """Return (N, F * places) of features (N, F) or (N, F, h, w)."""
    return pooled(features, PLACES)


def grouped(values: Tensor, size: int) -> Tensor:
    """Return (groups, size, ...) of (N, ...): rows that follow each other, or all as one group.

    Args:
        values: of each image.
        size: of a group; 0 for the whole batch, which also stands where it divides no batch.
    """
    if not size or len(values) % size:
        size = len(values)
    return values.view(-1, size, *values.shape[1:])
