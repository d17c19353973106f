"""One vector per image from any critic's features."""

from torch import Tensor

from zoo_core import ZooError


def feature_count(features: tuple[int, ...], *, owner: str) -> int:
    """Return the length of one image's pooled features.

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
    return features[0]


def averaged(features: Tensor) -> Tensor:
    """Return (N, F): the mean over places, if there are places."""
    return features.mean((2, 3)) if features.ndim == 4 else features


def summed(features: Tensor) -> Tensor:
    """Return (N, F): the sum over places, if there are places."""
    return features.sum((2, 3)) if features.ndim == 4 else features


def _text(shape: tuple[object, ...]) -> str:
    return "(" + ", ".join(str(side) for side in shape) + ("," if len(shape) == 1 else "") + ")"
