"""Sets of images: drawn or read in chunks, and seen through features."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor

from zoo_core.interfaces import Features, ImageSet, Rows, Seen, Table

CHUNK = 256
"""Images per pass of the features."""


def rows_of(table: Table, count: int, order: Tensor | None = None) -> Iterator[Rows]:
    """Return rows of a table in chunks: the first ones, or those of an order."""
    for start in range(0, count, CHUNK):
        stop = min(start + CHUNK, count)
        wanted = torch.arange(start, stop) if order is None else order[start:stop]
        yield table.take(wanted)


@torch.no_grad()
def seen_set(
    chunks: Iterable[Rows], features: Features, device: torch.device, *, keep_images: bool
) -> ImageSet:
    """Return chunks of images with their labels as one set.

    Args:
        chunks: the images.
        features: what they are seen through.
        device: where the features run.
        keep_images: some metric reads pixels.
    """
    seen: list[Seen] = []
    images: list[Tensor] = []
    labels: list[Tensor | None] = []
    for chunk in chunks:
        with torch.autocast(device.type, enabled=False):
            found = features(chunk.images.to(device))
        seen.append(
            Seen(found.features.cpu(), None if found.logits is None else found.logits.cpu())
        )
        labels.append(chunk.labels)
        if keep_images:
            images.append(chunk.images.cpu())
    return ImageSet(
        Seen(torch.cat([one.features for one in seen]), _joined([one.logits for one in seen])),
        torch.cat(images) if keep_images else None,
        _joined(labels),
    )


def _joined(pieces: Sequence[Tensor | None]) -> Tensor | None:
    found = [piece.cpu() for piece in pieces if piece is not None]
    return torch.cat(found) if found else None
