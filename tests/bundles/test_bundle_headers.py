"""A safetensors header that lies is found before a tensor is read."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from zoo_core import Registry, ZooError, load
from zoo_core.weights.bundle.headers import inspect_tensors
from zoo_core.weights.bundle.tensors import check_tensors, read_tensors

SOUND = {"w": {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}}


def written(path: Path, header: Any, data: bytes = bytes(24), *, length: int | None = None) -> Path:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    size = len(text) if length is None else length
    path.write_bytes(size.to_bytes(8, "little") + text + data)
    return path


def test_what_the_library_writes_is_sound(tmp_path: Path) -> None:
    tensors = {
        "a": torch.ones(2, 3),
        "b": torch.zeros(4, dtype=torch.int64),
        "c": torch.ones((), dtype=torch.float16),
        "d": torch.ones(0, 5),
    }
    save_file(tensors, tmp_path / "x.safetensors", metadata={"format": "pt"})
    found = inspect_tensors(tmp_path / "x.safetensors")
    assert {name: info.shape for name, info in found.items()} == {
        "a": (2, 3),
        "b": (4,),
        "c": (),
        "d": (0, 5),
    }
    assert {info.dtype for info in found.values()} == {"F32", "I64", "F16"}
    check_tensors(found, tensors, "x")


def test_a_sound_file_of_ones_own_is_read(tmp_path: Path) -> None:
    assert inspect_tensors(written(tmp_path / "x", SOUND))["w"].numel == 6


@pytest.mark.parametrize(
    ("header", "data", "length", "message"),
    [
        (SOUND, bytes(23), None, "claims"),
        (SOUND, bytes(25), None, "claims"),
        (SOUND, b"", None, "claims"),
        (SOUND, bytes(24), 10**12, "impossible length"),
        (SOUND, bytes(24), 2**63, "impossible length"),
        (SOUND, bytes(24), 0, "impossible length"),
        (SOUND, bytes(24), 20, "no plain JSON"),
        (b" {}", b"", None, "header of another form"),
        (b"[]", b"", None, "header of another form"),
        (b"{" * 500_000, b"", None, "is no plain JSON"),
        (b'{"w": 1, "w": 2}', b"", None, "is no plain JSON"),
        ({"w": {**SOUND["w"], "shape": [10**11]}}, bytes(24), None, "does not fill its place"),
        (
            {"w": {"dtype": "F32", "shape": [25 * 10**9], "data_offsets": [0, 10**11]}},
            bytes(24),
            None,
            "claims 100,000,000",
        ),
        ({"w": {**SOUND["w"], "shape": [3, 3]}}, bytes(24), None, "does not fill its place"),
        ({"w": {**SOUND["w"], "shape": [-2, -3]}}, bytes(24), None, "whose shape or place"),
        ({"w": {**SOUND["w"], "shape": [2.0, 3]}}, bytes(24), None, "whose shape or place"),
        ({"w": {**SOUND["w"], "shape": [True, 6]}}, bytes(24), None, "whose shape or place"),
        ({"w": {**SOUND["w"], "shape": [1] * 9 + [6]}}, bytes(24), None, "whose shape or place"),
        ({"w": {**SOUND["w"], "shape": 6}}, bytes(24), None, "whose shape or place"),
        ({"w": {**SOUND["w"], "shape": [2**40] * 8}}, bytes(24), None, "does not fill its place"),
        ({"w": {**SOUND["w"], "data_offsets": [24, 0]}}, bytes(24), None, "not fill its place"),
        ({"w": {**SOUND["w"], "data_offsets": [8, 32]}}, bytes(32), None, "leave a gap"),
        ({"w": {**SOUND["w"], "data_offsets": [0]}}, bytes(24), None, "whose shape or place"),
        ({"w": {**SOUND["w"], "dtype": "F64"}}, bytes(24), None, "of the type 'F64'"),
        ({"w": {**SOUND["w"], "dtype": "F16"}}, bytes(24), None, "does not fill its place"),
        ({"w": {**SOUND["w"], "dtype": ["F32"]}}, bytes(24), None, "of the type"),
        ({"w": {**SOUND["w"], "more": 1}}, bytes(24), None, "of another form"),
        ({"w": 5}, bytes(24), None, "of another form"),
        ({**SOUND, "v": SOUND["w"]}, bytes(24), None, "overlap or leave a gap"),
        ({"\x1b[2J": SOUND["w"]}, bytes(24), None, "is no plain JSON"),
    ],
)
def test_a_header_that_lies_is_refused(
    tmp_path: Path, header: Any, data: bytes, length: int | None, message: str
) -> None:
    with pytest.raises(ZooError, match=message) as caught:
        inspect_tensors(written(tmp_path / "x", header, data, length=length))
    assert len(str(caught.value).split("\n")) == 2


@pytest.mark.parametrize("size", [0, 1, 7, 8, 9])
def test_a_torn_file_is_refused(tmp_path: Path, size: int) -> None:
    written(tmp_path / "x", SOUND)
    (tmp_path / "x").write_bytes((tmp_path / "x").read_bytes()[:size])
    with pytest.raises(ZooError, match="impossible length"):
        inspect_tensors(tmp_path / "x")


def test_a_claim_of_100_gigabytes_by_a_sparse_file_takes_no_memory(tmp_path: Path) -> None:
    claim = {"w": {"dtype": "F32", "shape": [25 * 10**9], "data_offsets": [0, 10**11]}}
    path = written(tmp_path / "x", claim, b"")
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size + 10**11)
    found = inspect_tensors(path)
    with pytest.raises(ZooError, match="has the shape"):
        check_tensors(found, {"w": torch.empty(2, 3, device="meta")}, "'x'")


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"w": torch.ones(2)}, "lacks the tensor 'b'|has the tensor"),
        ({"w": torch.ones(2), "b": torch.ones(3)}, r"'b' has the shape \(3,\) instead of \(2,\)"),
        ({"w": torch.ones(2), "b": torch.ones(2, dtype=torch.int64)}, "'b' is of type I64"),
        ({"w": torch.ones(2), "b": torch.ones(2), "c": torch.ones(1)}, "has the tensor 'c'"),
    ],
)
def test_other_tensors_than_the_net_has_are_refused(
    tmp_path: Path, tensors: dict[str, torch.Tensor], message: str
) -> None:
    save_file(tensors, tmp_path / "x.safetensors")
    wanted = {"w": torch.empty(2, device="meta"), "b": torch.empty(2, device="meta")}
    with pytest.raises(ZooError, match=message):
        check_tensors(inspect_tensors(tmp_path / "x.safetensors"), wanted, "'x'")


def test_halves_are_read_as_float32_and_whole_numbers_as_they_are(tmp_path: Path) -> None:
    tensors = {
        "a": torch.tensor([0.5, -2], dtype=torch.float16),
        "b": torch.tensor([0.5, -2], dtype=torch.bfloat16),
        "c": torch.tensor([5]),
    }
    save_file(tensors, tmp_path / "x.safetensors")
    found = read_tensors(tmp_path / "x.safetensors")
    assert [found[name].dtype for name in "abc"] == [torch.float32, torch.float32, torch.int64]
    assert found["a"].tolist() == [0.5, -2]


def test_a_file_that_lies_is_refused_even_with_its_checksum(
    bundle: Path, changed: Callable[..., Path], registry: Registry
) -> None:
    file = bundle / "generator.safetensors"
    file.write_bytes(file.read_bytes() + b"more")
    with pytest.raises(ZooError, match="no sound safetensors file"):
        load(changed(lambda config: None), registry=registry)


def test_a_damaged_byte_is_found_by_the_checksum(bundle: Path, registry: Registry) -> None:
    file = bundle / "generator.safetensors"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    with pytest.raises(ZooError, match="does not have the checksum") as caught:
        load(bundle, registry=registry)
    assert "it is damaged or was changed" in caught.value.hint
