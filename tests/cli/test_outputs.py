"""What cannot be written, and what memory cannot hold, is an error with a way out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from zoo_core import ZooError, load
from zoo_core.errors import is_lack_of_memory, memory_errors
from zoo_core.runs.atomic import whole_file

FULL = Path("/dev/full")


def outcome(*words: str, limit: int | None = None, stdout: Path | None = None):
    """Run `zoo` in a process of its own, with so many bytes of address space."""
    program = "import resource, sys; from zoo_cli.main import main; "
    if limit is not None:
        program += f"resource.setrlimit(resource.RLIMIT_AS, ({limit}, {limit})); "
    command = [sys.executable, "-c", program + "main()", *words]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    if stdout is None:
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    with stdout.open("w") as file:
        return subprocess.run(
            command, env=environment, stdout=file, stderr=subprocess.PIPE, text=True, check=False
        )


@pytest.mark.skipif(sys.platform != "linux", reason="address space is limited on Linux only")
def test_too_large_a_batch_is_an_error_that_names_batch(home):
    pytest.importorskip("zoo_plugin_dcgan", reason="zoo-plugin-dcgan is not installed")
    wide = ("-o", "generator.width=512", "-o", "critic.width=512", "--size", "64")
    words = ("train", "--gen", "dcgan", "--batch", "1000", "--steps", "1", "--device", "cpu")
    found = outcome(*words, *wide, "--run", "run", limit=4_000_000_000)
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
    assert "not enough memory" in found.stderr
    assert "`--batch`" in found.stderr
    assert "`--microbatch`" in found.stderr
    # its name is free for another try
    assert not Path("run").exists()


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("MPS backend out of memory (MPS allocated: 9 GB)"),
        RuntimeError("std::bad_alloc"),
        OSError(12, "Cannot allocate memory"),
    ],
)
def test_allocators_say_one_thing(error):
    assert is_lack_of_memory(error)
    with pytest.raises(ZooError, match="not enough memory"), memory_errors():
        raise error


def test_other_errors_stay_themselves():
    with pytest.raises(RuntimeError, match="shapes"), memory_errors():
        raise RuntimeError("shapes differ")


def test_drawing_more_than_memory_holds_is_an_error(trained):
    model = load(trained, device="cpu")

    def fail(*_: object) -> None:
        raise RuntimeError("DefaultCPUAllocator: can't allocate memory")

    with (
        pytest.raises(ZooError, match="not enough memory"),
        model.generator.register_forward_pre_hook(fail),
    ):
        model.sample(1)


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full")
@pytest.mark.parametrize("words", [("list",), ("list", "--json"), ("--help",)])
def test_a_full_output_is_an_error(home, words):
    found = outcome(*words, stdout=FULL)
    assert found.returncode == 1
    assert "Traceback" not in found.stderr
    assert "Exception ignored" not in found.stderr
    assert "cannot be written" in found.stderr


def test_what_torch_cannot_write_names_the_file(tmp_path):
    path = tmp_path / "a.pt2"
    with pytest.raises(ZooError, match=r"a\.pt2"), whole_file(path):
        raise RuntimeError("[enforce fail at inline_container.cc:664] . unexpected pos 64 vs 0")
    assert not path.exists()


def test_a_name_that_is_too_long_is_an_error(zoo, trained):
    result = zoo("sample", trained, "--count", "1", "--out", "x" * 300 + ".png")
    assert result.exit_code == 1
    assert "File name too long" in result.stderr
    assert "a shorter name" in result.stderr


@pytest.mark.parametrize("command", [("sample",), ("eval", "--no-save", "--count", "16")])
def test_a_cache_that_is_a_file_stops_nothing(zoo, trained, home, monkeypatch, command):
    pytest.importorskip("zoo_plugin_metrics", reason="zoo-plugin-metrics is not installed")
    Path("cache").write_text("a file")
    monkeypatch.setenv("ZOO_CACHE", "cache")
    result = zoo(command[0], trained, *command[1:])
    assert result.exit_code == 0
    assert result.stderr.count("cannot write into 'cache': ") == (command[0] == "eval")


def test_a_training_says_that_the_cache_cannot_be_written(zoo, trained, home, monkeypatch):
    pytest.importorskip("zoo_plugin_metrics", reason="zoo-plugin-metrics is not installed")
    Path("cache").write_text("a file")
    monkeypatch.setenv("ZOO_CACHE", "cache")
    flags = ("--metrics", "memorisation", "--eval-count", "16", "--steps", "1", "--batch", "4")
    result = zoo("train", "--gen", "vanilla", "--data", "digits", "--size", "8", *flags)
    assert result.exit_code == 0
    assert result.stderr.count("cannot write into 'cache': ") == 1


def test_a_report_replaces_nothing_unasked(zoo, trained, home):
    page = Path("report.html")
    page.write_text("mine")
    result = zoo("report", trained)
    assert result.exit_code == 1
    assert "--force" in result.stderr
    assert page.read_text() == "mine"
    assert zoo("report", trained, "--force").exit_code == 0
    assert page.read_text() != "mine"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xef\xbb\xbf\n<!DOCTYPE html><html>", "a web page"),
        (b"<HTML><body>quota</body>", "a web page"),
        (b"<?xml version='1.0'?><Error>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
        (b'{"error": "not found"}', "JSON"),
        (b"", "empty"),
    ],
)
@pytest.mark.parametrize("name", ["net.pth", "net.safetensors"])
def test_what_came_in_place_of_weights_is_called_what_it_is(zoo, home, content, said, name):
    Path(name).write_bytes(content)
    result = zoo("import", "dcgan-examples", f"generator={name}", "--to", "out")
    assert result.exit_code == 1
    assert said in result.stderr
    assert "weights_only" not in result.stderr


def test_a_file_that_is_weights_is_no_page(home):
    from zoo_core.weights.convert.state_dicts import read_state_dict

    save_file({"a": torch.zeros(40, 40)}, "a.safetensors")
    torch.save({"a": torch.zeros(2)}, "a.pth")
    assert read_state_dict(Path("a.safetensors")).keys() == {"a"}
    assert read_state_dict(Path("a.pth")).keys() == {"a"}


def test_what_is_there_but_of_another_kind_names_the_way(zoo, home):
    from PIL import Image

    Path("my photos").mkdir()
    Image.new("L", (8, 8)).save("my photos/a.png")
    assert "`'folder:my photos'`" in zoo("data", "check", "my photos").stderr
    trained = zoo("train", "--gen", "dcgan", "--data", "my photos").stderr
    assert "`--data 'folder:my photos'`" in trained
    Path("net G.pth").write_bytes(b"x")
    assert "`zoo import FORMAT 'net G.pth'`" in zoo("sample", "net G.pth").stderr
    assert "`ada/x`" in zoo("sample", "https://huggingface.co/ada/x/tree/main").stderr
    assert "`zoo eval 'folder:my photos' --data folder:PATH`" in zoo("eval", "my photos").stderr


def test_info_of_a_translation_says_how_it_translates(zoo):
    pytest.importorskip("zoo_plugin_cyclegan", reason="zoo-plugin-cyclegan is not installed")
    shown = zoo("info", "cyclegan.digits-mnist-32").stdout
    assert "zoo translate cyclegan.digits-mnist-32 photos/ --out translated/" in shown
    result = zoo("sample", "cyclegan.digits-mnist-32")
    assert "`zoo translate cyclegan.digits-mnist-32 photos/ --out translated/`" in result.stderr
