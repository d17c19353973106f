"""The cycle game on nets of one number each, with every term worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor, nn

from zoo_core import ImageSpec, ZooError
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import (
    Augment,
    Batch,
    Condition,
    Discriminator,
    Duel,
    DuelNames,
    GameParts,
    Generator,
    Penalty,
    Play,
    Round,
    Task,
    Terms,
    Turn,
)
from zoo_plugin_cyclegan.cycle import Cycle
from zoo_plugin_losses.least_squares import LeastSquares

IMAGE = ImageSpec(1, 2, 2)
A, B = 0.5, -0.25
# generator.ab halves, generator.ba negates; the critics multiply the mean by 2 and by 3
AB, BA, CRITIC_A, CRITIC_B = 0.5, -1.0, 2.0, 3.0


class Times(Generator):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return latents * self.factor


class TimesMean(Discriminator):
    def __init__(self, factor: float) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.tensor(factor))

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images.mean((2, 3))

    def head(self, features: Tensor) -> Tensor:
        return (features * self.factor).squeeze(1)


class Notices(Penalty):
    """Note the mean of the fakes, and remember what it was told afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Mapping[str, float]] = []

    def forward(self, turn: Turn) -> Terms:
        return Terms({"nothing": turn.fake.images.sum() * 0}, {"mean": turn.fake.images.mean()})

    def observe(self, notes: Mapping[str, Tensor]) -> None:
        self.heard.append({name: float(value) for name, value in notes.items()})


def parts(*, critic_steps: int = 1, channels_b: int = 1, penalty: bool = False) -> GameParts:
    images = {"a": IMAGE, "b": IMAGE.with_channels(channels_b)}
    nets = {
        "generator.ab": Times(AB),
        "generator.ba": Times(BA),
        "discriminator.a": TimesMean(CRITIC_A),
        "discriminator.b": TimesMean(CRITIC_B),
    }
    condition = Condition()

    def duel(generator: Generator, critic: Discriminator, *, prefix: str = "") -> Duel:
        penalties = {"notices": Notices()} if penalty else {}
        return Duel(
            generator,
            critic,
            LeastSquares(),
            condition=condition,
            augment=Augment(),
            penalties=penalties,
            names=DuelNames(prefix=prefix),
        )

    return GameParts(
        task=Task(images=images, batch=1, critic_steps=critic_steps),
        nets=nets,
        sampler=None,
        condition=condition,
        duel=duel,
    )


def batch(number: int = 0) -> dict[str, Batch]:
    full = torch.ones(1, *IMAGE.shape)
    return {"a": Batch((A + number) * full), "b": Batch((B - number) * full)}


def begun(game: Cycle, step: int = 0) -> Play:
    """Begin the round of a step, whose real batches are those of its numbers."""
    reads = game.reads(game.task)
    return game.play(
        Round(
            step=torch.tensor(step),
            variant=game.variant(step),
            rng=CounterDraws(0, step),
            real=tuple(batch(step * reads + index) for index in range(reads)),
        )
    )


def losses(terms: Terms) -> dict[str, float]:
    return {name: round(value.item(), 6) for name, value in terms.losses.items()}


def test_the_generators_terms_are_those_of_the_paper() -> None:
    moves = next(begun(Cycle(parts=parts())))
    assert list(moves) == ["generator"]
    # fake b: 0.5 * 0.5 = 0.25, scored 0.75; fake a: -1 * -0.25 = 0.25, scored 0.5
    assert losses(moves["generator"]) == {
        "a.fake": 0.125,  # (0.5 - 1)^2 / 2
        "b.fake": 0.03125,  # (0.75 - 1)^2 / 2
        "a.cycle": 7.5,  # back at -0.25: 10 * 0.75
        "b.cycle": 3.75,  # back at 0.125: 10 * 0.375
        "a.identity": 5.0,  # 0.5 becomes -0.5: 5 * 1
        "b.identity": 0.625,  # -0.25 becomes -0.125: 5 * 0.125
    }
    assert moves["generator"].notes["cycle_error"].item() == (0.75 + 0.375) / 2


def test_the_critics_judge_the_fakes_of_before_the_generators_move() -> None:
    game = Cycle(parts=parts())
    play = begun(game)
    next(play)
    with torch.no_grad():
        game.duel_a.generator.factor.fill_(7)
        game.duel_b.generator.factor.fill_(7)
    moves = play.send({"generator": {}})
    assert list(moves) == ["critic"]
    assert losses(moves["critic"]) == {
        "a.real": 0.0,  # 0.5 scores 1
        "a.fake": 0.125,  # 0.25 scores 0.5
        "b.real": 1.53125,  # -0.25 scores -0.75: 1.75^2 / 2
        "b.fake": 0.28125,  # 0.25 scores 0.75
    }
    with pytest.raises(StopIteration):
        play.send({"critic": {}})


def test_weights_scale_their_terms_and_no_identity_means_none() -> None:
    game = Cycle(parts=parts(), cycle_weight=2.0, identity_weight=0.0)
    found = losses(next(begun(game))["generator"])
    assert found["a.cycle"] == 1.5
    assert not any("identity" in name for name in found)


