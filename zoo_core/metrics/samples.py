"""Where the samples of an evaluation come from: latents, or the other side of a translation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from zoo_core.composition import Composition
from zoo_core.draws import CounterDraws
from zoo_core.errors import ZooError
from zoo_core.interfaces import Batch, Dataset, Game, Rows, Split, Table, as_floats, net_stream
from zoo_core.pictures.samples import CHUNK, draw_chunk, labels_in_turn

Nets = Mapping[str, nn.Module]


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """One kind of samples that a game makes.

    Args:
        direction: such as "ab", or empty for what is drawn from latents.
        table: which of the data's tables the samples imitate.
        limit: how many there can be; None for no limit.
        chunks: nets and a count to the samples, a chunk at a time, with the labels that they were
            asked for; those of a translation are its sources', where both sides have the same
            classes.
    """

    direction: str
    table: str
    limit: int | None
    chunks: Callable[[Nets, int], Iterator[Batch]]


def samples_of(
    composition: Composition, game: Game, *, device: torch.device, seed: int
) -> tuple[Samples, ...]:
    """Return the samples that a game can be measured by; nets must be in evaluation mode.

    A translation's samples are the held-out images of its source, translated; the training images
    where none is held out.
    """
    if not game.translators():
        draw = _Latents(composition, game, device, seed)
        return (Samples(direction="", table="images", limit=None, chunks=draw),)
    return tuple(
        _translation(composition, direction, name, device, seed)
        for direction, name in game.translators().items()
    )


@dataclass(frozen=True, slots=True)
class _Latents:
    composition: Composition
    game: Game
    device: torch.device
    seed: int

    def __call__(self, nets: Nets, count: int) -> Iterator[Batch]:
        classes = len(self.composition.task.classes) if self.composition.plan.labelled else 0
        labels = labels_in_turn(count, classes) if classes else None
        for start in range(0, count, CHUNK):
            some = min(CHUNK, count - start)
            wanted = None if labels is None else labels[start : start + some].to(self.device)
            images = draw_chunk(
                self.game,
                nets,
                start // CHUNK,
                count=some,
                seed=self.seed,
                labels=wanted,
                device=self.device,
            )
            yield Batch(images, wanted)


def _translation(
    composition: Composition, direction: str, name: str, device: torch.device, seed: int
) -> Samples:
    tables = _held_out(composition)
    source, target = tables_of(direction, tables)
    table = tables[source]
    read = _sources if source == target else _images

    classes = composition.dataset.classes

    def chunks(nets: Nets, count: int) -> Iterator[Batch]:
        for start in range(0, min(count, len(table)), CHUNK):
            rows = table.take(torch.arange(start, min(start + CHUNK, count, len(table))))
            with net_stream(CounterDraws(seed, start // CHUNK, path=("translate", "nets"))):
                found: Tensor = nets[name](as_floats(read(rows).to(device)), None)
            yield Batch(found.float(), rows.labels if classes else None)

    return Samples(direction=direction, table=target, limit=len(table), chunks=chunks)


def has_images(dataset: Dataset, split: Split) -> bool:
    """Return whether every table of a data set has images in a split."""
    return all(len(table) for table in dataset.tables(split).values())


def splits_with_images(dataset: Dataset, splits: Sequence[Split]) -> list[Split]:
    """Return those of some splits that have images.

    Raises:
        ZooError: none has.
    """
    found = [split for split in splits if has_images(dataset, split)]
    if not found:
        raise ZooError(
            f"the data has no images in the split {splits[0]!r}",
            hint="`splits=['train']`, or hold some out, such as "
            "`options={'data': {'held_out': 0.1}}`",
        )
    return found


def tables_of(direction: str, tables: Iterable[str]) -> tuple[str, str]:
    """Return the tables that a direction such as "ab" goes from and to.

    They are one where images come in pairs with their sources.
    """
    return ("images", "images") if "images" in tables else (direction[:1], direction[1:])


def _held_out(composition: Composition) -> Mapping[str, Table]:
    return composition.dataset.tables(
        "test" if has_images(composition.dataset, "test") else "train"
    )


def _images(rows: Rows) -> Tensor:
    return rows.images


def _sources(rows: Rows) -> Tensor:
    if rows.sources is None:
        raise AssertionError("images that come in pairs have sources")
    return rows.sources
