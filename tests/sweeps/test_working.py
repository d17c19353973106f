"""Every trial once, whoever dies."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import optuna
import pytest
from optuna.trial import TrialState

from zoo_core import Range, ZooError
from zoo_core.runs import read_history
from zoo_core.sweeps.books import claimed
from zoo_core.sweeps.folder import SweepFolder
from zoo_core.sweeps.records import Record, best_of
from zoo_core.sweeps.sweep import state_of, sweep
from zoo_core.sweeps.trial import best_score
from zoo_core.sweeps.work import book_of
from zoo_core.training import Silent, resume

from .conftest import defined, grid, in_a_child, killed_when, study, worker

pytestmark = pytest.mark.usefixtures("one_thread")


def weights(run: Path) -> bytes:
    return (run / "checkpoints" / "step-00000004" / "generator.safetensors").read_bytes()


def log(run: Path) -> list[dict[str, float]]:
    lines = [json.loads(line) for line in (run / "metrics.jsonl").read_text().splitlines()]
    timed = {"seconds", "images_per_second"}
    return [{name: v for name, v in line.items() if name not in timed} for line in lines]


class Stops(Silent):
    """Interrupt a run at a step, as Ctrl-C does."""

    def __init__(self, step: int) -> None:
        self.step = step

    def stepped(self, run) -> None:
        if run.step == self.step:
            run.stop("interrupted", outcome="interrupted")


class TellsOf:
    """Remember what is told, and watch every run in one way."""

    def __init__(self, watcher=None) -> None:
        self.watcher = watcher or Silent()
        self.began_: list[int] = []
        self.ended_: list[int] = []

    def began(self, record):
        self.began_.append(record.number)
        return self.watcher

    def ended(self, record):
        self.ended_.append(record.number)


def test_a_grid_is_trained_once_and_each_trial_is_an_ordinary_run(tmp_path, registry) -> None:
    found = sweep(grid(), tmp_path / "a", registry=registry)
    assert found.whole
    assert [one.outcome for one in found.records] == ["done"] * 4
    assert [dict(one.values) for one in found.records][1] == {"loss": "hinge", "seed": 0}
    history = read_history(found.run(found.records[3]))
    assert history.config.value("run", "seed") == 1
    assert history.parts["loss"] == "zoo-plugin-losses/hinge"
    told = TellsOf()
    checked, folder = found.sweep, SweepFolder(tmp_path / "a")
    assert worker(checked, folder, registry, told=told).work()
    assert told.began_ == []
    longer = resume(found.run(found.records[0]), overrides={"steps": 5}, registry=registry)
    assert longer.outcome == "done"


def test_killed_twice_a_grid_goes_on_bit_exactly(tmp_path, registry) -> None:
    asked = grid(checkpoint_every=2)
    whole = sweep(asked, tmp_path / "whole", registry=registry)
    definition, folder = defined(asked, tmp_path / "torn", registry)

    def work() -> None:
        worker(definition, folder, registry).work()

    killed_when(work, (folder.run(1) / "checkpoints" / "step-00000002").exists)
    killed_when(work, (folder.run(3) / "checkpoints" / "step-00000002").exists)
    told = TellsOf()
    worker(definition, folder, registry, told=told).work()
    torn = state_of(definition, folder, None)
    assert torn.whole
    assert told.ended_ == sorted(set(told.ended_))
    assert sum(one.begun for one in torn.records) <= 4 + 2
    for one in whole.records:
        assert weights(whole.run(one)) == weights(torn.run(one))
        assert log(whole.run(one)) == log(torn.run(one))


def test_two_workers_share_a_grid_and_none_does_what_another_has(tmp_path, registry) -> None:
    definition, folder = defined(grid(), tmp_path / "a", registry)
    children = [
        in_a_child(lambda: worker(definition, folder, registry, stays=True).work())
        for _ in range(2)
    ]
    for child in children:
        assert os.waitpid(child, 0)[1] == 0
    records = folder.records()
    assert [(one.number, one.outcome, one.begun) for one in records] == [
        (number, "done", 1) for number in range(4)
    ]
    assert {one.worker.rpartition(":")[2] for one in records} <= set(map(str, children))


def test_what_a_worker_has_nobody_takes_until_it_dies(tmp_path, registry) -> None:
    definition, folder = defined(grid(), tmp_path / "a", registry)
    book, other = book_of(definition, folder, None), book_of(definition, folder, None)
    first = book.take()
    assert first is not None
    assert first.record.number == 0
    second = other.take()
    assert second is not None
    assert second.record.number == 1
    first.lock.release()
    again = other.take()
    assert again is not None
    assert (again.record.number, again.record.begun) == (0, 2)


def test_a_run_that_somebody_goes_on_with_by_hand_is_left_alone(tmp_path, registry) -> None:
    definition, folder = defined(grid(), tmp_path / "a", registry)
    worker(definition, folder, registry, told=TellsOf(Stops(2))).work()
    seen = []

    class Looks(Silent):
        def stepped(self, run) -> None:
            seen.append(claimed(folder, Record(number=0, values={})))

    resume(folder.run(0), registry=registry, watcher=Looks())
    assert seen == [None, None]


def test_an_interrupted_worker_leaves_its_trial_open(tmp_path, registry) -> None:
    definition, folder = defined(grid(), tmp_path / "a", registry)
    assert not worker(definition, folder, registry, told=TellsOf(Stops(2))).work()
    assert [one.outcome for one in folder.records()] == [""]
    assert not state_of(definition, folder, None).whole
    assert worker(definition, folder, registry).work()
    assert [one.begun for one in folder.records()] == [2, 1, 1, 1]


def test_a_run_that_was_never_begun_leaves_nothing_in_the_way(tmp_path, registry) -> None:
    definition, folder = defined(grid(), tmp_path / "a", registry)
    (folder.run(0) / "samples").mkdir(parents=True)
    assert worker(definition, folder, registry).work()
    assert folder.record(0).outcome == "done"


class Fills(Silent):
    """Let the disk be full while a run trains."""

    def stepped(self, run) -> None:
        raise_full(run.path)


def raise_full(path: Path) -> None:
    from zoo_core.runs.atomic import write_errors

    with write_errors(path):
        raise OSError(28, "No space left on device")


def test_a_full_disk_ends_the_worker_and_not_the_trial(tmp_path, registry) -> None:
    definition, folder = defined(grid(), tmp_path / "a", registry)
    with pytest.raises(ZooError, match="the disk is full") as error:
        worker(definition, folder, registry, told=TellsOf(Fills())).work()
    assert "the sweep is intact, with 0 of 4 trials ended" in error.value.message
    assert "the same command goes on" in error.value.hint
    assert [one.outcome for one in folder.records()] == [""]
    assert worker(definition, folder, registry).work()


def test_data_that_are_missing_are_no_trials_fault(tmp_path, registry) -> None:
    asked = grid()
    data = {"data": {"root": str(tmp_path / "none"), "download": False}}
    asked = replace(
        asked, parts={**asked.parts, "data": "mnist"}, options={**asked.options, **data}
    )
    definition, folder = defined(asked, tmp_path / "a", registry)
    with pytest.raises(ZooError, match="the sweep is intact, with 0 of 4 trials ended") as error:
        worker(definition, folder, registry).work()
    assert "`--data-dir`; the same command goes on" in error.value.hint
    assert [one.outcome for one in folder.records()] == [""]


class Breaks(Silent):
    """Break every run down."""

    def stepped(self, run) -> None:
        raise ZooError("critic.total is nan at step 1", hint="less")


def test_trials_that_break_down_are_infeasible_and_three_in_a_row_end_it(
    tmp_path, registry
) -> None:
    definition, folder = defined(grid(), tmp_path / "a", registry)
    with pytest.raises(ZooError, match="3 trials in a row broke down, the last with: critic"):
        worker(definition, folder, registry, told=TellsOf(Breaks())).work()
    assert [one.outcome for one in folder.records()] == ["failed"] * 3
    assert "nan at step 1" in folder.records()[0].reason
    assert worker(definition, folder, registry).work()
    assert folder.record(3).outcome == "done"


def trials(folder: SweepFolder) -> list[optuna.trial.FrozenTrial]:
    url = f"sqlite:///{folder.path / 'study.db'}"
    (summary,) = optuna.get_all_study_summaries(url)
    return optuna.load_study(study_name=summary.study_name, storage=url).trials


LR = {"critic.lr generator.lr": Range(low=1e-5, high=1e-3, log=True), "run.batch": [4, 8]}


@pytest.mark.slow
def test_a_study_killed_twice_has_every_trial_once(tmp_path, registry) -> None:
    asked = study(5, LR, run={"checkpoint_every": 2})
    definition, folder = defined(asked, tmp_path / "torn", registry)

    def work() -> None:
        worker(definition, folder, registry).work()

    killed_when(work, (folder.run(0) / "checkpoints" / "step-00000002").exists)
    killed_when(work, (folder.run(2) / "config.json").exists)
    worker(definition, folder, registry).work()
    torn = state_of(definition, folder, None)
    assert torn.whole
    assert [one.number for one in torn.records] == [0, 1, 2, 3, 4]
    assert all(one.outcome in ("done", "pruned") for one in torn.records)
    assert [one.number for one in trials(folder)] == [0, 1, 2, 3, 4]
    for one, kept in zip(torn.records, trials(folder), strict=True):
        assert kept.params["lr"] == one.values["lr"]
        assert kept.state in (TrialState.COMPLETE, TrialState.PRUNED)
    whole = sweep(asked, tmp_path / "whole", registry=registry)
    # what it draws, judges and finds depends on the study alone
    for one, same in zip(whole.records, torn.records, strict=True):
        assert (one.values, one.score, one.outcome) == (same.values, same.score, same.outcome)
    assert torn.best is not None


def test_a_worker_that_died_before_it_could_tell_is_followed_by_one_that_does(
    tmp_path, registry
) -> None:
    definition, folder = defined(study(1), tmp_path / "a", registry)
    book = book_of(definition, folder, None)
    taken = book.take()
    folder.keep(replace(taken.record, outcome="done", score=20.5, at=2, step=4))
    taken.lock.release()
    assert worker(definition, folder, registry).work()
    (kept,) = trials(folder)
    assert (kept.state, kept.value) == (TrialState.COMPLETE, 20.5)
    assert not folder.run(0).exists()


def test_more_trials_go_on_with_the_same_study(tmp_path, registry, whole_study) -> None:
    before = SweepFolder(whole_study).records()
    shutil.copytree(whole_study, tmp_path / "moved")
    more = sweep(study(3), tmp_path / "moved", registry=registry)
    assert [one.begun for one in more.records] == [1, 1, 1]
    assert list(more.records[:2]) == before


@pytest.mark.slow
def test_what_falls_behind_is_pruned_but_not_at_its_last_step(tmp_path, registry) -> None:
    axes = {"generator.lr": [1e-3, 1e-8]}
    asked = study(4, axes, run={"steps": 8}, startup=1, how="random")
    found = sweep(asked, tmp_path / "a", registry=registry)
    pruned = [one for one in found.records if one.outcome == "pruned"]
    assert pruned
    for one in pruned:
        assert one.step < 8
        assert "falls behind" in one.reason
        assert not one.infeasible
    assert found.best.outcome == "done"
    assert {kept.state for kept in trials(SweepFolder(tmp_path / "a"))} == {
        TrialState.COMPLETE,
        TrialState.PRUNED,
    }


class Collapses(Silent):
    """Say of every run what the monitor says of a collapse, and end it so."""

    def logged(self, run, step, scalars) -> None:
        if step == 2:
            run.remark("collapse", "the images fall into 10% of the kinds", since=1)
            run.stop("the images fall into 10% of the kinds")


def test_a_collapsed_run_is_infeasible_in_the_monitors_words(tmp_path, registry) -> None:
    definition, folder = defined(study(1), tmp_path / "a", registry)
    worker(definition, folder, registry, told=TellsOf(Collapses())).work()
    (record,) = folder.records()
    assert (record.outcome, record.infeasible) == ("collapsed", True)
    assert record.reason == "the images fall into 10% of the kinds"
    (kept,) = trials(folder)
    assert kept.constraints["works"] > 0
    assert best_of(folder.records(), "lower") is None


class Locks(Silent):
    """Hold a database from the first step of a run on, as another program may."""

    def __init__(self, file: Path) -> None:
        self.file, self.holder = file, None

    def logged(self, run, step, scalars) -> None:
        if step == 1:
            self.holder = sqlite3.connect(self.file)
            self.holder.execute("BEGIN EXCLUSIVE")


def test_a_locked_database_is_said_and_nothing_is_lost(tmp_path, registry) -> None:
    file = tmp_path / "shared.db"
    url = f"sqlite:///{file}?timeout=0.1"
    definition, folder = defined(study(1), tmp_path / "a", registry)
    locks = Locks(file)
    with pytest.raises(ZooError, match="database is locked by another program") as error:
        worker(definition, folder, registry, storage=url, told=TellsOf(locks)).work()
    locks.holder.close()
    assert "the sweep is intact, with 0 of 1 trials ended" in error.value.message
    assert "the same command goes on" in error.value.hint
    assert worker(definition, folder, registry, storage=url).work()
    assert [(one.number, one.outcome, one.begun) for one in folder.records()] == [(0, "done", 2)]


def test_two_folders_share_a_database_and_its_trials(tmp_path, registry) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    here, one = defined(study(3), tmp_path / "one" / "s", registry)
    there, two = defined(study(3), tmp_path / "two" / "s", registry)
    first, second = book_of(here, one, url), book_of(there, two, url)
    a, b, c = first.take(), second.take(), second.take()
    assert [each.record.number for each in (a, b, c)] == [0, 1, 2]
    # the study has three, and what another machine trains is not taken
    assert first.take() is None
    for book, taken in ((first, a), (second, b), (second, c)):
        book.end(taken, replace(taken.record, outcome="done", score=1.0, at=2, step=4))
    assert (first.open(), second.open()) == (0, 0)
    first.close()
    second.close()


def test_a_study_knows_where_it_is_kept(tmp_path, registry, whole_study) -> None:
    url = f"sqlite:///{tmp_path / 'shared.db'}"
    with pytest.raises(ZooError, match="is kept in a file of its own") as error:
        sweep(study(2), whole_study, registry=registry, storage=url)
    assert "leave `--storage` out" in error.value.hint
    secret = "postgresql://ada:secret@nowhere.invalid/zoo"
    with pytest.raises(ZooError, match="no database can be reached so"):
        sweep(study(1), tmp_path / "b", registry=registry, storage=secret)
    kept = (tmp_path / "b" / "sweep.json").read_text()
    assert "secret" not in kept
    assert "ada:***@" in kept
    with pytest.raises(ZooError, match=r"is kept in 'postgresql://ada:\*\*\*@") as error:
        sweep(study(1), tmp_path / "b", registry=registry)
    assert "--storage" in error.value.hint
    with pytest.raises(ZooError, match="no database can be reached so"):
        sweep(study(1), tmp_path / "c", registry=registry, storage="study.db")


def test_the_best_evaluation_is_the_one_that_is_better(whole_study) -> None:
    folder = SweepFolder(whole_study)
    record = folder.record(0)
    history = read_history(folder.run(0))
    values = {one.step: one.scores["fid"] for one in history.scores}
    assert best_score(history, "fid") == (record.at, record.score)
    assert record.score == min(values.values())
    assert best_score(history, "kid") is None


def test_a_record_that_cannot_be_read_says_how_to_do_without(tmp_path, registry) -> None:
    _, folder = defined(grid(), tmp_path / "a", registry)
    (folder.path / "trials" / "0002.json").write_text("{")
    with pytest.raises(ZooError, match=r"0002\.json' cannot be read") as error:
        folder.records()
    assert "`rm " in error.value.hint


def test_no_worker_is_no_number_of_workers(tmp_path, registry) -> None:
    with pytest.raises(ZooError, match="0 workers do nothing"):
        sweep(grid(), tmp_path / "a", workers=0, registry=registry)
