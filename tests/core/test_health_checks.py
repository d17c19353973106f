"""Every check: what it speaks of, and what it is quiet on."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import pytest

from zoo_core.builtin.health.episodes import Episodes, Remark
from zoo_core.builtin.health.finding import sides
from zoo_core.builtin.health.series import EARLY, WINDOW, Series

Line = Mapping[str, float]
GOOD = {"health.modes": 0.8, "health.spread": 0.95, "health.nearest": 0.9, "health.distance": 1.2}
LIVELY = {
    "critic.accuracy": 0.7,
    "critic.D(real)": 0.6,
    "critic.D(fake)": 0.4,
    "critic.gradient_norm": 1.0,
    "generator.gradient_norm": 1.0,
}


def told(lines: Iterable[Line], every: int = 50) -> list[tuple[int, Remark]]:
    """Return step and remark of all that is said of a log."""
    episodes = Episodes()
    return [
        (every * n, remark)
        for n, line in enumerate(lines, start=1)
        for remark in episodes.take(every * n, line)
    ]


def kinds(lines: Iterable[Line]) -> list[tuple[int, str]]:
    return [(step, remark.kind) for step, remark in told(lines)]


def test_a_healthy_log_gets_no_word() -> None:
    assert told([{**LIVELY, **GOOD}] * 40) == []


@pytest.mark.parametrize(
    ("name", "value", "text"),
    [
        ("modes", 0.2, "the images fall into 20% of the kinds that the data have"),
        ("spread", 0.1, "the images differ from each other 10% as much as real ones"),
        ("nearest", 0.05, "near copies of each other, 5% as far from the nearest other one"),
    ],
)
def test_lost_diversity_is_spoken_of_after_some_measurements(
    name: str, value: float, text: str
) -> None:
    bad = {**GOOD, f"health.{name}": value}
    [(step, remark)] = told([GOOD] * 6 + [bad] * 10)
    assert (step, remark.kind, remark.since) == (450, "collapse", 350)
    assert text in remark.text


def test_one_bad_picture_is_no_collapse() -> None:
    bad = {**GOOD, "health.modes": 0.1}
    assert told([GOOD, GOOD, bad, bad, GOOD] * 6) == []


def test_a_remark_is_said_again_only_after_all_was_well() -> None:
    bad, between = {**GOOD, "health.modes": 0.2}, {**GOOD, "health.modes": 0.4}
    assert kinds([bad] * 8 + [between] * 8 + [bad] * 8) == [(250, "collapse")]
    assert kinds([bad] * 8 + [GOOD] * 8 + [bad] * 8) == [(250, "collapse"), (950, "collapse")]


def test_measurements_that_are_not_of_every_line_are_counted_by_themselves() -> None:
    lines = [{**LIVELY, **GOOD, "health.modes": 0.2}, LIVELY, LIVELY] * 8
    assert kinds(lines) == [(650, "collapse")]


def test_each_side_of_a_game_is_watched_by_itself() -> None:
    sided = {name.replace("health.", "health.a."): value for name, value in GOOD.items()}
    sided |= {name.replace("health.", "health.b."): 0.1 for name in GOOD}
    [(_, remark)] = told([sided] * 10)
    assert remark.text.startswith("the images of b ")


def test_a_generator_that_is_still_learning_has_not_collapsed() -> None:
    shares = [0.05, 0.06, 0.08, 0.12, 0.18, 0.27, 0.4, 0.6, 0.8, 0.8, 0.8]
    assert told({**GOOD, "health.modes": share} for share in shares) == []


def test_measurements_of_the_warm_up_do_not_count() -> None:
    episodes = Episodes(warmup=500)
    bad = {**LIVELY, **GOOD, "health.modes": 0.05}
    steps = [n for n in range(50, 1500, 50) if episodes.take(n, bad)]
    assert steps == [750]


WON = {**LIVELY, "critic.accuracy": 1.0, "critic.D(real)": 0.999, "critic.D(fake)": 0.001}


def test_a_sure_critic_has_won() -> None:
    [(step, remark)] = told([LIVELY] * 5 + [WON] * 10)
    assert (step, remark.kind, remark.since) == (450, "critic-won", 300)
    assert "ranks 100.0% of real images above generated ones" in remark.text


def test_a_critic_with_an_advantage_has_not_won() -> None:
    ahead = {**LIVELY, "critic.accuracy": 0.995, "critic.D(real)": 0.95, "critic.D(fake)": 0.05}
    assert told([ahead] * 40) == []


def scored(distance: float, modes: float = 0.8) -> Line:
    """Return a line of a critic whose scores are no probabilities."""
    more = {"health.distance": distance, "health.modes": modes}
    far = {"critic.accuracy": 1.0, "critic.D(real)": 9.0, "critic.D(fake)": -30.0}
    return {**LIVELY, **GOOD, **far, **more}


def test_scores_far_apart_are_a_win_only_where_bad_images_get_no_better() -> None:
    assert told([scored(1.3)] * 40) == []
    assert told([scored(20 * 0.95**n) for n in range(40)]) == []
    assert kinds([scored(5.0)] * 20) == [(600, "critic-won")]


EQUAL = {**LIVELY, "critic.accuracy": 0.5, "critic.D(real)": 0.5, "critic.D(fake)": 0.5}


def test_a_critic_without_a_gradient_gave_up_where_images_are_bad() -> None:
    still = {**EQUAL, **GOOD, "critic.gradient_norm": 0.001, "health.distance": 6.0}
    [(step, remark)] = told([{**EQUAL, **GOOD}] * 5 + [still] * 10)
    assert (step, remark.kind) == (450, "critic-gave-up")
    assert "its accuracy is 50%" in remark.text


@pytest.mark.parametrize(
    "more", [{"critic.gradient_norm": 0.001}, {"health.distance": 6.0}], ids=["good", "lively"]
)
def test_equal_scores_alone_are_the_end_of_a_good_run(more: Line) -> None:
    assert told([{**EQUAL, **GOOD}] * 5 + [{**EQUAL, **GOOD, **more}] * 20) == []


def test_a_generator_without_a_gradient_is_spoken_of() -> None:
    still = {**LIVELY, "generator.gradient_norm": 1e-5}
    [(_, remark)] = told([LIVELY] * 8 + [still] * 12)
    assert (remark.kind, remark.since) == ("vanished-gradient", 450)
    assert remark.text == (
        "the gradient of the generator has vanished: it is 1e-05, and was 1 when the run began"
    )


def test_a_gradient_that_was_never_there_is_spoken_of() -> None:
    [(_, remark)] = told([{**LIVELY, "generator.gradient_norm": 0.0}] * 12)
    assert remark.text == "the gradient of the generator has vanished: it is 0"


@pytest.mark.parametrize("value", [0.01, 100.0])
def test_a_gradient_that_shrinks_or_grows_is_no_news(value: float) -> None:
    assert told([LIVELY] * 8 + [{**LIVELY, "generator.gradient_norm": value}] * 20) == []


def swinging(period: int, size: float, offset: float = 0.0) -> list[Line]:
    values = [offset + size * math.sin(2 * math.pi * n / period) for n in range(40)]
    return [
        {**LIVELY, "critic.D(real)": 0.5 + v / 2, "critic.D(fake)": 0.5 - v / 2} for v in values
    ]


def test_large_swings_are_spoken_of() -> None:
    [(step, remark)] = told(swinging(5, 0.8))
    assert (step, remark.kind, remark.since) == (600, "oscillation", 50)
    assert "changed its sign" in remark.text


@pytest.mark.parametrize(
    "lines",
    [swinging(5, 0.1), swinging(5, 0.3, offset=0.5), swinging(30, 0.8)],
    ids=["small", "one-sided", "slow"],
)
def test_other_swings_are_not(lines: list[Line]) -> None:
    assert told(lines) == []


def judged(train: float, held: float, fake: float, spread: float = 1.0) -> Line:
    values = {"train": train, "held-out": held, "fake": fake, "spread": spread}
    return {**LIVELY, **GOOD} | {f"health.D({name})": v for name, v in values.items()}


def test_a_critic_that_knows_its_images_by_heart_is_spoken_of() -> None:
    [(step, remark)] = told([judged(3, 2.9, 0)] * 3 + [judged(3, 0.6, 0)] * 12)
    assert (step, remark.kind) == (350, "overfitting")
    assert "scores 80% of the way to those of generated ones (r_v)" in remark.text


@pytest.mark.parametrize(
    "line",
    [judged(3, 2, 0), judged(0.1, 0.0, 0.0), judged(0, 0.1, 1), judged(1, 0, 0, spread=0.0)],
    ids=["a little", "noise", "turned round", "one score"],
)
def test_no_overfitting_is_seen_in(line: Line) -> None:
    assert told([line] * 20) == []


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_value_that_is_not_finite_is_recorded(value: float) -> None:
    [(step, remark)] = told([LIVELY, {**LIVELY, "critic.total": value}])
    assert (step, remark.kind, remark.since) == (100, "non-finite", 100)
    assert remark.text == f"critic.total is {value}"


@pytest.mark.parametrize(
    "line",
    [
        {},
        {"accuracy": 1.0, "gradient_norm": 0.0},
        {"critic.accuracy": 1.0},
        {"critic.x.y.accuracy": 0.5, "critic.x.y.D(real)": 1.0, "health.D(held-out)": 3.0},
        {"health.modes": 0.1},
        {
            "critic.D(real)": True,
            "critic.accuracy": "high",
            "protocols": {"fid": "abc"},
            "health.modes": None,
        },
    ],
)
def test_scalars_of_unknown_shape_are_passed_over(line: Line) -> None:
    assert told([line] * 30) == []


def test_the_same_lines_lead_to_the_same_place() -> None:
    lines = [{**GOOD, "health.modes": 0.1 if 10 < n < 20 else 0.8} for n in range(40)]
    whole = kinds(lines)
    for cut in range(40):
        halves = Episodes()
        for n, line in enumerate(lines[:cut], start=1):
            halves.take(50 * n, line)
        rest = [
            (50 * n, remark.kind)
            for n, line in enumerate(lines[cut:], start=cut + 1)
            for remark in halves.take(50 * n, line)
        ]
        assert rest == [(step, kind) for step, kind in whole if step > 50 * cut]


def test_a_series_keeps_its_beginning_and_its_end() -> None:
    series = Series()
    for n in range(100):
        series.add(n, {"x": float(n)})
    assert series.early("x") == (EARLY - 1) / 2
    assert series.last("x", 3) == [97, 98, 99]
    assert len(series.last("x", 1000)) == WINDOW
    assert math.isnan(series.median("x", WINDOW + 1))
    assert math.isnan(series.early("y"))


def test_sides_stand_between_the_ends_of_names() -> None:
    names = ["critic.accuracy", "critic.a.accuracy", "critic.inaccuracy", "critic", "accuracy"]
    assert sides(names, "critic.", "accuracy") == ["", "a."]
    assert sides(["health.b.D(held-out)", "health.modes"], "health.", "D(held-out)") == ["b."]
