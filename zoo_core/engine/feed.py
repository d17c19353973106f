"""Real batches by number: shuffled epochs without replacement, as a pure function of the seed."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache

import torch
from torch import Tensor

from zoo_core.data import MemoryTable
from zoo_core.draws import CounterDraws, key_of
from zoo_core.errors import ZooError
from zoo_core.interfaces import Batch, Rows, Table, Variation, as_floats


def too_few(name: str, count: int, batch: int, *, spare: int = 0) -> ZooError:
    """Return the error of a table with fewer rows than a batch.

    Args:
        name: of the table.
        count: its rows.
        batch: rows that are asked for.
        spare: rows that are held out and need not be.
    """
    ways = [f"`--batch {count}`{' or less' * (count > 1)}"] if count else []
    if spare and count + spare >= batch:
        ways.insert(0, f"`-o data.held_out=0` trains on all {count + spare}")
    return ZooError(
        f"a batch of {batch} is larger than the data: {count} training images in {name!r}",
        hint=", or ".join([*ways, "more images"]),
    )


class Feed:
    """Give batch number n of each table, scaled to [-1, 1], on the device.

    Every epoch is a new permutation, keyed by seed, table and epoch; a last partial batch is
    dropped. A rank gets its rows of the global batch. Variations draw from a stream of the batch's
    own, so they too are a pure function of the seed and the number. What must be read from files is
    read one batch ahead, in a thread.

    Args:
        tables: name to table.
        batch: images per batch, over all ranks.
        seed: of the order.
        device: where batches are wanted.
        memory_format: of the images.
        rank: this process.
        world: how many processes.
        variations: table name to what is made of its rows.

    Raises:
        ZooError: fewer images than a batch.
    """

    def __init__(
        self,
        tables: Mapping[str, Table],
        *,
        batch: int,
        seed: int,
        device: torch.device,
        memory_format: torch.memory_format = torch.contiguous_format,
        rank: int = 0,
        world: int = 1,
        variations: Mapping[str, Variation] | None = None,
    ) -> None:
        for name, table in tables.items():
            if len(table) < batch:
                raise too_few(name, len(table), batch)
        self.tables = {name: table.to(device) for name, table in tables.items()}
        self.size, self.seed, self.device = batch, seed, device
        self.variations = variations or {}
        self.memory_format, self.rank, self.world = memory_format, rank, world
        on_disk = any(not isinstance(table, MemoryTable) for table in self.tables.values())
        self._reader = ThreadPoolExecutor(1, "zoo-feed") if on_disk else None
        self._ahead: dict[tuple[str, int], Future[Rows]] = {}

    def batch(self, number: int) -> dict[str, Batch]:
        """Return batch number `number`, from 0, of every table."""
        return {name: self._one(name, table, number) for name, table in self.tables.items()}

    def _one(self, name: str, table: Table, number: int) -> Batch:
        return as_batch(self._rows(name, table, number), self.device, self.memory_format)

    def _rows(self, name: str, table: Table, number: int) -> Rows:
        if self._reader is None or isinstance(table, MemoryTable):
            return self._take(name, table, number)
        ready = self._ahead.pop((name, number), None)
        rows = ready.result() if ready else self._take(name, table, number)
        following = self._reader.submit(self._take, name, table, number + 1)
        self._ahead[name, number + 1] = following
        return rows

    def _take(self, name: str, table: Table, number: int) -> Rows:
        epoch, index = divmod(number, len(table) // self.size)
        local = self.size // self.world
        start = index * self.size + self.rank * local
        # where the table is, so that no step waits for a copy
        place = table.images.device if isinstance(table, MemoryTable) else torch.device("cpu")
        order = _order(len(table), self.seed, name, epoch, place)
        rows = table.take(order[start : start + local])
        vary = self.variations.get(name)
        return vary(rows, self._draws(name, number, rows.images.device)) if vary else rows

    def _draws(self, name: str, number: int, place: torch.device) -> CounterDraws:
        path = ("variation", name)
        return CounterDraws(
            self.seed, number, device=place, rank=self.rank, world=self.world, path=path
        )


@lru_cache(maxsize=8)
def _order(count: int, seed: int, table: str, epoch: int, place: torch.device) -> Tensor:
    generator = torch.Generator().manual_seed(key_of("order", seed, table, epoch))
    return torch.randperm(count, generator=generator).to(place)


def as_batch(
    rows: Rows,
    device: torch.device,
    memory_format: torch.memory_format = torch.contiguous_format,
) -> Batch:
    """Return rows as a batch of float32 images in [-1, 1]."""
    return Batch(
        _scaled(rows.images, device, memory_format),
        None if rows.labels is None else rows.labels.to(device, non_blocking=True),
        None if rows.sources is None else _scaled(rows.sources, device, memory_format),
    )


def _scaled(images: Tensor, device: torch.device, memory_format: torch.memory_format) -> Tensor:
    return as_floats(images.to(device, non_blocking=True), memory_format=memory_format)
