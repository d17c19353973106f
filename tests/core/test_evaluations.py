"""Evaluations while training: log lines, protocols, the best checkpoint, going back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor

from zoo_core import Entry, Measures, Registry, ZooError, compose, evaluate, hookimpl, load
from zoo_core.interfaces import Comparison, Features, Metric, Real, Reference, Seen
from zoo_core.runs.lines import read_events, read_log, read_scores
from zoo_core.training import Run, resume, train

SCRIPT: list[float] = []


class Means(Features):
    """See the mean of each row of pixels."""

    reads = "rows averaged"
    digest = "0" * 64

    def __init__(self, *, image: Any) -> None:
        self.image = image

    def __call__(self, images: Tensor) -> Seen:
        return Seen(images.float().mean(3).flatten(1))


class Gap(Metric):
    """Distance of two means."""

    scores: ClassVar = {"gap": "lower"}
    least = 4
    asked = 0

    def __init__(self, *, power: float = 2.0) -> None:
        self.power = power

    def reference(self, real: Real, rng: Any) -> Reference:
        Gap.asked += 1
        return {"mean": real.compared().features.mean(0)}

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        apart = compared.fake.features.mean(0) - compared.reference["mean"]
        return {"gap": float(apart.norm(self.power))}


class Scripted(Metric):
    """Return what the test wrote down."""

    scores: ClassVar = {"told": "higher"}

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        return {"told": SCRIPT.pop(0)}


class Sure(Scripted):
    """Ask for a classifier."""

    scores: ClassVar = {"sure": "higher"}
    needs_logits = True


class Asked(Metric):
    """Return the labels that the samples were asked for, as one number."""

    scores: ClassVar = {"asked": "higher"}
    needs_labels = True

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        assert compared.real.held_out().labels is not None
        labels = compared.fake.labels
        assert labels is not None
        return {"asked": float("".join(str(label) for label in labels.tolist()))}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZOO_CACHE", str(tmp_path / "cache"))
    SCRIPT.clear()
    return tmp_path / "cache"


@pytest.fixture
def zoo(registry: Registry) -> Registry:
    for kind, name, target, tags in (
        ("features", "means", "Means", ("fallback",)),
        ("metric", "gap", "Gap", ("cheap",)),
        ("metric", "scripted", "Scripted", ()),
        ("metric", "sure", "Sure", ("cheap",)),
        ("metric", "asked", "Asked", ()),
    ):
        entry = Entry(kind, name, f"{__name__}:{target}", "A toy.", tags=tags)
        registry.add(entry, source="toys")
    return registry


@pytest.fixture
def trained(zoo: Registry, tmp_path: Path) -> Iterator[Callable[..., Run]]:
    """Return what trains on 8x8 digits with toys."""

    def run(name: str = "run", parts: Mapping[str, Any] | None = None, **options: Any) -> Run:
        return train(composed(zoo, parts, **options), tmp_path / name)

    return run


def composed(zoo: Registry, parts: Mapping[str, Any] | None = None, **options: Any) -> Any:
    run = {"size": 8, "steps": 6, "batch": 8, "log_every": 2, "eval_count": 16} | options
    named = {"generator": "toy", "critic": "toy", "data": "digits", **(parts or {})}
    return compose(named, {"run": run}, registry=zoo)


def test_an_evaluated_step_has_its_scores_in_the_log_and_their_protocol_beside(trained) -> None:
    run = trained(eval_every=3)
    lines = {line.step: line for line in read_log(run.directory.log)}
    assert sorted(lines) == [2, 3, 4, 6]
    scored = {one.step: one for one in read_scores(run.directory.scores)}
    assert sorted(scored) == [3, 6]
    for step, one in scored.items():
        assert lines[step].scalars["gap"] == one.scores["gap"]
        assert lines[step].protocols == one.digests == {"gap": one.digest_of("gap")}
        assert (one.by, one.better) == ("train", {"gap": "lower"})
    protocol = scored[3].protocol
    assert protocol["features"] == "toys/means"
    assert protocol["features_digest"] == "0" * 64
    assert protocol["reads"] == "rows averaged"
    assert protocol["range"] == "[-1, 1] rounded to 8 bits"
    assert (protocol["fake_count"], protocol["real_count"]) == (16, 355)
    assert (protocol["split"], protocol["seed"], protocol["image"]) == ("test", 0, "1x8x8")
    own = {"name": "toys/gap", "version": "", "options": {"power": 2.0}}
    assert scored[3].metrics == {"gap": own}
    assert scored[3].protocol_of("gap") == {**protocol, "metric": own}
    assert {"gan-zoo", "torch"} <= protocol["versions"].keys()


def test_what_is_measured_does_not_change_what_is_trained(trained) -> None:
    plain, measured = trained("plain"), trained("measured", eval_every=2, keep_best="gap")
    assert plain.identity == measured.identity
    for run in (plain, measured):
        run.weights = load(run.path, registry=run.composition.registry).generator.state_dict()
    assert all(torch.equal(plain.weights[n], measured.weights[n]) for n in plain.weights)


def test_the_best_checkpoint_stays_beside_the_newest(trained, zoo) -> None:
    SCRIPT[:] = [1.0, 5.0, 3.0, 5.0, 2.0, 1.0]
    run = trained(parts={"metric": "scripted"}, eval_every=1, keep_best="told", keep=1)
    assert run.directory.best("told") == 2
    assert run.directory.steps() == [2, 6]
    best = load(f"{run.path}@best", registry=zoo).sample(4)
    assert torch.equal(best, load(run.directory.checkpoint(2), registry=zoo).sample(4))
    assert not torch.equal(best, load(f"{run.path}@last", registry=zoo).sample(4))


def test_a_lower_score_is_better_where_the_metric_says_so(trained) -> None:
    run = trained(eval_every=2, keep_best="gap", keep=1)
    scores = {one.step: one.scores["gap"] for one in read_scores(run.directory.scores)}
    assert run.directory.best("gap") == min(scores, key=scores.__getitem__)


@pytest.mark.parametrize("tag", ["step-2", "2", "step-00000002"])
def test_a_checkpoint_is_named_by_its_step(trained, zoo, tag) -> None:
    run = trained(checkpoint_every=2)
    named = load(f"{run.path}@{tag}", registry=zoo)
    assert torch.equal(named.sample(2), load(run.directory.checkpoint(2), registry=zoo).sample(2))


@pytest.mark.parametrize(
    ("tag", "message", "hint"),
    [
        ("best", "keeps no best checkpoint", "--keep best=fid`"),
        ("step-5", "has no checkpoint of step 5", "its checkpoints: 2, 4, 6"),
        ("first", "'first' names no checkpoint", "`@best`, `@last`, or a step"),
    ],
)
def test_a_checkpoint_that_is_not_there_is_refused(trained, zoo, tag, message, hint) -> None:
    run = trained(checkpoint_every=2)
    with pytest.raises(ZooError, match=message) as error:
        load(f"{run.path}@{tag}", registry=zoo)
    assert hint in error.value.hint


def test_a_run_that_was_not_evaluated_yet_has_no_best(trained, zoo) -> None:
    run = trained(keep_best="gap")
    run.directory.scores.write_text('{"step": 3, "scor', encoding="utf-8")
    with pytest.raises(ZooError, match="has not been evaluated yet"):
        load(f"{run.path}@best", registry=zoo)


def test_a_torn_last_score_is_passed_over(trained) -> None:
    run = trained(eval_every=3, keep_best="gap")
    before = run.directory.best("gap")
    with run.directory.scores.open("a", encoding="utf-8") as file:
        file.write('{"step": 9, "by": "train", "scores": {"gap": 0')
    assert run.directory.best("gap") == before


def test_metrics_alone_are_measured_as_often_as_checkpoints_are_made(trained) -> None:
    run = trained(parts={"metric": "gap"}, checkpoint_every=3)
    assert [one.step for one in read_scores(run.directory.scores)] == [3, 6]


@pytest.mark.parametrize(
    ("parts", "options", "message", "hint"),
    [
        ({}, {"keep_best": "gpa"}, "gives the score 'gpa'", "did you mean 'gap'?"),
        ({}, {"stop_on": "plateau=fod:3"}, "gives the score 'fod'", "it measures gap"),
        ({}, {"stop_on": "plateau"}, "a run cannot stop on 'plateau'", "plateau=fid:5"),
        (
            {"metric": "sure"},
            {},
            "metric 'sure' reads a classifier's answers, and features 'means' give none",
            "`--features digit-classifier`",
        ),
        (
            {"metric": "gap"},
            {"eval_count": 3},
            "metric 'gap' needs at least 4 samples, and 3 are asked for",
            "`--eval-count 4`",
        ),
        (
            {"metric": "asked"},
            {},
            "metric 'asked' reads the labels that samples are asked for, and generator 'toy'",
            "`--condition concat`",
        ),
    ],
)
def test_measures_that_cannot_be_taken_are_refused(zoo, parts, options, message, hint) -> None:
    with pytest.raises(ZooError) as error:
        composed(zoo, parts, **options)
    assert message in error.value.message
    assert hint in error.value.hint


def test_without_a_metric_the_way_to_get_one_is_named(registry) -> None:
    with pytest.raises(ZooError, match="no metric is installed") as error:
        composed(registry, eval_every=2)
    assert "pip install zoo-plugin-metrics" in error.value.hint


def test_features_by_themselves_are_named_where_they_say_little(zoo) -> None:
    remarks = composed(zoo, eval_every=2).remarks
    assert any("measured on means" in remark for remark in remarks)
    assert not composed(zoo, {"features": "means"}, eval_every=2).remarks


def test_evaluating_afterwards_gives_what_was_measured_while_training(trained, zoo) -> None:
    run = trained(eval_every=6)
    (before,) = read_scores(run.directory.scores)
    (found,) = evaluate(run.path, Measures(count=16, splits=("test",)), registry=zoo, device="cpu")
    assert found.scores == pytest.approx(before.scores)
    assert found == replace(before, by="eval", scores=found.scores)
    assert (found.step, found.weights) == (6, "average")


def test_another_count_or_split_is_another_protocol(trained, zoo) -> None:
    run = trained()
    few, other = evaluate(run.path, Measures(count=16), registry=zoo, device="cpu")
    (more, _) = evaluate(run.path, Measures(count=17), registry=zoo, device="cpu")
    assert len({one.digest_of("gap") for one in (few, other, more)}) == 3
    assert (few.protocol["split"], other.protocol["split"]) == ("test", "train")


def test_options_of_a_metric_are_taken_and_checked(trained, zoo) -> None:
    run = trained()
    asked = Measures(metrics=("gap",), options={"metric.gap": {"power": "1"}}, count=16)
    found = evaluate(run.path, asked, registry=zoo, device="cpu")
    assert found[0].metrics["gap"]["options"] == {"power": 1.0}
    asked = Measures(metrics=("gap",), options={"metric.gap": {"pover": 1}})
    with pytest.raises(ZooError, match="'pover'"):
        evaluate(run.path, asked, registry=zoo)


def test_data_of_another_shape_are_refused(trained, zoo, tmp_path) -> None:
    from zoo_core.pictures.sheets import save_each

    save_each(torch.rand(12, 3, 8, 8), tmp_path / "photos")
    with pytest.raises(ZooError, match="makes images of 1x8x8, and the data has 3x8x8"):
        evaluate(
            trained().path, Measures(data=f"folder:{tmp_path / 'photos'}", count=16), registry=zoo
        )


def test_a_metric_gets_the_labels_that_samples_were_asked_for(trained, zoo) -> None:
    run = trained(parts={"generator": "labelled"})
    asked = Measures(metrics=("asked",), count=12, splits=("test",))
    (found,) = evaluate(run.path, asked, registry=zoo, device="cpu")
    assert found.scores == {"asked": 12345678901}


def test_the_real_side_is_computed_once(trained, zoo, cache) -> None:
    run = trained()
    before = Gap.asked
    asked = Measures(count=16, splits=("test",))
    first, again = (evaluate(run.path, asked, registry=zoo, device="cpu")[0] for _ in range(2))
    assert Gap.asked == before + 1
    assert first.scores == again.scores
    (kept,) = (cache / "statistics").iterdir()
    kept.write_bytes(b"damaged")
    assert evaluate(run.path, asked, registry=zoo, device="cpu")[0].scores == first.scores
    assert Gap.asked == before + 2


def test_sampling_needs_no_data(zoo, tmp_path) -> None:
    from zoo_core.pictures.sheets import save_each

    folder = tmp_path / "photos"
    save_each(torch.rand(20, 1, 8, 8), folder)
    parts = {"generator": "toy", "critic": "toy", "data": f"folder:{folder}"}
    composition = compose(parts, {"run": {"steps": 2, "batch": 4}}, registry=zoo)
    run = train(composition, tmp_path / "run")
    before = load(run.path, registry=zoo).sample(3)
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    assert torch.equal(load(run.path, registry=zoo).sample(3), before)
    with pytest.raises(ZooError, match="photos"):
        evaluate(run.path, Measures(count=16), registry=zoo)


class Backwards:
    """Send the run back at a step, once."""

    def __init__(self, step: int) -> None:
        self.step, self.done = step, False

    @hookimpl
    def zoo_logged(self, run: Run, step: int) -> None:
        if step == self.step and not self.done:
            self.done = True
            run.roll_back("the test says so")


def _back(zoo: Registry, step: int) -> None:
    zoo.register(Backwards(step), name="backwards")


def test_a_run_goes_back_to_its_best_checkpoint_on_another_stream(zoo, trained) -> None:
    SCRIPT[:] = [1.0, 9.0, 3.0, 4.0, 2.0, 1.0, 0.5, 0.25]
    _back(zoo, 4)
    run = trained(parts={"metric": "scripted"}, eval_every=1, log_every=1, keep_best="told")
    assert run.engine.stream == 1
    (event,) = read_events(run.directory.events)
    assert (event.kind, event.step, event.more["left"]) == ("rollback", 2, 4)
    assert "went back from step 4 to the checkpoint of step 2: the test says so" in event.text
    steps = [line.step for line in read_log(run.directory.log)]
    assert steps == [1, 2, 3, 4, 5, 6]
    assert run.step == 6


def test_without_evaluations_a_run_goes_back_to_the_newest_checkpoint(zoo, trained) -> None:
    straight = trained("straight", checkpoint_every=2)
    _back(zoo, 4)
    run = trained(checkpoint_every=2)
    (event,) = read_events(run.directory.events)
    assert event.step == 2
    names = load(run.path, registry=zoo).generator.state_dict().keys()
    weights = [load(r.path, registry=zoo).generator.state_dict() for r in (straight, run)]
    assert not all(torch.equal(weights[0][name], weights[1][name]) for name in names)


def test_without_a_checkpoint_to_go_back_to_a_run_ends(zoo, trained) -> None:
    _back(zoo, 2)
    run = trained(checkpoint_every=0)
    assert (run.outcome, run.step) == ("stopped", 2)
    assert "no checkpoint lies before step 2" in run.stop_reason


def test_a_run_that_went_back_resumes_as_if_it_had_not_stopped(zoo, trained, tmp_path) -> None:
    _back(zoo, 4)
    whole = trained("whole", checkpoint_every=2)

    class Stop:
        @hookimpl
        def zoo_checkpoint_saved(self, run: Run) -> None:
            if run.step == 4 and run.engine.stream == 1:
                run.stop("for the test")

    other = Registry(strict=True)
    for item in zoo.entries():
        other.add(item.entry, source=item.source)
    _back(other, 4)
    other.register(Stop(), name="stop")
    part = train(composed(other, checkpoint_every=2), tmp_path / "part")
    assert (part.outcome, part.step) == ("stopped", 4)
    again = resume(part.path, registry=zoo)
    assert again.engine.stream == 1
    states = [r.engine.game.state_dict() for r in (whole, again)]
    assert all(torch.equal(states[0][name], states[1][name]) for name in states[0])
    lines = [
        [replace(line, seconds=None, images_per_second=None) for line in read_log(file)]
        for file in (whole.directory.log, again.directory.log)
    ]
    assert lines[0] == lines[1]


def test_values_that_are_not_finite_are_recorded_before_the_run_fails(zoo, tmp_path) -> None:
    composition = compose(
        {"generator": "toy", "critic": "toy", "loss": "toy", "data": "digits"},
        {
            "run": {"size": 8, "steps": 400, "batch": 8, "log_every": 1},
            "critic": {"lr": 10, "optimizer": "sgd", "momentum": 0.99},
        },
        registry=zoo,
    )
    directory = tmp_path / "run"
    with pytest.raises(ZooError, match="at step"):
        train(composition, directory)
    events = [json.loads(line) for line in (directory / "events.jsonl").read_text().splitlines()]
    assert events[-1]["kind"] == "non-finite"
    assert "at step" in events[-1]["text"]
