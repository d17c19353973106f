"""Sets of images: drawn or read in chunks, and seen through features."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import torch
from torch import Tensor

from zoo_core.interfaces import Features, ImageSet, Seen, Table

CHUNK = 256
"""Images per pass of the features."""


def rows_of(table: Table, count: int, order: Tensor | None = None) -> Iterator[Tensor]:
    """Return rows of a table in chunks (n, C, H, W) uint8: the first ones, or those of an order."""
    for start in range(0, count, CHUNK):
        stop = min(start + CHUNK, count)
        wanted = torch.arange(start, stop) if order is None else order[start:stop]
        yield table.take(wanted).images


@torch.no_grad()
def seen_set(
    chunks: Iterable[Tensor], features: Features, device: torch.device, *, keep_images: bool
) -> ImageSet:
    """Return chunks (n, C, H, W) of uint8 images as one set.

    Args:
        chunks: the images.
        features: what they are seen through.
        device: where the features run.
        keep_images: some metric reads pixels.
    """
    seen: list[Seen] = []
    images: list[Tensor] = []
    for chunk in chunks:
        with torch.autocast(device.type, enabled=False):
            found = features(chunk.to(device))
        seen.append(
            Seen(found.features.cpu(), None if found.logits is None else found.logits.cpu())
        )
        if keep_images:
            images.append(chunk.cpu())
    told = [one.logits for one in seen if one.logits is not None]
    return ImageSet(
        Seen(torch.cat([one.features for one in seen]), torch.cat(told) if told else None),
        torch.cat(images) if keep_images else None,
    )
