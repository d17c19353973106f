"""What the engine gives a game for a round, and does after each of its moves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
import torch
from torch import Tensor, nn

from zoo_core import Entry, Registry, ZooError, compose
from zoo_core.builtin.adversarial import Adversarial
from zoo_core.draws import CounterDraws
from zoo_core.engine import Engine
from zoo_core.interfaces import (
    Batch,
    Constraint,
    Due,
    Notes,
    Penalty,
    Play,
    Round,
    Terms,
    Turn,
)
from zoo_core.testing import check_capture, engine_of

SEEN: list[Round] = []
ORDER: list[str] = []


class Seeing(Adversarial):
    """Keep the rounds."""

    def play(self, current: Round) -> Play:
        SEEN.append(current)
        return super().play(current)


class OldBatch(Adversarial):
    """Ask a round for its batch by number, as no game can."""

    def play(self, current: Round) -> Play:
        real = current.batch(0)["images"]  # type: ignore[attr-defined]
        yield {"critic": self.duel.terms("critic", real, real, current.rng, due=())}


class LateBatch(Adversarial):
    """Ask for it after the first move."""

    def play(self, current: Round) -> Play:
        play = super().play(current)
        yield next(play)
        current.batch(0)  # type: ignore[attr-defined]


class Listing(Adversarial):
    """Say the variant as a list, which cannot be hashed."""

    def variant(self, step: int) -> Any:
        return [super().variant(step)]


class Growing(Adversarial):
    """Add a stage to the variant."""

    def variant(self, step: int) -> Any:
        return (step // 2, super().variant(step))


class Moving(Penalty):
    """Read what turns had before."""

    def forward(self, turn: Turn) -> Terms:
        return Terms({"moving": turn.move * 0})  # type: ignore[attr-defined]


class Lazy(Penalty):
    """Act on every third move of the critic."""

    every = 3

    def forward(self, turn: Turn) -> Terms:
        return Terms({"lazy": turn.fake_scores.logits.mean() * 0 + 1})

    def observe(self, notes: Mapping[str, Tensor]) -> None:
        ORDER.append("observed")


class LazyGenerator(Lazy):
    """Act on every third move of the generator."""

    player: ClassVar[str] = "generator"

    def forward(self, turn: Turn) -> Terms:
        return Terms({"lazy-too": turn.fake_scores.logits.mean() * 0 + 1})

    def observe(self, notes: Mapping[str, Tensor]) -> None:
        ORDER.append("observed generator")


class Bound(Constraint):
    """Clamp, and say so."""

    def __call__(self, net: nn.Module) -> None:
        ORDER.append("constrained")
        with torch.no_grad():
            for parameter in net.parameters():
                parameter.clamp_(-0.01, 0.01)


class Asking(Adversarial):
    """Look at what has been done by the time that a move's notes come back."""

    def play(self, current: Round) -> Play:
        play = super().play(current)
        moves = next(play)
        while True:
            (player,) = moves
            reply = yield moves
            ORDER.append(f"{player} goes on")
            if player == "critic":
                sizes = [p.abs().max() for p in self.duel.critic.parameters()]
                assert torch.stack(sizes).max() <= 0.01
            try:
                moves = play.send(reply)
            except StopIteration:
                return

    def after(self, notes: Notes) -> None:
        ORDER.append(f"after {', '.join(notes)}")
        super().after(notes)


PARTS = {
    "game": {
        "seeing": Seeing,
        "old-batch": OldBatch,
        "late-batch": LateBatch,
        "listing": Listing,
        "growing": Growing,
        "asking": Asking,
    },
    "penalty": {"moving": Moving, "lazy": Lazy, "lazy-generator": LazyGenerator},
    "constraint": {"bound": Bound},
}


@pytest.fixture(autouse=True)
def forgotten() -> None:
    SEEN.clear()
    ORDER.clear()


@pytest.fixture
def outside(registry: Registry) -> Registry:
    for kind, parts in PARTS.items():
        for name, part in parts.items():
            registry.add(Entry(kind, name, f"{__name__}:{part.__name__}", "For this test."))
    return registry


def engine(outside: Registry, parts: Mapping[str, Any], **run: Any) -> Engine:
    given = {"generator": "toy", "critic": "toy", "loss": "minimax", "data": "digits", **parts}
    options = {"run": {"size": 8, "batch": 4, **run}}
    return engine_of(compose(given, options, registry=outside), device="cpu")


