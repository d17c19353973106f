"""Read a state dict that was saved elsewhere: `.pth` files of plain tensors, or safetensors.

This is the only module that opens PyTorch's own format, and only its plain part: `weights_only`
keeps to tensors and containers. A first pass with tensors on the meta device compares what the file
claims with how large it is, before any memory is taken.
"""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from torch import Tensor

from zoo_core.errors import ZooError
from zoo_core.runs.checkpoint import tensors_in

MOST_TENSORS = 20_000
PREFIXES = ("module.", "_orig_mod.")
"""What data parallel and compiled nets put before every name."""

SAFETENSORS = ".safetensors"


def read_state_dict(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a file by name: floats as float32, contiguous, on the CPU.

    Raises:
        ZooError: no such file, one that is no plain state dict, or values that are not finite.
    """
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "does not exist"
        raise ZooError(f"{str(path)!r} {what}", hint="give the files that hold the state dicts")
    check_downloaded(path)
    found = _safetensors(path) if path.suffix == SAFETENSORS else _plain(path)
    tensors = _without_prefix(found)
    return {name: _converted(path, name, tensor) for name, tensor in tensors.items()}


def read_safetensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file by name, as they are.

    Raises:
        ZooError: no such file, or another format.
    """
    if not path.is_file():
        raise ZooError(f"{str(path)!r} does not exist", hint="give a .safetensors file")
    check_downloaded(path)
    return _safetensors(path)


def check_downloaded(path: Path) -> None:
    """Refuse what came in place of a file: a web page, a pointer of Git LFS, or nothing.

    Raises:
        ZooError: it is that, or cannot be read.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except OSError as error:
        raise _unreadable(path, error) from error
    found = next((each for each in _INSTEAD if each.is_in(head)), None)
    if found is not None:
        other = "no safetensors file: it is " if path.suffix == SAFETENSORS else ""
        raise ZooError(f"{str(path)!r} is {other}{found.what}", hint=found.hint)


@dataclass(frozen=True, slots=True)
class _Instead:
    """What can come in place of weights.

    Args:
        what: it is.
        hint: what a user can do.
        starts: how such a file begins, in small letters; none for an empty file.
    """

    what: str
    hint: str
    starts: tuple[bytes, ...] = ()

    def is_in(self, head: bytes) -> bool:
        """Return whether a file with this beginning is one."""
        start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        # text has no zeros, and the first eight bytes of safetensors, a length, have some
        return start.startswith(self.starts) and b"\0" not in head if self.starts else not head


_INSTEAD = (
    _Instead("empty", "download it again"),
    _Instead(
        "a pointer of Git LFS, not the weights themselves",
        "`git lfs pull` in its repository gets them",
        (b"version https://git-lfs",),
    ),
    _Instead(
        "a web page, not weights",
        "open it in a browser to see what it says, and download the file itself",
        (b"<!doctype", b"<html", b"<?xml", b"<head", b"<error", b"<script", b"<!--"),
    ),
    _Instead(
        "text in JSON, not weights",
        "look at what it says, and download the file itself",
        (b"{", b"["),
    ),
)

_HEAD = 512
"""Bytes that tell what a file is."""


def _safetensors(path: Path) -> dict[str, Tensor]:
    try:
        # lengths, offsets and the size of the file are checked before anything is read
        return tensors_in(path)
    except (SafetensorError, OSError, ValueError) as error:
        raise ZooError(
            f"{str(path)!r} is no safetensors file: {_reason(error)}",
            hint="get it again from where it came",
        ) from error


def _plain(path: Path) -> dict[str, Tensor]:
    _check_uncompressed(path)
    claimed = _checked(path, _opened(path, "meta"))
    size = path.stat().st_size
    for name, tensor in claimed.items():
        _check_dense(path, name, tensor)
        if max(tensor.nbytes, tensor.untyped_storage().nbytes()) > size:
            raise ZooError(
                f"{str(path)!r} claims more for tensor {name!r} than the {size:,} bytes it has",
                hint="the file is damaged, or made to harm: get it from somewhere else",
            )
    return _checked(path, _opened(path, "cpu"))


def _check_dense(path: Path, name: str, tensor: Tensor) -> None:
    if tensor.layout != torch.strided:
        raise ZooError(
            f"tensor {name!r} of {str(path)!r} is sparse",
            hint="only plain real numbers can be imported",
        )


def _check_uncompressed(path: Path) -> None:
    """Refuse an archive that is larger inside than outside; PyTorch compresses nothing."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            inside = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    if inside > path.stat().st_size:
        raise ZooError(
            f"{str(path)!r} is a compressed archive of {inside:,} bytes",
            hint="PyTorch compresses nothing: unpack the archive, and give what is in it",
        )


def _opened(path: Path, device: str) -> Any:
    with warnings.catch_warnings():
        # newer versions of torch read no sparse tensor onto the meta device; it is refused by all
        warnings.filterwarnings("ignore", "Validating sparse tensor|Sparse invariant checks")
        try:
            return torch.load(path, map_location=device, weights_only=True)
        except Exception as error:
            # a stranger's file raises whatever it likes; nothing of it has been run
            if "Weights only load failed" in str(error):
                reason = f"{_reason(error)}; the rest could be read only by running code from it"
                raise _not_plain(path, reason) from error
            raise _unreadable(path, error) from error


def _checked(path: Path, value: Any) -> dict[str, Tensor]:
    """Return a value if it is a plain state dict.

    Raises:
        ZooError: it holds something else.
    """
    if not isinstance(value, Mapping):
        raise _not_plain(path, f"it holds a {type(value).__name__}")
    tensors = {str(name): each for name, each in value.items() if isinstance(each, Tensor)}
    if len(tensors) == len(value) and 0 < len(value) <= MOST_TENSORS:
        return tensors
    if not value or len(value) > MOST_TENSORS:
        raise _not_plain(path, f"it holds {len(value):,} values")
    raise _nested(path, value)


def _nested(path: Path, value: Mapping[Any, Any]) -> ZooError:
    """Return the error for a checkpoint that holds more than one state dict."""
    inner = [
        str(name)
        for name, each in value.items()
        if isinstance(each, Mapping) and any(isinstance(t, Tensor) for t in each.values())
    ]
    other = next(str(name) for name, each in value.items() if not isinstance(each, Tensor))
    if not inner:
        return _not_plain(path, f"{other!r} is no tensor")
    return ZooError(
        f"{str(path)!r} is a checkpoint with other things beside its weights: "
        f"{', '.join(repr(str(name)) for name in list(value)[:6])}",
        hint=_line(f"torch.load('{path.name}', map_location='cpu')['{inner[0]}']"),
    )


def _not_plain(path: Path, reason: str) -> ZooError:
    return ZooError(
        f"{str(path)!r} is no plain state dict: {reason}",
        hint="where it was trained, "
        + _line(
            f"torch.load('{path.name}', map_location='cpu', weights_only=False).state_dict()",
        ),
    )


def _line(expression: str) -> str:
    """Return the command that writes a plain state dict."""
    return (
        f'make a plain one: `python -c "import torch; torch.save({expression}, '
        "'plain.pth')\"`, and import plain.pth"
    )


def _without_prefix(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    found = dict(tensors)
    for prefix in PREFIXES:
        if all(name.startswith(prefix) for name in found):
            found = {name.removeprefix(prefix): tensor for name, tensor in found.items()}
    return found


def _converted(path: Path, name: str, tensor: Tensor) -> Tensor:
    if tensor.is_quantized or tensor.is_complex():
        raise ZooError(
            f"tensor {name!r} of {str(path)!r} is of the type {tensor.dtype}",
            hint="only plain real numbers can be imported",
        )
    plain = tensor.detach().contiguous()
    if not plain.is_floating_point():
        return plain
    if not bool(torch.isfinite(plain).all()):
        raise ZooError(
            f"tensor {name!r} of {str(path)!r} has values that are not finite",
            hint="the training had broken down: take an earlier checkpoint",
        )
    return plain.float()


def _unreadable(path: Path, error: Exception) -> ZooError:
    return ZooError(
        f"{str(path)!r} cannot be read as PyTorch's own format: {_reason(error)}",
        hint="it is damaged or of another kind; get it again from where it came",
    )


def _reason(error: Exception) -> str:
    """Return what an error says, without PyTorch's advice to load the file with code after all."""
    _, found, rest = str(error).partition("WeightsUnpickler error: ")
    line = (rest if found else str(error)).strip().split("\n", 1)[0]
    line = line.partition(" was not an allowed global")[0].rstrip(". ")
    return line[:160] if found else f"{type(error).__name__}: {line[:160]}"
