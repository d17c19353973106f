"""One vector for each image from any critic's features, with the places that they keep."""

from __future__ import annotations

from math import ceil, prod

from torch import Tensor
from torch.nn.functional import avg_pool2d


def pooled(features: Tensor, places: int) -> Tensor:
    """Return (N, F * kept) of features (N, F) or (N, F, h, w).

    Args:
        features: of a critic.
        places: kept along a side at most; neighbours of a larger map are averaged.
    """
    if features.ndim == 4:
        window = tuple(ceil(side / places) for side in features.shape[2:])
        if window != (1, 1):
            features = avg_pool2d(features, window, ceil_mode=True)
    return features.flatten(1)


def pooled_length(features: tuple[int, ...], places: int) -> int:
    """Return the length of one image's vector as `pooled` gives it.

    Args:
        features: shape of a critic's features without the batch, (F,) or (F, h, w).
        places: as `pooled` takes them.
    """
    return features[0] * prod(ceil(side / ceil(side / places)) for side in features[1:])
