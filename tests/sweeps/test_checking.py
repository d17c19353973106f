"""A sweep is refused before its first run."""

from __future__ import annotations

import pytest

from zoo_core import Range, Sweep, ZooError, vary
from zoo_core.sweeps import checking
from zoo_core.sweeps.checking import checked
from zoo_core.sweeps.folder import SweepFolder

from .conftest import PARTS, grid, study


@pytest.mark.parametrize(
    ("axes", "message", "hint"),
    [
        ({"critc.lr": [1e-4]}, "no composition of this sweep has a 'critc'", "'critic'"),
        ({"critic.lrr": [1e-4]}, "has no option 'lrr'", "did you mean 'lr'?"),
        ({"run.stesp": [2, 3]}, "the run has no option 'stesp'", "did you mean 'steps'?"),
        ({"run.steps": [2, 0]}, "cannot take 0 for 'steps'", "from 1 to"),
        ({"loss": ["hinge", "hing"]}, "'hing'", "did you mean 'hinge'?"),
        ({"run.batch": Range(low=0, high=8)}, "cannot take 0 for 'batch'", "from 1 to"),
    ],
)
def test_what_no_part_has_or_takes_is_refused_by_name(axes, message, hint, registry) -> None:
    for sweep in (grid(axes), study(axes=axes)):
        with pytest.raises(ZooError) as error:
            checked(sweep, registry)
        assert message in error.value.message or message in error.value.hint
        assert hint in error.value.hint


def test_an_option_that_only_some_runs_have_names_the_run_that_has_not(registry) -> None:
    axes = {"loss": ["hinge", "non-saturating"], "loss.smoothing": [0.1, 0.2]}
    with pytest.raises(ZooError, match=r"the run with loss hinge, loss\.smoothing 0\.1: "):
        checked(grid(axes), registry)


def test_a_grid_of_ten_thousand_says_how_many_and_asks(registry) -> None:
    axes = {"run.seed": Range(low=0, high=99), "critic.lr": [n * 1e-5 for n in range(1, 101)]}
    with pytest.raises(ZooError, match=r"10,000 runs \(100 seed x 100 critic.lr\)") as error:
        checked(grid(axes), registry)
    assert "`--most 10000`" in error.value.hint


def test_more_runs_are_a_word_away(registry) -> None:
    axes = {"run.seed": Range(low=0, high=150)}
    assert checked(grid(axes), registry, most=151).count == 151


def test_a_study_over_seeds_is_refused_with_what_to_do(registry) -> None:
    with pytest.raises(ZooError, match="a study cannot vary the seed") as error:
        checked(study(axes={"run.seed": [0, 1]}), registry)
    assert "--seed 0..4" in error.value.hint


def test_a_study_of_nothing_is_refused(registry) -> None:
    with pytest.raises(ZooError, match="needs something to vary"):
        checked(Sweep(parts=PARTS, trials=3, recipe="none"), registry)
    with pytest.raises(ZooError, match="a study of 0 trials"):
        checked(study(trials=0), registry)


def test_a_score_that_is_not_measured_is_refused_with_those_that_are(registry) -> None:
    with pytest.raises(ZooError, match="'fidd'") as error:
        checked(study(score="fidd"), registry)
    assert "fid" in error.value.hint


def test_a_study_knows_which_way_is_better_and_keeps_the_best(registry) -> None:
    found = checked(study(score="fid"), registry)
    assert found.search.better == "lower"
    assert found.options["run"]["keep_best"] == "fid"
    assert found.options["run"]["on_collapse"] == "stop"
    modes = Sweep(
        parts={**PARTS, "metric": ("modes",)},
        options={"run": {"eval_count": 100, "size": "8", "on_collapse": "warn"}},
        axes=vary({"loss": ["hinge"]}),
        trials=1,
        search=study(score="modes").search,
        recipe="none",
    )
    found = checked(modes, registry)
    assert found.search.better == "higher"
    assert found.options["run"]["on_collapse"] == "warn"


def test_without_its_package_a_study_says_what_to_install(registry, monkeypatch) -> None:
    monkeypatch.setattr(checking, "find_spec", lambda name: None)
    with pytest.raises(ZooError, match="needs the package optuna") as error:
        checked(study(), registry)
    assert "`pip install 'gan-zoo[sweep]'`" in error.value.hint
    assert checked(grid(), registry).count == 4


def test_two_sweeps_in_one_folder_are_told_apart(tmp_path, registry) -> None:
    folder = SweepFolder(tmp_path / "a b")
    folder.define(checked(grid(), registry))
    folder.define(checked(grid(), registry))
    with pytest.raises(ZooError, match=r"another sweep: there run\.steps is 4, and 5 is") as error:
        folder.define(checked(grid(steps=5), registry))
    assert f"`zoo sweep --out '{folder.path}'` alone" in error.value.hint
    with pytest.raises(ZooError, match="the sweep is a grid, and a study is asked for"):
        folder.define(checked(study(), registry))
    assert folder.read() == checked(grid(), registry)


def test_a_folder_of_something_else_is_refused(tmp_path, registry) -> None:
    (tmp_path / "mine.txt").touch()
    with pytest.raises(ZooError, match="is there and holds no sweep"):
        SweepFolder(tmp_path).define(checked(grid(), registry))


def test_a_folder_without_a_sweep_or_with_a_broken_one(tmp_path) -> None:
    with pytest.raises(ZooError, match="holds no sweep"):
        SweepFolder(tmp_path).read()
    for text in ("", "[]", '{"format": 1}', '{"format": 9}', "\udcff"):
        (tmp_path / "sweep.json").write_text(text, errors="surrogateescape")
        with pytest.raises(ZooError, match="is no definition of a sweep"):
            SweepFolder(tmp_path).read()
