"""What a safetensors file claims to hold, compared with what it holds, before it is loaded.

The format: eight bytes with the header's length, a JSON header, then the tensors' bytes without a
gap (https://huggingface.co/docs/safetensors). Imports no torch.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zoo_core.errors import ZooError
from zoo_core.weights.bundle.untrusted import AGAIN, parse_json

LARGEST_HEADER = 1 << 20
MOST_TENSORS = 20_000
MOST_DIMENSIONS = 8

SIZES: Mapping[str, int] = {
    "BOOL": 1,
    "U8": 1,
    "I8": 1,
    "I16": 2,
    "F16": 2,
    "BF16": 2,
    "I32": 4,
    "F32": 4,
    "I64": 8,
    "F64": 8,
}
"""Bytes of one value."""

DTYPES = frozenset({"F32", "F16", "BF16", "I64"})
"""What nets hold."""

STATE_DTYPES = frozenset(SIZES)
"""What the rest of a checkpoint holds."""


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """What a header says of one tensor; start and end are bytes after the header."""

    dtype: str
    shape: tuple[int, ...]
    start: int
    end: int

    @property
    def numel(self) -> int:
        """Return the number of values."""
        return math.prod(self.shape)


Header = Mapping[str, TensorInfo]


def inspect_tensors(path: Path, dtypes: Collection[str] = DTYPES) -> dict[str, TensorInfo]:
    """Return what a safetensors file holds; only its header is read.

    Args:
        path: the file.
        dtypes: those that are allowed.

    Raises:
        ZooError: a header that is too large or of another form, a dtype that is not allowed, or
            shapes and places that do not fill the file exactly.
    """
    found, length, total = _header(path)
    found.pop("__metadata__", None)
    if len(found) > MOST_TENSORS:
        raise _lies(path, f"claims {len(found):,} tensors")
    tensors = {name: _tensor(path, name, value, dtypes) for name, value in found.items()}
    end = 0
    for info in sorted(tensors.values(), key=lambda info: (info.start, info.end)):
        if info.start != end:
            raise _lies(path, "has tensors that overlap or leave a gap")
        end = info.end
    if 8 + length + end != total:
        raise _lies(path, f"claims {8 + length + end:,} bytes and has {total:,}")
    return tensors


def _header(path: Path) -> tuple[dict[str, Any], int, int]:
    """Return the header, its length and the file's."""
    total = path.stat().st_size
    try:
        with path.open("rb") as file:
            first = file.read(8)
            length = int.from_bytes(first, "little")
            if len(first) < 8 or not 2 <= length <= LARGEST_HEADER or 8 + length > total:
                raise _lies(path, "has a header of an impossible length")
            text = file.read(length)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ZooError(f"{str(path)!r} cannot be read: {reason}", hint=AGAIN) from error
    if not text.startswith(b"{"):
        raise _lies(path, "has a header of another form")
    return parse_json(text, f"the header of {str(path)!r}"), length, total


def _tensor(path: Path, name: str, value: Any, dtypes: Collection[str]) -> TensorInfo:
    if not isinstance(value, dict) or value.keys() != {"dtype", "shape", "data_offsets"}:
        raise _lies(path, f"has a tensor {name[:80]!r} of another form")
    dtype, shape, places = value["dtype"], value["shape"], value["data_offsets"]
    if not isinstance(dtype, str) or dtype not in dtypes:
        raise _lies(path, f"has a tensor {name[:80]!r} of the type {str(dtype)[:20]!r}")
    if not _sizes(shape) or len(shape) > MOST_DIMENSIONS or not _sizes(places) or len(places) != 2:
        raise _lies(path, f"has a tensor {name[:80]!r} whose shape or place is none")
    info = TensorInfo(dtype, tuple(shape), *places)
    if info.end - info.start != info.numel * SIZES[dtype]:
        raise _lies(path, f"has a tensor {name[:80]!r} whose shape does not fill its place")
    return info


def _sizes(value: Any) -> bool:
    return isinstance(value, list) and all(type(n) is int and 0 <= n < 2**53 for n in value)


def _lies(path: Path, what: str) -> ZooError:
    return ZooError(f"{str(path)!r} is no sound safetensors file: it {what}", hint=AGAIN)