def test_gradients_of_the_cycle_reach_both_generators() -> None:
    game = Cycle(parts=parts(), identity_weight=0.0)
    terms = next(begun(game))["generator"]
    both = [game.duel_b.generator.factor, game.duel_a.generator.factor]
    slopes = torch.autograd.grad(terms.losses["a.cycle"], both)
    # d/dp 10 |a q p - a| = -10 a q at a q p < a, and the same with q for p
    assert [slope.item() for slope in slopes] == pytest.approx([-10 * A * BA, -10 * A * AB])


def test_every_critic_move_has_data_of_its_own() -> None:
    game = Cycle(parts=parts(critic_steps=2), pool=0)
    assert game.reads(game.task) == 2
    play = begun(game, 3)
    generator = next(play)["generator"]
    first = play.send({"generator": {}})["critic"]
    second = play.send({"critic": {}})["critic"]
    with pytest.raises(StopIteration):
        play.send({"critic": {}})
    # the generators move on batch 6: b = -6.25 becomes 6.25 and scores 12.5
    assert losses(generator)["a.fake"] == 0.5 * 11.5**2
    # batch 7: a = 7.5 scores 15; fake a = 7.25 scores 14.5
    assert losses(first)["a.real"] == 0.5 * (2 * 6.5 - 1) ** 2
    assert losses(second)["a.real"] == 0.5 * 14**2
    assert losses(second)["a.fake"] == 0.5 * 14.5**2


def test_a_full_pool_changes_what_the_critics_see() -> None:
    game = Cycle(parts=parts(), pool=1)
    seen = []
    for step in range(20):
        play = begun(game, step)
        next(play)
        seen.append(losses(play.send({"generator": {}})["critic"])["a.fake"])
    new = [round(0.5 * (2 * (0.25 + step)) ** 2, 6) for step in range(20)]
    past = [value for value, now in zip(seen, new, strict=True) if value != now]
    assert seen[0] == new[0]
    assert 3 < len(past) < 17
    assert set(past) <= set(new)


def test_each_duels_penalties_observe_their_own_notes() -> None:
    game = Cycle(parts=parts(penalty=True), pool=0)
    play = begun(game)
    notes = {"generator": next(play)["generator"].notes}
    game.after(notes)
    critic = play.send(notes)["critic"]
    assert {"a.nothing", "b.nothing"} <= critic.losses.keys()
    with pytest.raises(StopIteration):
        play.send({"critic": critic.notes})
    assert [duel.penalties["notices"].heard for duel in game.duels] == [[], []]
    game.after({"critic": critic.notes})
    for duel, fake in ((game.duel_a, 0.25), (game.duel_b, 0.25)):
        (heard,) = duel.penalties["notices"].heard
        assert heard["mean"] == fake
        assert not any(name.startswith(("a.", "b.")) for name in heard)
    heard_a, heard_b = (d.penalties["notices"].heard[0] for d in (game.duel_a, game.duel_b))
    assert (heard_a["D(real)"], heard_b["D(real)"]) == (1.0, -0.75)


def test_every_parameter_belongs_to_one_player_and_pools_are_state() -> None:
    game = Cycle(parts=parts())
    owned = [
        p for player in game.players().values() for m in player.modules for p in m.parameters()
    ]
    assert len(owned) == len(set(map(id, owned))) == len(list(game.parameters())) == 4
    assert game.pools["a"].kept.shape == (1, 50, 4)
    assert not Cycle(parts=parts(), pool=0).pools
    assert game.translators() == {"ab": "generator.ab", "ba": "generator.ba"}


def test_a_picture_has_rows_of_images_above_their_translations() -> None:
    game = Cycle(parts=parts())
    a = torch.arange(20.0).view(20, 1, 1, 1).expand(20, *IMAGE.shape)
    held_out = {"a": Batch(a), "b": Batch(a + 100)}
    images = game.picture(game.nets(), CounterDraws(0, 0), count=64, held_out=held_out)
    rows = images[:, 0, 0, 0].view(8, 8)
    assert rows[0].tolist() == list(range(8))
    assert torch.equal(rows[1], AB * rows[0])
    assert torch.equal(rows[2], rows[0] + 100)
    assert torch.equal(rows[3], BA * rows[2])
    assert torch.equal(rows[4], rows[0] + 8)
    assert game.picture_rows(held_out) == ("A", "A to B", "B", "B to A")


def test_one_set_of_images_is_refused() -> None:
    with pytest.raises(ZooError) as caught:
        Cycle.roles(Task(images={"images": IMAGE}))
    assert caught.value.message == (
        "game 'cycle' plays with two sets of images, and the data has one"
    )
    assert caught.value.hint == "`--data unpaired:A,B`, with two folders or data sets"


def test_identity_between_other_channels_is_refused() -> None:
    with pytest.raises(ZooError) as caught:
        Cycle(parts=parts(channels_b=3))
    assert caught.value.message == ("images of 1 and of 3 channels have no identity between them")
    assert caught.value.hint == "`-o game.identity_weight=0`"
    assert Cycle(parts=parts(channels_b=3), identity_weight=0.0)


def test_a_net_that_reads_labels_is_refused() -> None:
    given = parts()
    type(given.nets["generator.ba"]).conditional = True
    try:
        with pytest.raises(ZooError) as caught:
            Cycle(parts=given)
    finally:
        Times.conditional = False
    assert caught.value.message == "game 'cycle' gives no labels, which its generator reads"
    assert caught.value.hint == "another generator"
