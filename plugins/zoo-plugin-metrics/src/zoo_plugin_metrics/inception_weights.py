"""Where the weights of InceptionV3 come from, and that they are what they should be."""

from __future__ import annotations

import io
import re
from functools import lru_cache
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from torch.hub import download_url_to_file, get_dir, load_state_dict_from_url

from zoo_core import ZooError
from zoo_core.digests import sha256_of

PUBLISHED = "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2"
"""sha256 of the published file, 95,628,359 bytes."""

NAMES = ("weights-inception-2015-12-05-6726825d.pth", "pt_inception-2015-12-05-6726825d.pth")
"""What torch-fidelity and pytorch-fid call that file."""

URL = f"https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/{NAMES[0]}"


def candidates() -> list[Path]:
    """Return where the published file is looked for: torch's cache folder, under either name."""
    return [Path(get_dir()) / "checkpoints" / name for name in NAMES]


def expected_sha256(path: str, sha256: str) -> str:
    """Return the hash that the file must have.

    Raises:
        ZooError: a value that is no sha256, or weights of one's own in a form that runs code.
    """
    if not sha256:
        return PUBLISHED
    if not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise ZooError(
            f"{sha256!r} is no sha256", hint="it has 64 hexadecimal digits: `sha256sum FILE`"
        )
    if sha256.lower() != PUBLISHED and not path.endswith(".safetensors"):
        raise ZooError(
            f"Inception weights with a sha256 of their own are safetensors, and {path!r} is not",
            hint="name the file with `--features inception:FILE.safetensors`",
        )
    return sha256.lower()


def locate(path: str, sha256: str, *, download: bool) -> Path:
    """Return the file, checked; with `download` it may still be missing.

    Raises:
        ZooError: it is not there, or another one.
    """
    places = [Path(path).expanduser()] if path else candidates()
    for place in places:
        if place.is_file():
            status = place.stat()
            _check_once(place.resolve(), sha256, status.st_mtime_ns, status.st_size)
            return place
    if download and not path:
        return places[0]
    looked = " or ".join(repr(str(place)) for place in places)
    raise ZooError(
        f"no Inception weights: there is no {looked}",
        hint=f"`--features inception:FILE` names a file (sha256 {sha256}), and "
        f"`-o features.download=true` fetches {URL}",
    )


def check(path: Path, sha256: str) -> None:
    """Compare a file with its hash.

    Raises:
        ZooError: they differ.
    """
    found = sha256_of(path)
    if found != sha256:
        raise ZooError(
            f"{str(path)!r} does not hold the expected Inception weights: its sha256 is {found}, "
            f"not {sha256}",
            hint="delete it and fetch it again with `-o features.download=true`; safetensors of "
            "your own need `-o features.sha256=`",
        )


@lru_cache(maxsize=16)
def _check_once(path: Path, sha256: str, _changed: int, _size: int) -> None:
    """Check a file that is asked about several times before it is read."""
    check(path, sha256)


def read(path: Path, sha256: str) -> dict[str, Tensor]:
    """Return the tensors of a file, fetched first if it is missing.

    Raises:
        ZooError: it cannot be fetched or read, or is another one.
    """
    if not path.is_file():
        _fetch(path, sha256)
    check(path, sha256)
    if path.suffix != ".safetensors":
        # nothing is fetched: a file of that name is there, and only tensors are read from it
        return load_state_dict_from_url(
            URL, str(path.parent), "cpu", file_name=path.name, weights_only=True
        )
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise ZooError(
            f"{str(path)!r} cannot be read: {error}", hint="write it again with safetensors"
        ) from error


def as_file(state: dict[str, Tensor]) -> io.BytesIO:
    """Return a file in memory with just these tensors, for a net that reads one as it is built."""
    file = io.BytesIO()
    torch.save(state, file)
    file.seek(0)
    return file


def _fetch(path: Path, sha256: str) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # written under another name, compared with its hash, then renamed
        download_url_to_file(URL, str(path), hash_prefix=sha256)
    except (OSError, RuntimeError) as error:
        raise ZooError(
            f"the Inception weights cannot be fetched to {str(path)!r}: {error}",
            hint=f"fetch {URL} elsewhere, and name the file with `--features inception:FILE`",
        ) from error
