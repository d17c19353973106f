"""What is measured, against what, and who hears how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from zoo_core.config.request import Options
from zoo_core.interfaces import Batch, Rows, Split

SPLITS: tuple[Split, ...] = ("test", "train")

SAMPLES = 10_000
"""Samples of a model where nobody says how many."""

Told = Callable[[int], None]
"""Hears how many pictures have been looked at so far."""

Chunk = TypeVar("Chunk", Batch, Rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is measured, and against what.

    Args:
        metrics: names; those of the run by default, else the cheap ones.
        features: what metrics see images through; by default the run's, else those for its data.
        data: what samples are compared with, if not the run's own data: a data set, or a run or
            weights whose data are meant.
        options: of metrics, features and data, such as `{"metric.kid": {"subsets": 10}}`.
        count: samples; a translation has no more than its source has images. By default 10,000 of
            a model, and all pictures.
        splits: what samples are compared with; an empty split is passed over if another is there.
        seed: of the samples and of the metrics' choices.
    """

    metrics: Sequence[str] = ()
    features: str | None = None
    data: str | None = None
    options: Options = field(default_factory=dict)
    count: int | None = None
    splits: Sequence[Split] = SPLITS
    seed: int = 0

    @property
    def samples(self) -> int:
        """Return how many samples of a model are drawn."""
        return SAMPLES if self.count is None else self.count


def counted(chunks: Iterable[Chunk], told: Told) -> Iterator[Chunk]:
    """Give chunks of images, and tell how many there were."""
    seen = 0
    for chunk in chunks:
        yield chunk
        seen += len(chunk.images)
        told(seen)
