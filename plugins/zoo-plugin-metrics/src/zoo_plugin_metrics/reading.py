"""What metrics read of a set of images, checked."""

from __future__ import annotations

import torch
from torch import Tensor

from zoo_core import ZooError
from zoo_core.interfaces import ImageSet, Seen

WITH_LOGITS = "`--features digit-classifier` or `--features inception` has them"

CHUNK = 4096
"""Rows that are looked at together."""


def features_of(images: ImageSet, *, whose: str, least: int) -> Tensor:
    """Return the features (N, F), float32.

    Args:
        images: the set.
        whose: "samples" or "real images", for errors.
        least: images that are needed.

    Raises:
        ZooError: fewer images than that, or features that are not finite.
    """
    check_count(len(images), whose=whose, least=least)
    return _finite(images.features, f"features of the {whose}")


def logits_of(images: ImageSet, *, whose: str, least: int) -> Tensor:
    """Return the logits (N, K), float32.

    Raises:
        ZooError: features without a classifier, fewer images, or logits that are not finite.
    """
    check_count(len(images), whose=whose, least=least)
    return _finite(seen_logits(images.seen), f"logits of the {whose}")


def seen_logits(seen: Seen) -> Tensor:
    """Return the logits (N, K).

    Raises:
        ZooError: features without a classifier.
    """
    if seen.logits is None:
        raise ZooError(
            "this metric reads a classifier's logits, and the chosen features have none",
            hint=WITH_LOGITS,
        )
    return seen.logits


def pixels_of(images: ImageSet, *, whose: str, least: int) -> Tensor:
    """Return the images (N, C, H, W), uint8.

    Raises:
        ZooError: fewer images than are needed.
    """
    check_count(len(images), whose=whose, least=least)
    assert images.images is not None, "needs_images"
    return images.images


def check_count(count: int, *, whose: str, least: int) -> None:
    """Refuse a set that is too small.

    Raises:
        ZooError: fewer images than are needed.
    """
    if count < least:
        raise ZooError(
            f"this metric needs at least {least:,} {whose}, and there are {count:,}",
            hint="more of them, `--eval-count 10000`, or another metric, `zoo list metric`",
        )


def _finite(values: Tensor, what: str) -> Tensor:
    if not all(bool(chunk.isfinite().all()) for chunk in torch.split(values, CHUNK)):
        raise ZooError(
            f"the {what} are not all finite",
            hint="look at the images: a net that made or read them has broken down",
        )
    return values
