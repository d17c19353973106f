"""Tensors that took long to compute, kept between runs under a key."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path
from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from zoo_core.digests import sha256_of_bytes
from zoo_core.errors import ZooError
from zoo_core.runs.atomic import whole_file
from zoo_core.runs.checkpoint import tensors_in

LARGEST = 1 << 30
"""Bytes of what is worth keeping."""

FOLDER = "ZOO_CACHE"
"""Environment variable that names the folder; the user's cache folder otherwise."""


def cache_folder() -> Path:
    """Return where computed statistics are kept."""
    named = os.environ.get(FOLDER)
    return Path(named).expanduser() if named else user_cache_path("gan-zoo", appauthor=False)


def cached(
    key: Mapping[str, Any],
    compute: Callable[[], Mapping[str, Tensor]],
    say: Callable[[str], None],
) -> Mapping[str, Tensor]:
    """Return what is kept under a key, else compute and keep it.

    A file that cannot be read is computed anew, and a folder that cannot be written is no error,
    which is said: the cache only saves time.

    Args:
        key: everything that the tensors depend on, as JSON data.
        compute: tensors by name.
        say: takes a remark.
    """
    text = json.dumps(key, sort_keys=True)
    path = cache_folder() / "statistics" / f"{sha256_of_bytes(text.encode())}.safetensors"
    try:
        return tensors_in(path)
    except (OSError, SafetensorError):
        found = {key: tensor.contiguous() for key, tensor in compute().items()}
    try:
        _keep(path, found, text)
    except ZooError as error:
        say(_unkept(error))
    return found


def _unkept(error: ZooError) -> str:
    """Return one remark for all files that cannot be written for the same reason."""
    cause = error.__cause__
    reason = (isinstance(cause, OSError) and cause.strerror) or error.message
    return (
        "what was computed of the real images is not kept, so the next evaluation computes it "
        f"again: cannot write into {str(cache_folder())!r}: {reason} "
        f"(the environment variable {FOLDER} names another folder)"
    )


def _keep(path: Path, tensors: dict[str, Tensor], text: str) -> None:
    if not tensors or sum(t.numel() * t.element_size() for t in tensors.values()) > LARGEST:
        return
    with whole_file(path) as temporary:
        save_file(tensors, temporary, metadata={"key": text})
