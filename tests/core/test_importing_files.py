"""Which files are read as state dicts, and which are refused."""

from __future__ import annotations

import collections
import struct
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from zoo_core import ZooError
from zoo_core.weights.convert.state_dicts import read_state_dict


def failure(path: Path) -> ZooError:
    with pytest.raises(ZooError) as caught:
        read_state_dict(path)
    return caught.value


def written(value, tmp_path: Path, **more) -> Path:
    path = tmp_path / "net_g.pth"
    torch.save(value, path, **more)
    return path


@pytest.mark.parametrize("new", [True, False])
def test_both_of_torchs_own_formats_are_read(new: bool, tmp_path: Path) -> None:
    tensors = collections.OrderedDict(a=torch.rand(2, 3).half(), b=torch.tensor(4))
    found = read_state_dict(written(tensors, tmp_path, _use_new_zipfile_serialization=new))
    assert torch.equal(found["a"], tensors["a"].float())
    assert found["a"].dtype == torch.float32
    assert found["b"].dtype == torch.int64


def test_safetensors_are_read_too(tmp_path: Path) -> None:
    save_file({"a": torch.ones(2)}, tmp_path / "a.safetensors")
    assert torch.equal(read_state_dict(tmp_path / "a.safetensors")["a"], torch.ones(2))


@pytest.mark.parametrize("prefix", ["module.", "_orig_mod.", "module._orig_mod."])
def test_what_wrappers_put_before_all_names_is_left_out(prefix: str, tmp_path: Path) -> None:
    path = written({prefix + "a": torch.ones(1), prefix + "b": torch.ones(1)}, tmp_path)
    assert set(read_state_dict(path)) == {"a", "b"}


def test_a_whole_net_is_refused_with_the_line_to_run_where_it_was_trained(tmp_path: Path) -> None:
    error = failure(written(nn.Linear(2, 2), tmp_path))
    assert "is no plain state dict: " in error.message
    assert "could be read only by running code from it" in error.message
    assert "weights_only=False).state_dict(), 'plain.pth')" in error.hint
    assert "torch.load('net_g.pth', map_location='cpu'" in error.hint
    assert "\n" not in error.message + error.hint
    # torch's own advice is to load it with code after all
    assert "option" not in error.message


class Bomb:
    """Write a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self):
        return (Path.write_text, (self.path, "ran"))


@pytest.mark.parametrize("new", [True, False])
def test_a_file_that_would_run_code_runs_none(new: bool, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    path = written({"a": Bomb(trace)}, tmp_path, _use_new_zipfile_serialization=new)
    assert "is no plain state dict" in failure(path).message
    assert not trace.exists()


def test_a_checkpoint_with_more_is_refused_with_the_line_that_takes_its_weights(
    tmp_path: Path,
) -> None:
    error = failure(written({"epoch": 3, "netG": {"w": torch.ones(2)}}, tmp_path))
    assert error.message.endswith("other things beside its weights: 'epoch', 'netG'")
    assert "torch.load('net_g.pth', map_location='cpu')['netG']" in error.hint


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([torch.ones(1)], "it holds a list"),
        ({}, "it holds 0 values"),
        ({"a": 3}, "'a' is no tensor"),
        ({"a": torch.tensor([float("nan")])}, "tensor 'a' of .* has values that are not finite"),
        (
            {"a": torch.ones(1, dtype=torch.complex64)},
            "tensor 'a' of .* is of the type torch.complex64",
        ),
        # as torch 2.11 reads it, or does not
        ({"a": torch.ones(2).to_sparse()}, "'a' of .* is sparse|own format: NotImplementedError"),
    ],
)
def test_values_that_are_no_weights_are_refused(value, message: str, tmp_path: Path) -> None:
    path = written(value, tmp_path)
    with pytest.raises(ZooError, match=message):
        read_state_dict(path)


def test_a_claim_of_more_than_the_file_holds_is_refused_before_memory_is_taken(
    tmp_path: Path,
) -> None:
    path = written({"a": torch.ones(1).expand(10**6, 10**6)}, tmp_path)
    assert "claims more for tensor 'a' than the" in failure(path).message


def test_a_compressed_archive_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a/data.pkl", b"0" * 10**6)
    assert "is a compressed archive of 1,000,000 bytes" in failure(tmp_path / "a.pth").message


@pytest.mark.parametrize(
    "content",
    [b"", b"hello" * 100, b"PK\x03\x04", b"\x80\x02}q\x00.", b"\x80\x02X\xff\xff\xff\x7f"],
)
def test_other_files_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(content)
    assert str(path) in failure(path).message


@pytest.mark.parametrize("content", [b"", b"{}", struct.pack("<Q", 1 << 60) + b"{}"])
def test_safetensors_that_lie_are_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    assert "is no safetensors file" in failure(path).message


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "does not exist" in failure(tmp_path / "a.pth").message
    assert "is a folder" in failure(tmp_path).message
