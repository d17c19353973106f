"""A repository as the Hub describes it, and whether a file here is the one that it describes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zoo_core.digests import sha256_of


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the Hub describes it.

    Args:
        size: in bytes.
        blob: its id in git, where git itself holds it.
        sha256: where large storage holds it, else empty.
    """

    size: int
    blob: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Remote:
    """A repository at one commit.

    Args:
        repo: owner and name.
        commit: whole id.
        private: only some may see it.
        files: path to what the Hub says of it.
    """

    repo: str
    commit: str
    private: bool
    files: Mapping[str, RemoteFile]


def is_described(path: Path, described: RemoteFile) -> bool:
    """Return whether a file is the one that the Hub describes."""
    if described.sha256:
        return sha256_of(path) == described.sha256
    return not described.blob or git_blob(path) == described.blob


def git_blob(path: Path) -> str:
    """Return the id that git gives a file."""
    found = path.read_bytes()
    head = f"blob {len(found)}\0".encode()
    return hashlib.sha1(head + found, usedforsecurity=False).hexdigest()
