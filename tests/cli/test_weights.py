"""Weights on the command line: listed, described, drawn from, begun with and measured."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from zoo_core.weights.publication.writer import write_bundle

Zoo = Callable[..., Result]

PLUGIN = """
from zoo_core import Entry, hookimpl

@hookimpl
def zoo_entries():
    return [
        Entry("weights", "tiny.digits-8", "zoo_plugin_tiny_weights:tiny.digits-8",
              "Digits, hardly trained.", tags=("licence:cc0-1.0", "metric:fid 300")),
        Entry("weights", "far.maps-256", "hf://ada/maps@v1", "Maps.",
              tags=("data:maps", "mb:44", "licence:mit")),
    ]
"""


@pytest.fixture(scope="session")
def whole(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a bundle of the small run; tests must not change it."""
    return write_bundle(trained, tmp_path_factory.mktemp("whole") / "bundle").directory


@pytest.fixture
def installed(
    install: Callable[[str, str], None], whole: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Install a distribution that has the bundle in its package."""
    install("zoo-plugin-tiny", PLUGIN)
    package = home / "site" / "zoo_plugin_tiny_weights"
    package.mkdir()
    (package / "__init__.py").write_text("")
    shutil.copytree(whole, package / "tiny.digits-8")


def test_a_bundle_draws_what_its_run_draws(zoo: Zoo, trained: Path, whole: Path) -> None:
    for source, out in ((trained, "a.png"), (whole, "b.png")):
        result = zoo("sample", source, "--count", "4", "--out", out)
        assert result.exit_code == 0, result.stderr
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


@pytest.mark.usefixtures("installed")
def test_a_pretrained_name_draws_and_is_begun_with(zoo: Zoo) -> None:
    result = zoo("sample", "tiny.digits-8", "--count", "4", "--out", "c.png")
    assert result.exit_code == 0, result.stderr
    assert Path("c.png").is_file()
    begun = ("--gen", "vanilla", "--size", "8", "--steps", "1", "--batch", "4")
    result = zoo("train", *begun, "--init", "tiny.digits-8", "--run", "run")
    assert result.exit_code == 0, result.stderr


@pytest.mark.usefixtures("installed")
def test_the_list_shows_data_size_metric_and_licence(zoo: Zoo) -> None:
    text = " ".join(zoo("list", "weights").stdout.split())
    assert "Digits, hardly trained. digits at 8x8, " in text
    assert "MB, fid 300, cc0-1.0" in text
    assert "Maps. maps, 44 MB, mit, downloaded from ada/maps@v1" in text
    found = {one["name"]: one for one in json.loads(zoo("list", "weights", "--json").stdout)}
    assert found["far.maps-256"]["hub"] == "ada/maps@v1"
    assert found["tiny.digits-8"]["data"] == "digits at 8x8"


@pytest.mark.usefixtures("installed")
def test_info_describes_weights(zoo: Zoo) -> None:
    text = zoo("info", "tiny.digits-8").stdout
    for line in ("weights tiny.digits-8", "digits at 8x8", "fid 300", "cc0-1.0"):
        assert line in text
    assert "zoo sample tiny.digits-8" in text
    assert json.loads(zoo("info", "tiny.digits-8", "--json").stdout)[0]["weights"]["mb"]


def test_weights_are_told_of_without_torch() -> None:
    code = (
        "import sys, zoo_core.weights.shipped, zoo_core.weights.bundle.bundle; "
        "assert not {'torch', 'numpy', 'PIL', 'huggingface_hub'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_bundle_that_is_measured_stays_as_it_is(zoo: Zoo, whole: Path) -> None:
    before = sorted(file.name for file in whole.iterdir())
    result = zoo("eval", whole, "--metrics", "no-such-metric")
    assert result.exit_code == 1
    assert "no metric named 'no-such-metric'" in result.stderr
    assert sorted(file.name for file in whole.iterdir()) == before


def test_an_average_has_no_plain_weights_to_draw_from(zoo: Zoo, whole: Path) -> None:
    result = zoo("sample", whole, "--no-ema")
    assert result.exit_code == 1
    assert "has the moving average of the weights" in " ".join(result.stderr.split())
    assert "leave `--no-ema` out" in result.stderr


def test_a_damaged_bundle_ends_in_two_lines(zoo: Zoo, whole: Path, home: Path) -> None:
    spoiled = Path(shutil.copytree(whole, home / "spoiled"))
    (spoiled / "evil.py").write_text("")
    result = zoo("sample", spoiled)
    assert result.exit_code == 1
    assert result.stderr.count("Error:") == result.stderr.count("Hint:") == 1
    assert "evil.py" in result.stderr
    assert not (home / "samples.png").exists()