def test_a_round_has_the_real_batches_of_its_numbers(outside: Registry) -> None:
    found = engine(outside, {"game": "seeing"}, critic_steps=3)
    for _ in range(3):
        found.step()
    for step, current in enumerate(SEEN):
        assert len(current.real) == 3
        for index, tables in enumerate(current.real):
            expected = found.feed.batch(3 * step + index)
            assert tables.keys() == expected.keys() == {"images"}
            assert torch.equal(tables["images"].images, expected["images"].images)


def test_the_parts_of_a_batch_are_its_rows_in_turn(outside: Registry) -> None:
    found = engine(outside, {"game": "seeing"}, microbatch=2)
    found.step()
    first, second = (current.real[0]["images"] for current in SEEN)
    whole = found.feed.batch(0)["images"]
    assert torch.equal(torch.cat([first.images, second.images]), whole.images)
    places = [current.rng.places(2).tolist() for current in SEEN]
    assert places == [[0, 1], [2, 3]]


def test_a_batch_is_divided_with_all_it_holds() -> None:
    rows = torch.arange(6)
    batch = Batch(rows.view(6, 1, 1, 1), rows, rows.view(6, 1))
    for index in range(3):
        part, expected = batch.part(index, 3), [2 * index, 2 * index + 1]
        fields = (part.images, part.labels, part.latents)
        assert [field.flatten().tolist() for field in fields if field is not None] == 3 * [expected]
    bare = Batch(rows.view(6, 1, 1, 1)).part(1, 2)
    assert (len(bare), bare.labels, bare.latents) == (3, None, None)


def test_the_step_is_a_tensor_that_counts(outside: Registry) -> None:
    found = engine(outside, {"game": "seeing"})
    steps = []
    for number in range(3):
        assert found.step_number == number
        found.step()
        steps.append((SEEN[-1].step.dtype, SEEN[-1].step.shape))
    assert steps == [(torch.int64, ())] * 3
    # one tensor that moves on: what was captured reads it again
    assert SEEN[0].step is SEEN[2].step is found.clock
    assert found.clock.item() == found.step_number == 3
    found.step_number = 7
    assert found.clock.item() == 7
    assert SEEN[0].step is found.clock


@pytest.mark.parametrize("game", ["old-batch", "late-batch"])
def test_a_game_that_asks_for_a_batch_by_number_is_told_where_they_are(
    outside: Registry, game: str
) -> None:
    with pytest.raises(ZooError) as caught:
        engine(outside, {"game": game}).step()
    assert "'batch' of a round" in caught.value.message
    assert "the real batches of a round are in `real`" in caught.value.hint
    assert "step, variant, rng, real" in caught.value.hint


def test_a_penalty_that_asks_for_the_move_is_told_what_a_turn_has(outside: Registry) -> None:
    with pytest.raises(ZooError) as caught:
        engine(outside, {"penalty": "moving"}).step()
    assert "'move' of a turn" in caught.value.message
    assert "player, real, fake, real_scores, fake_scores" in caught.value.hint


def test_a_variant_that_cannot_be_hashed_names_its_game(outside: Registry) -> None:
    found = engine(outside, {"game": "listing"})
    with pytest.raises(ZooError) as caught:
        found.step()
    assert caught.value.message == (
        "the variant of game Listing at step 0 is a list, which cannot be hashed"
    )
    assert "tuples" in caught.value.hint
    assert found.step_number == 0


def test_a_variant_says_which_lazy_penalties_act_in_which_moves(outside: Registry) -> None:
    penalties = {"penalty": ["lazy", "lazy-generator"]}
    game = engine(outside, penalties, critic_steps=2).game
    acts = [sorted(game.variant(step).acts) for step in range(7)]
    critic = {0: [0], 1: [1], 2: [], 3: [0], 4: [1], 5: [], 6: [0]}
    for step, found in enumerate(acts):
        expected = [("critic", index, "lazy") for index in critic[step]]
        expected += [("generator", 0, "lazy-generator")] if step % 3 == 0 else []
        assert found == expected
    assert len({game.variant(step) for step in range(60)}) == 3


