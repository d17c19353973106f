from __future__ import annotations

import errno
import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import SafetensorError
from torch import Tensor

from zoo_core.digests import sha256_of
from zoo_core.errors import ZooError
from zoo_core.runs import checkpoint
from zoo_core.runs.checkpoint import read_checkpoint, write_checkpoint

HINT = "use another checkpoint; `zoo train --resume` takes the newest that is whole"


def write(path: Path, **tensors: Tensor) -> None:
    write_checkpoint(path, {"generator": tensors}, {"step": 5})


def read(path: Path) -> dict[str, Tensor]:
    return read_checkpoint(path)[0]["generator"]


def failure(path: Path, stems: tuple[str, ...] | None = None) -> ZooError:
    with pytest.raises(ZooError) as caught:
        read_checkpoint(path, stems)
    return caught.value


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "step-00000005"
    write(path, weight=torch.arange(6.0).view(2, 3))
    return path


def resign(path: Path, name: str) -> None:
    """Make the manifest agree with a changed file."""
    manifest = json.loads((path / "manifest.json").read_text())
    manifest["files"][name] = sha256_of(path / name)
    (path / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize(
    "tensor",
    [
        torch.arange(6.0).view(2, 3),
        torch.randn(2, 3, 4, 5, generator=torch.Generator().manual_seed(0)).to(
            memory_format=torch.channels_last
        ),
        torch.arange(6.0).view(2, 3).t(),
        torch.arange(3.0).expand(2, 3),
        torch.arange(10.0)[::2],
        torch.tensor(2.5),
        torch.tensor(7),
        torch.tensor([True, False]),
        torch.arange(4, dtype=torch.uint8),
        torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
        torch.tensor([1.1], dtype=torch.float64),
        torch.empty(0, 3),
    ],
    ids=[
        "plain",
        "channels-last",
        "transposed",
        "expanded",
        "strided",
        "zero-dim",
        "int",
        "bool",
        "uint8",
        "bfloat16",
        "float64",
        "empty",
    ],
)
def test_a_tensor_comes_back_as_it_was(tmp_path: Path, tensor: Tensor) -> None:
    write(tmp_path / "c", value=tensor)
    found = read(tmp_path / "c")["value"]
    assert found.dtype == tensor.dtype
    assert torch.equal(found, tensor)


def test_two_tensors_may_share_their_storage(tmp_path: Path) -> None:
    whole = torch.arange(4.0)
    write(tmp_path / "c", whole=whole, again=whole, part=whole[1:3])
    found = read(tmp_path / "c")
    assert found["again"].tolist() == [0, 1, 2, 3]
    assert found["part"].tolist() == [1, 2]


def test_parameters_are_written_without_their_gradients(tmp_path: Path) -> None:
    write(tmp_path / "c", weight=torch.nn.Parameter(torch.ones(2)))
    assert not read(tmp_path / "c")["weight"].requires_grad


def test_the_state_comes_back(saved: Path) -> None:
    assert read_checkpoint(saved)[1] == {"step": 5}


def test_only_the_files_that_are_asked_for_are_read(tmp_path: Path) -> None:
    files = {"a": {"x": torch.ones(1)}, "b": {"x": torch.ones(1)}}
    write_checkpoint(tmp_path / "c", files, {})
    (tmp_path / "c" / "b.safetensors").unlink()
    assert read_checkpoint(tmp_path / "c", ("a",))[0].keys() == {"a"}


def test_a_file_without_tensors_is_not_written(tmp_path: Path) -> None:
    write_checkpoint(tmp_path / "c", {"a": {}}, {})
    assert not (tmp_path / "c" / "a.safetensors").exists()


def test_the_manifest_has_the_checksum_of_each_file(saved: Path) -> None:
    manifest = json.loads((saved / "manifest.json").read_text())
    assert manifest == {
        "format": 1,
        "files": {
            name: sha256_of(saved / name) for name in ("generator.safetensors", "state.json")
        },
    }


def test_nothing_else_is_left_beside_a_checkpoint(saved: Path) -> None:
    assert [p.name for p in saved.parent.iterdir()] == [saved.name]


def test_a_checkpoint_of_the_same_step_is_replaced(saved: Path) -> None:
    write(saved, weight=torch.zeros(1))
    assert read(saved)["weight"].tolist() == [0]


def test_whoever_may_read_new_files_may_read_a_checkpoint(saved: Path) -> None:
    (saved.parent / "new").touch()
    usual = (saved.parent / "new").stat().st_mode
    assert {file.stat().st_mode for file in saved.iterdir()} == {usual}


def test_a_flipped_bit_is_found(saved: Path) -> None:
    file = saved / "generator.safetensors"
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(data)
    error = failure(saved)
    assert error.message == (
        f"generator.safetensors of checkpoint {str(saved)!r} "
        "does not have the checksum that its manifest records"
    )
    assert error.hint == HINT


@pytest.mark.parametrize("name", ["generator.safetensors", "state.json", "manifest.json"])
def test_a_missing_file_is_found(saved: Path, name: str) -> None:
    (saved / name).unlink()
    error = failure(saved)
    assert error.message == f"{name} of checkpoint {str(saved)!r} is missing"
    assert error.hint == HINT


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"format": 1, "fil', "cannot be read"),
        ("", "cannot be read"),
        ("\udcff", "cannot be read"),
        ("[]", "holds no object"),
        ('{"format": 1}', "lists no files"),
        ('{"format": 1, "files": ["a"]}', "lists no files"),
    ],
)
def test_a_torn_manifest_is_found(saved: Path, text: str, what: str) -> None:
    (saved / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert failure(saved).message == f"manifest.json of checkpoint {str(saved)!r} {what}"


@pytest.mark.parametrize("size", [0, 4, 40])
def test_a_truncated_file_with_the_right_checksum_is_found(saved: Path, size: int) -> None:
    file = saved / "generator.safetensors"
    file.write_bytes(file.read_bytes()[:size])
    resign(saved, file.name)
    message = failure(saved).message
    assert message.startswith(
        f"generator.safetensors of checkpoint {str(saved)!r} is no safetensors file ("
    )


def test_a_newer_format_is_refused(saved: Path) -> None:
    (saved / "manifest.json").write_text('{"format": 2, "files": {}}')
    error = failure(saved)
    assert error.message == f"checkpoint {str(saved)!r} has the format 2; this version reads 1"
    assert error.hint == "`pip install --upgrade gan-zoo`"


def test_a_manifest_cannot_point_outside_its_checkpoint(saved: Path, tmp_path: Path) -> None:
    outside = tmp_path / "generator.safetensors"
    outside.write_bytes(b"not a checkpoint file")
    manifest = json.loads((saved / "manifest.json").read_text())
    manifest["files"]["../generator.safetensors"] = manifest["files"].pop("generator.safetensors")
    (saved / "manifest.json").write_text(json.dumps(manifest))
    assert read(saved)["weight"].shape == (2, 3)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_values_that_are_not_finite_are_refused(
    saved: Path, value: float, dtype: torch.dtype
) -> None:
    path = saved.with_name("step-00000006")
    with pytest.raises(ZooError) as caught:
        write(
            path,
            good=torch.ones(2),
            whole=torch.ones(1).int(),
            bad=torch.tensor([1, value], dtype=dtype),
        )
    assert caught.value.message == (
        "generator has values that are not finite in 'bad'; step-00000006 is not written"
    )
    assert caught.value.hint == (
        "the checkpoints before it are kept; try a lower `--lr`, or a penalty such as "
        "`--penalty gp`"
    )
    assert [p.name for p in path.parent.iterdir()] == [saved.name]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        SafetensorError("Error while serializing: I/O error: No space left on device"),
    ],
)
def test_a_full_disk_leaves_what_was_there(
    saved: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def full(*arguments: Any, **more: Any) -> None:
        Path(arguments[1]).write_bytes(b"half")
        raise error

    monkeypatch.setattr(checkpoint, "save_file", full)
    with pytest.raises(ZooError) as caught:
        write(saved, weight=torch.zeros(1))
    assert caught.value.message == f"cannot write {str(saved)!r}: the disk is full"
    assert caught.value.hint == "make room there, then go on with `zoo train --resume`"
    assert read(saved)["weight"].shape == (2, 3)
    assert [p.name for p in saved.parent.iterdir()] == [saved.name]


def test_a_directory_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    path = tmp_path / "file" / "step-00000001"
    with pytest.raises(ZooError) as caught:
        write(path, weight=torch.zeros(1))
    assert caught.value.message == f"cannot write {str(path)!r}: Not a directory"
    assert caught.value.hint == "choose a directory that you can write, with `--run`"
