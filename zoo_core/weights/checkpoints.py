"""Find and read the weights of a run, a checkpoint, or a directory of weights."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from torch import Tensor

from zoo_core.errors import ZooError
from zoo_core.runs.checkpoint import MANIFEST, read_checkpoint


def checkpoint_of(source: Path) -> Path:
    """Return the checkpoint directory that a run or checkpoint path means: the newest.

    Raises:
        ZooError: there is none.
    """
    if (source / MANIFEST).is_file():
        return source
    found = [p for p in (source / "checkpoints").glob("step-*") if (p / MANIFEST).is_file()]
    if found:
        # names have at least eight digits, and longer numbers are larger
        return max(found, key=lambda path: (len(path.name), path.name))
    if not source.exists():
        raise ZooError(
            f"no run or checkpoint at {str(source)!r}",
            hint="give a directory that `zoo train` made, such as runs/dcgan-wgan-gp-digits",
        )
    raise ZooError(
        f"{str(source)!r} has no checkpoint",
        hint="is it a run directory, and did the run get to its first checkpoint?",
    )


def run_of(source: Path) -> Path:
    """Return the run directory of a run or checkpoint path."""
    return source.parent.parent if (source / MANIFEST).is_file() else source


def read_weights(source: Path, names: Iterable[str] | None = None) -> dict[str, dict[str, Tensor]]:
    """Return the tensors of the saved nets by file stem; a damaged newest checkpoint is an error.

    Args:
        source: a run directory or a checkpoint.
        names: of files; all by default. No other file is read or verified.

    Raises:
        ZooError: no checkpoint, or one that is damaged.
    """
    files, _ = read_checkpoint(checkpoint_of(source), None if names is None else tuple(names))
    return {name: tensors for name, tensors in files.items() if name not in ("optimizer", "state")}


def digests_of(checkpoint: Path, stems: Iterable[str]) -> dict[str, str]:
    """Return file name to sha256 of some files of a checkpoint that `read_weights` has read."""
    sums = json.loads((checkpoint / MANIFEST).read_text(encoding="utf-8"))["files"]
    wanted = {f"{stem}.safetensors" for stem in stems}
    return {name: str(digest) for name, digest in sorted(sums.items()) if name in wanted}