def test_a_lazy_penalty_acts_where_the_variant_says_that_many_times_as_strong(
    outside: Registry,
) -> None:
    found = engine(outside, {"penalty": ["lazy", "lazy-generator"]}, critic_steps=2)
    acted = []
    for _ in range(6):
        found.step()
        sums = found.sums.take()
        acted.append((sums.get("critic.lazy"), sums.get("generator.lazy-too")))
    # of six pairs of the critic's moves, the moves 0, 3, 6 and 9 have the penalty
    assert acted == [(3, 3), (3, None), (None, None), (3, 3), (3, None), (None, None)]


def test_a_round_finds_what_is_due_in_a_variant_with_more(outside: Registry) -> None:
    due = Due(frozenset({("critic", 1, "lazy")}))
    for variant in (due, (4, due), ("stage", due, 2)):
        current = Round(step=torch.tensor(0), variant=variant, rng=None, real=())  # type: ignore[arg-type]
        assert current.due.names("critic", 1) == {"lazy"}
        assert current.due.names("critic") == current.due.names("generator", 1) == frozenset()
    nothing = Round(step=torch.tensor(0), variant=3, rng=None, real=())  # type: ignore[arg-type]
    assert nothing.due == Due()
    found = engine(outside, {"game": "growing", "penalty": "lazy"})
    for _ in range(4):
        found.step()
    assert found.sums.take()["critic.lazy"] == 3


def test_constraints_act_and_penalties_observe_once_a_move_before_the_game_goes_on(
    outside: Registry,
) -> None:
    parts = {"game": "asking", "penalty": ["lazy", "lazy-generator"], "constraint": "bound"}
    engine(outside, parts, critic_steps=2).step()
    critic = ["after critic", "constrained", "observed", "critic goes on"]
    generator = ["after generator", "observed generator", "generator goes on"]
    assert [*critic, *critic, *generator] == ORDER


def test_a_batch_in_parts_has_one_end_of_each_move(outside: Registry) -> None:
    parts = {"game": "asking", "penalty": "lazy", "constraint": "bound"}
    engine(outside, parts, microbatch=2).step()
    once = [event for event in ORDER if "goes on" not in event]
    assert once == ["after critic", "constrained", "observed", "after generator"]


def long_rounds(*, asked: bool, **parts: str) -> Engine:
    run = {"size": "8", "batch": 4, "critic_steps": 2, "device": "cpu"}
    options = {"game": {"long_rounds": asked}, "run": run}
    both = {"generator": "vanilla", "data": "digits", **parts}
    return engine_of(compose(both, options, recipe="none"), device="cpu")


def test_the_critic_moves_a_hundred_times_at_first_and_now_and_then() -> None:
    engine = long_rounds(asked=True)
    for step, moves in {0: 100, 24: 100, 25: 2, 26: 2, 499: 2, 500: 100, 501: 2}.items():
        engine.step_number = step
        real = engine.real()
        rng = CounterDraws(0, engine.clock)
        current = Round(step=engine.clock, variant=engine.variant(), rng=rng, real=real)
        played = [name for move in engine.game.play(current) for name in move]
        assert played == ["critic"] * moves + ["generator"]
    engine.step_number = 0
    engine.step()
    assert engine.step_number == 1


def test_long_rounds_read_on_as_short_ones_do() -> None:
    long, short = (long_rounds(asked=asked).game for asked in (True, False))
    assert [short.batches(step) for step in (0, 1, 500)] == [
        range(2),
        range(2, 4),
        range(1000, 1002),
    ]
    following = 0
    for step in range(1100):
        numbers = long.batches(step)
        assert numbers.start == following
        assert len(numbers) == (100 if step < 25 or step in (500, 1000) else 2)
        following = numbers.stop


def test_a_penalty_acts_in_every_move_of_a_long_round() -> None:
    pytest.importorskip("zoo_plugin_wgan", reason="zoo-plugin-wgan is not installed")
    game = long_rounds(asked=True, loss="wgan-gp").game
    rounds = [Round(step=None, variant=game.variant(step), rng=None, real=()) for step in (24, 25)]
    assert [len(each.due.acts) for each in rounds] == [100, 2]


def test_long_rounds_replay_as_they_are_played() -> None:
    run = {"size": "8", "batch": 2, "device": "cpu"}
    parts = {"generator": "vanilla", "data": "digits"}
    options = {"game": {"long_rounds": True}, "run": run}
    check_capture(compose(parts, options, recipe="none"))
