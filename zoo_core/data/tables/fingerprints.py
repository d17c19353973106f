"""One number that says what a run trained on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import torch
from torch import Tensor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zoo_core.interfaces.data import Table

CHUNK = 1024
"""Rows that are hashed at once; the result does not depend on it."""


@runtime_checkable
class Fingerprinted(Protocol):
    """A table that knows a cheaper fingerprint than reading every pixel."""

    def fingerprint(self) -> str:
        """Return a hexadecimal sha256."""


def fingerprint(tables: Mapping[str, Table]) -> str:
    """Return the sha256 of the names, images, labels and sources of some tables.

    A table with a `fingerprint` of its own, such as a `FileTable`, is asked for that instead.
    """
    total = hashlib.sha256()
    for name in sorted(tables):
        table = tables[name]
        own = table.fingerprint() if isinstance(table, Fingerprinted) else _of_content(table)
        total.update(f"{name}={own}\n".encode())
    return total.hexdigest()


def _of_content(table: Table) -> str:
    columns = [hashlib.sha256() for _ in range(3)]
    for start in range(0, len(table), CHUNK):
        rows = table.take(torch.arange(start, min(start + CHUNK, len(table))))
        for column, values in zip(columns, (rows.images, rows.labels, rows.sources), strict=True):
            if values is not None:
                _add_shape(column, values, first=start == 0)
                column.update(values.cpu().contiguous().numpy().tobytes())
    return "-".join(column.hexdigest() for column in columns)


def _add_shape(column: hashlib._Hash, values: Tensor, *, first: bool) -> None:
    if first:
        column.update(f"{tuple(values.shape[1:])} {values.dtype} ".encode())
