from __future__ import annotations

import json
from pathlib import Path

import torch

from zoo_cli.commands.export import FORMATS
from zoo_core import load


def test_a_program_of_a_run_makes_the_same_images(zoo, trained: Path, home: Path):
    result = zoo("export", trained, "--format", "torch-export", "--out", "out/digits.pt2")
    assert result.exit_code == 0
    assert result.stdout == "out/digits.pt2\n"
    assert result.stderr.startswith("compared in batches of 2, 1, 5: the largest difference is ")
    model = load(trained, device="cpu")
    latents = torch.randn(3, model.composition.task.latent_dim)
    found = torch.export.load(home / "out" / "digits.pt2").module()(latents)
    torch.testing.assert_close(found, model.generator.eval()(latents))


def test_what_was_exported_can_be_read_as_json(zoo, trained: Path, home: Path):
    given = ("--format", "safetensors", "--out", "digits.safetensors", "--json")
    found = json.loads(zoo("export", trained, *given).stdout)
    assert found["file"] == "digits.safetensors"
    assert found["inputs"] == {"latents": ["N", 100]}
    assert found["largest_difference"] == 0
    assert found["bytes"] == (home / "digits.safetensors").stat().st_size


def test_a_file_of_another_ending_is_an_error(zoo, trained: Path, home: Path):
    result = zoo("export", trained, "--format", "onnx", "--out", "digits.pt2")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: 'digits.pt2' does not end as onnx files do\nHint: `--out digits.onnx`\n"
    )
    assert not list(home.glob("*.onnx"))


def test_an_unknown_format_is_a_usage_error(zoo, trained: Path):
    assert zoo("export", trained, "--format", "tflite", "--out", "a.tflite").exit_code == 2


def test_the_command_offers_the_formats_of_the_library():
    from zoo_core.weights.convert.exported import FORMATS as OFFERED

    assert tuple(OFFERED) == FORMATS
