"""What the benchmark programs share, and what they decide."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest
import torch
from PIL import Image

from benchmarks import recipes, results, translations
from benchmarks.shared import program
from benchmarks.shared.controls import GAUSSIAN
from benchmarks.shared.rows import ROWS
from benchmarks.shared.tables import aligned, markdown
from benchmarks.shared.trainings import trained, training_of
from zoo_core import ZooError, compose
from zoo_core.pictures.sheets import save_grid
from zoo_core.runs.checkpoint import MANIFEST
from zoo_core.runs.directory import RunDirectory
from zoo_core.training import Silent, train

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("file", sorted(ROOT.glob("benchmarks/*.py")), ids=lambda file: file.stem)
def test_every_program_knows_quick(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    assert "program.parser(" in text or '"--quick"' in text


def given(**changes: object) -> argparse.Namespace:
    values = {"quick": False, "again": False, "docs": Path("d"), "runs": Path("r")}
    return argparse.Namespace(**{**values, **changes})


def test_a_quick_run_writes_into_folders_that_go() -> None:
    with program.places(given(quick=True)) as places:
        program.write_json(places.figures("seeds/one"), {"a": 1})
        kept = places.docs / "results" / "seeds" / "one.json"
        assert program.read_json(kept) == {"a": 1}
    assert not kept.exists()
    with program.places(given()) as places:
        assert (places.docs, places.runs) == (Path("d"), Path("r"))


def test_what_has_figures_is_made_again_only_if_that_is_asked(tmp_path, capsys) -> None:
    figures = tmp_path / "one.json"
    assert program.wanted(given(), figures, "one")
    figures.write_text("{}")
    assert not program.wanted(given(), figures, "one")
    assert "one: has figures already (`--again` replaces them)" in capsys.readouterr().err
    assert program.wanted(given(again=True), figures, "one")


def refused() -> None:
    raise ZooError("no data", hint="get some")


def test_the_status_says_whether_all_is_well(capsys) -> None:
    assert program.status(lambda: None) == 0
    assert program.status(lambda: True) == 0
    assert program.status(lambda: False) == 1
    assert program.status(refused) == 1
    assert "Error: no data\nHint: get some" in capsys.readouterr().err


def test_a_picture_that_is_too_large_is_refused(tmp_path: Path) -> None:
    picture = tmp_path / "large.png"
    picture.write_bytes(bytes(program.PICTURE_BYTES))
    program.check_bytes(picture)
    picture.write_bytes(bytes(program.PICTURE_BYTES + 1))
    with pytest.raises(ZooError, match="has 200,001 bytes"):
        program.check_bytes(picture)


def test_tables_are_aligned_or_have_a_rule_below_their_head() -> None:
    cells = [["a", "b"], ["longer", "1"]]
    assert aligned(cells) == "a       b\nlonger  1"
    assert markdown(cells) == "| a | b |\n| --- | ---: |\n| longer | 1 |"


def tiny(seed: int = 0, steps: int = 4):
    run = {"steps": steps, "batch": 4, "size": "8", "log_every": 1, "seed": seed}
    return compose({"generator": "vanilla", "data": "digits"}, {"run": run}, recipe="none")


def weights_of(directory: Path, step: int = 4) -> bytes:
    return (RunDirectory(directory).checkpoint(step) / "generator.safetensors").read_bytes()


class Halfway(Silent):
    """Stop a run after two steps."""

    def stepped(self, run) -> None:
        if run.step == 2:
            run.stop("for the test")


def test_a_training_goes_on_where_it_stopped(tmp_path: Path, capsys) -> None:
    whole = trained(tiny(), tmp_path / "whole", "whole", every=2)
    assert "whole: step 4/4" in capsys.readouterr().err
    train(tiny(), tmp_path / "part", watcher=Halfway())
    part = trained(tiny(), tmp_path / "part", "part")
    assert weights_of(part) == weights_of(whole)
    assert training_of(part)["steps"] == 4


def test_a_finished_training_stays_and_another_one_gives_way(tmp_path: Path) -> None:
    directory = trained(tiny(), tmp_path / "run", "run")
    first, mine = weights_of(directory), directory / "mine"
    mine.touch()
    trained(tiny(), directory, "run")
    assert mine.exists()
    trained(tiny(seed=1), directory, "run")
    assert not mine.exists()
    assert weights_of(directory) != first
    trained(tiny(seed=1, steps=5), directory, "run")
    assert RunDirectory(directory).steps()[-1] == 5
    mine.touch()
    trained(tiny(seed=1, steps=5), directory, "run", again=True)
    assert not mine.exists()


def test_a_run_that_has_logged_nothing_has_no_figures(tmp_path: Path) -> None:
    trained(tiny(), tmp_path / "run", "run")
    (tmp_path / "run" / "metrics.jsonl").unlink()
    with pytest.raises(ZooError, match="has logged nothing"):
        training_of(tmp_path / "run")


def test_every_row_says_how_it_is_trained_on_the_command_line() -> None:
    command = {row.name: row.train_command for row in ROWS}
    assert len(command) == len(ROWS)
    assert "--penalty r1,r2" in command["dcgan-relativistic"]
    assert "--condition sgan" in command["sgan-100"]
    assert "--data few-labels:mnist -o data.count=100" in command["sgan-100"]


def test_a_row_states_every_option_in_its_command() -> None:
    row = next(row for row in results.ROWS if row.name == "dcgan-wgan-gp")
    words = row.train_command.split()
    assert row.train_command.startswith("zoo train --gen dcgan --loss wgan-gp --data mnist ")
    for section, values in row.options.items():
        for name, value in values.items():
            assert f"{section}.{name}={value}" in words or str(value) in words


SCORES = {"modes": 10, "modes.kl": 0.01, "fid": 20.0, "memorisation": 0.01}
CONTROLS = {GAUSSIAN: {"fid": 200.0}}


def missed(asked: float = 0.95, **changes: float) -> list[str]:
    run = {
        "scores": {**SCORES, **changes},
        "labels": {"scores": {"label-accuracy": asked}},
    }
    return [each.name for each in recipes.requirements(run, CONTROLS) if not each.met]


def test_good_figures_meet_every_requirement() -> None:
    assert missed() == []
    assert len(recipes.requirements({"scores": SCORES}, CONTROLS)) == 4


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"modes": 9}, "classes"),
        ({"modes.kl": 0.11}, "uneven classes, nats"),
        ({"fid": 50.1}, "FID, of the Gaussian's"),
        ({"memorisation": 0.06}, "memorisation"),
        ({"asked": 0.89}, "read as asked"),
    ],
)
def test_one_bad_figure_misses_its_requirement(changes, name) -> None:
    assert missed(**changes) == [name]


def test_a_requirement_says_what_it_found_and_what_it_needs() -> None:
    slow = recipes.Requirement(name="minutes", value=4, bound=3)
    assert str(slow) == "MISS minutes: 4.000 <= 3.000"


def test_the_kept_cells_of_a_picture_are_those_of_its_sheet(tmp_path: Path) -> None:
    place = RunDirectory(tmp_path)
    place.checkpoint(7).mkdir(parents=True)
    (place.checkpoint(7) / MANIFEST).write_text("{}")
    images = torch.linspace(-1, 1, 64).view(64, 1, 1, 1).expand(64, 1, 16, 16)
    for names in ((), ("A", "A to B")):
        save_grid(images, place.sample(7), columns=8, rows=names)
        translations.keep_picture(tmp_path, tmp_path / "kept.png", rows=2, columns=3)
        with Image.open(tmp_path / "kept.png") as kept:
            assert kept.size == (3 * 18 + 2, 2 * 18 + 2)
            assert kept.convert("L").getpixel((2 * 18 + 2, 18 + 2)) == round(10 / 63 * 255)
