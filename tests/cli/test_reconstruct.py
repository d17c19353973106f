"""`zoo reconstruct` and `zoo anomaly`: sheets, tables and what is refused."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("zoo_plugin_autoencoder")

ENCODING = (
    *("--game", "vae", "--gen", "vanilla", "--encoder", "mlp", "-o", "encoder.width=8"),
    *("--size", "8", "--steps", "3", "--batch", "8", "-o", "run.latent_dim=4", "--device", "cpu"),
)


@pytest.fixture(scope="module")
def vae(anywhere, tmp_path_factory: pytest.TempPathFactory) -> Path:
    run = tmp_path_factory.mktemp("vae") / "run"
    result = anywhere("train", *ENCODING, "--run", run)
    assert result.exit_code == 0, result.stderr
    return run


@pytest.fixture
def photos(home: Path) -> Path:
    folder = home / "photos"
    for number in range(3):
        path = folder / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (20, 12 + number), (90 * number, 0, 0)).save(path)
    return folder


def test_a_sheet_has_images_over_what_is_made_of_them(zoo, vae, photos, home):
    result = zoo("reconstruct", vae, photos, "--out", "again.png", "--scale", "2")
    assert (result.exit_code, result.stdout) == (0, "again.png\n")
    assert "mean squared error" in result.stderr
    with Image.open(home / "again.png") as sheet:
        assert sheet.info["rows"] == "images, made again"
        assert (int(sheet.info["sheet width"]), sheet.height) == (3 * 18 + 2, 2 * 18 + 2)
    result = zoo("reconstruct", vae, photos / "a" / "0.png", "--out", "one.png", "--json")
    (row,) = json.loads(result.stdout)["images"]
    assert row["image"] == str(photos / "a" / "0.png")
    assert row["error"] > 0


def test_a_ranking_is_a_table_and_a_sheet(zoo, vae, home):
    asked = ("--odd", "3,8", "--out", "strange.csv", "--sheet", "strange.png", "--json")
    result = zoo("anomaly", vae, "digits", *asked)
    found = json.loads(result.stdout)
    assert (found["score"], found["split"]) == ("bits_per_dim", "test")
    assert found["auroc"].keys() == {"bits_per_dim", "error"}
    with (home / "strange.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["rank", "row", "label", "bits_per_dim", "error"]
    scores = [float(row["bits_per_dim"]) for row in rows]
    assert scores == sorted(scores, reverse=True)
    assert {int(row["row"]) for row in rows} == set(range(len(rows)))
    assert (home / "strange.png").exists()
    by_error = json.loads(zoo("anomaly", vae, "digits", "--score", "error", "--json").stdout)
    errors = [row["error"] for row in by_error["images"]]
    assert errors == sorted(errors, reverse=True)


def test_files_of_a_folder_are_named_and_classes_may_be_odd(zoo, vae, photos):
    result = zoo("anomaly", vae, f"folder:{photos}", "--odd", "b")
    assert result.exit_code == 0, result.stderr
    assert "AUROC of error: " in result.stdout
    assert result.stdout.count(".png") == 3


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("digits", "--odd", "12"), "no class 12", "classes: 0, 1"),
        (("digits", "--odd", "0,1,2,3,4,5,6,7,8,9"), "no other images", "and not all of them"),
        (("digits", "--score", "eror"), "no score 'eror' here", "did you mean 'error'?"),
        (("unpaired:digits,digits",), "has images of 1x8x8 and 1x8x8", "one set of images"),
        (("nothing",), "no dataset named 'nothing'", "zoo list dataset"),
    ],
)
def test_what_cannot_be_ranked_is_refused(zoo, vae, arguments, message, hint):
    result = zoo("anomaly", vae, *arguments)
    assert result.exit_code == 1
    said = " ".join(result.stderr.split())
    assert message in said
    assert hint in said


def test_odd_images_need_classes(zoo, vae, photos):
    flat = photos / "a"
    result = zoo("anomaly", vae, f"folder:{flat}", "--odd", "b")
    assert result.exit_code == 1
    assert "no classes, so none of them is odd" in " ".join(result.stderr.split())


def test_a_run_without_an_encoder_says_how_one_is_trained(zoo, trained, photos):
    for asked in (
        ("reconstruct", trained, photos, "--out", "x.png"),
        ("anomaly", trained, "digits"),
    ):
        result = zoo(*asked)
        assert result.exit_code == 1
        said = " ".join(result.stderr.split())
        assert "game 'adversarial' has no encoder" in said
        assert f"`zoo train --game encode --init {trained}` trains one for this generator" in said


def test_the_line_of_that_hint_works_and_ranks(zoo, trained):
    asked = ("--game", "encode", "--init", trained, "--steps", "2", "--run", "encoded")
    result = zoo("train", *asked, "-o", "encoder.width=4")
    assert result.exit_code == 0, result.stderr
    assert "training vanilla against vanilla with encoder conv" in " ".join(result.stderr.split())
    found = json.loads(zoo("anomaly", "encoded", "digits", "--json").stdout)
    assert found["score"] == "izi_f"


def test_files_that_are_not_there_or_no_images_are_refused(zoo, vae, home):
    (home / "text.png").write_text("no image")
    for name, message in (("gone.png", "no image or folder 'gone.png'"), ("text.png", "cannot be")):
        result = zoo("reconstruct", vae, name, "--out", "x.png")
        assert result.exit_code == 1
        assert message in " ".join(result.stderr.split())


def test_nets_of_a_run_with_a_condition_are_no_beginning(zoo):
    result = zoo("train", "--game", "encode", "--init", "cdcgan.mnist-28")
    assert result.exit_code == 1
    said = " ".join(result.stderr.split())
    assert "was trained with the condition 'zoo-plugin-conditional/concat'" in said


def test_an_autoencoder_that_needs_another_input_is_refused(zoo, home):
    (home / "wide.py").write_text(WIDE)
    asked = (
        "--plugin",
        "wide.py",
        "--game",
        "autoencoder",
        "--gen",
        "vanilla",
        "--encoder",
        "wide",
    )
    result = zoo("train", *asked, "--size", "8", "--dry-run")
    assert result.exit_code == 1
    said = " ".join(result.stderr.split())
    assert "encoder 'wide' at 1x8x8 with generator 'vanilla' gives latents of shape (4, 33)" in said
    flat = (*asked[:2], "--game", "vae", *asked[4:], "-o", "encoder.extra=0")
    result = zoo("train", *flat, "--size", "8", "--dry-run")
    assert result.exit_code == 1
    said = " ".join(result.stderr.split())
    assert "encoder 'wide' gives latents without a log variance, which game 'vae' needs" in said


WIDE = '''
from torch import nn

from zoo_core import Entry, hookimpl
from zoo_core.interfaces import Encoder


class Wide(Encoder):
    """Linear."""

    def __init__(self, *, image, latent_dim, extra: int = 1):
        super().__init__()
        self.net = nn.Linear(image.numel, latent_dim + extra)

    def forward(self, images):
        return self.net(images.flatten(1))


@hookimpl
def zoo_entries():
    return [Entry("encoder", "wide", "wide:Wide", "Linear.")]
'''
