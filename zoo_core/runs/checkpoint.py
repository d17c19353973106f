"""Checkpoints: directories of safetensors files, written whole or not at all.

`manifest.json` of a checkpoint has the sha256 of each file. Nothing here is ever unpickled.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load, load_file, save_file
from torch import Tensor

from zoo_core.digests import sha256_of
from zoo_core.errors import ZooError
from zoo_core.runs.atomic import json_bytes, whole_folder

FORMAT = 1
MANIFEST = "manifest.json"
STATE = "state.json"

Files = Mapping[str, Mapping[str, Tensor]]


def write_checkpoint(path: Path, files: Files, state: Mapping[str, Any]) -> None:
    """Write a checkpoint directory; what was at the path before is replaced at the end.

    Args:
        path: the directory.
        files: stem of each safetensors file to its tensors by name.
        state: what else is needed, as JSON data.

    Raises:
        ZooError: a value that is not finite, or a file that cannot be written; nothing is left.
    """
    _check_finite(path, files)
    with whole_folder(path, over=True) as temporary:
        _write_files(temporary, files, state)


def read_checkpoint(
    path: Path, stems: tuple[str, ...] | None = None
) -> tuple[dict[str, dict[str, Tensor]], dict[str, Any]]:
    """Return a checkpoint's tensors by file stem, and its state.

    Args:
        path: the directory.
        stems: which files; all by default.

    Raises:
        ZooError: a missing or unreadable file, or one whose checksum differs.
    """
    files = _verified(path, stems)
    tensors = {f.stem: _load(f) for f in files if f.suffix == ".safetensors"}
    return tensors, _read_json(path / STATE)


def check_whole(path: Path) -> None:
    """Check that every file of a checkpoint is there and what its manifest says.

    Raises:
        ZooError: a missing or unreadable file, or one whose checksum differs.
    """
    _verified(path, None)
    _read_json(path / STATE)


def _verified(path: Path, stems: tuple[str, ...] | None) -> list[Path]:
    manifest = _read_json(path / MANIFEST)
    if manifest.get("format") != FORMAT:
        raise ZooError(
            f"checkpoint {str(path)!r} has the format {manifest.get('format')!r}; "
            f"this version reads {FORMAT}",
            hint="`pip install --upgrade gan-zoo`",
        )
    sums = manifest.get("files")
    if not isinstance(sums, dict):
        raise _damaged(path / MANIFEST, "lists no files")
    wanted = [name for name in sums if stems is None or Path(name).stem in (*stems, "state")]
    # only the last part of a name counts, so that nothing outside the directory is read
    files = {name: path / Path(name).name for name in wanted}
    for name, file in files.items():
        _verify(file, str(sums[name]))
    return list(files.values())


def tensors_in(file: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file, wherever it lies.

    Raises:
        SafetensorError: it is none.
    """
    try:
        str(file).encode()
    except UnicodeEncodeError:
        # safetensors opens no path that is not UTF-8
        return load(file.read_bytes())
    return load_file(file)


def read_state(path: Path) -> dict[str, Any]:
    """Return a checkpoint's state without its tensors.

    Raises:
        ZooError: it is missing or unreadable.
    """
    return _read_json(path / STATE)


def _check_finite(path: Path, files: Files) -> None:
    for stem, tensors in files.items():
        floating = [(n, t) for n, t in tensors.items() if t.is_floating_point() and t.numel()]
        if not floating:
            continue
        # a sum is finite if all its terms are, and costs one pass and one wait for the device
        flags = torch.stack([torch.isfinite(t).all() for _, t in floating])
        if not bool(flags.all()):
            name = floating[int(torch.nonzero(~flags)[0])][0]
            raise ZooError(
                f"{stem} has values that are not finite in {name!r}; {path.name} is not written",
                hint="the checkpoints before it are kept; try a lower `--lr`, or a penalty such as "
                "`--penalty gp`",
            )


def _write_files(directory: Path, files: Files, state: Mapping[str, Any]) -> None:
    for stem, tensors in files.items():
        if tensors:
            plain = {name: _plain(tensor) for name, tensor in tensors.items()}
            save_file(plain, directory / f"{stem}.safetensors", metadata={"format": "pt"})
    (directory / STATE).write_bytes(json_bytes(state))
    sums = {file.name: sha256_of(file) for file in sorted(directory.iterdir())}
    (directory / MANIFEST).write_bytes(json_bytes({"format": FORMAT, "files": sums}))


def _plain(tensor: Tensor) -> Tensor:
    """Return a contiguous copy on the CPU: safetensors takes neither strides nor shared memory."""
    return tensor.detach().to("cpu", copy=True, memory_format=torch.contiguous_format)


def _verify(file: Path, expected: str) -> None:
    if not file.is_file():
        raise _damaged(file, "is missing")
    if sha256_of(file) != expected:
        raise _damaged(file, "does not have the checksum that its manifest records")


def _load(file: Path) -> dict[str, Tensor]:
    try:
        return tensors_in(file)
    except SafetensorError as error:
        raise _damaged(file, f"is no safetensors file ({error})") from error


def _read_json(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise _damaged(file, "is missing") from error
    except (ValueError, OSError) as error:
        raise _damaged(file, "cannot be read") from error
    if not isinstance(value, dict):
        raise _damaged(file, "holds no object")
    return value


def _damaged(file: Path, what: str) -> ZooError:
    return ZooError(
        f"{file.name} of checkpoint {str(file.parent)!r} {what}",
        hint="use another checkpoint; `zoo train --resume` takes the newest that is whole",
    )
