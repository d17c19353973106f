from __future__ import annotations

import hashlib
from pathlib import Path

from zoo_core.digests import sha256_of, sha256_of_bytes


def test_files_and_bytes_have_the_published_digest(tmp_path: Path) -> None:
    expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    (tmp_path / "abc").write_bytes(b"abc")
    assert (sha256_of(tmp_path / "abc"), sha256_of_bytes(b"abc")) == (expected, expected)


def test_a_file_of_many_pieces_has_the_digest_of_all_its_bytes(tmp_path: Path) -> None:
    data = bytes(range(256)) * 4099
    (tmp_path / "file").write_bytes(data)
    assert sha256_of(tmp_path / "file") == hashlib.sha256(data).hexdigest()
