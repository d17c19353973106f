"""One vector per image from any critic's features.

Features keep their places, as the heads of DCGAN and its like read them: a class is in where the
strokes are, and the last map of a shallow critic sees too little of an image to tell it anywhere.
"""

from torch import Tensor

from zoo_core import ZooError
from zoo_core.interfaces import pooled, pooled_length

PLACES = 8
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
            f"{owner} reads features (N, F) or (N, F, h, w), "
            f"but the critic's are {_text(('N', *features))}",
            hint="another critic, such as `--disc dcgan`",
        )
    return pooled_length(features, PLACES)


def places(features: tuple[int, ...]) -> int:
    """Return how many places are kept of features (F,) or (F, h, w)."""
    return pooled_length((1, *features[1:]), PLACES)


def flattened(features: Tensor) -> Tensor:
    """Return (N, F * places) of features (N, F) or (N, F, h, w)."""
    return pooled(features, PLACES)


def _text(shape: tuple[object, ...]) -> str:
    return "(" + ", ".join(str(side) for side in shape) + ("," if len(shape) == 1 else "") + ")"
