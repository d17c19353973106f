"""The paired game on nets of few numbers, with every term worked out by hand."""

from __future__ import annotations

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
    Play,
    Round,
    Task,
    Terms,
)
from zoo_plugin_cyclegan.paired import Paired
from zoo_plugin_losses.least_squares import LeastSquares

SOURCE, IMAGE = ImageSpec(1, 2, 2), ImageSpec(2, 2, 2)
LIKE_SOURCE = ImageSpec(1, 2, 2)


class Negate(Generator):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.full((channels, 1, 1), -1.0))

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        return latents * self.factor


class Weigh(Discriminator):
    """1 times the first channel, 10 times the second, 100 times the third."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.tensor([1.0, 10.0, 100.0]))

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images.mean((2, 3))

    def head(self, features: Tensor) -> Tensor:
        return features @ self.weights


def parts(image: ImageSpec = IMAGE, *, critic_steps: int = 1) -> GameParts:
    condition = Condition()

    def duel(generator: Generator, critic: Discriminator, *, prefix: str = "") -> Duel:
        return Duel(
            generator,
            critic,
            LeastSquares(),
            condition=condition,
            augment=Augment(),
            penalties={},
            names=DuelNames(prefix=prefix),
        )

    return GameParts(
        task=Task(images={"images": image}, source=SOURCE, batch=1, critic_steps=critic_steps),
        nets={"generator": Negate(image.channels), "discriminator": Weigh()},
        sampler=None,
        condition=condition,
        duel=duel,
    )


def batch(number: int = 0) -> dict[str, Batch]:
    source = torch.full((1, *SOURCE.shape), 0.5)
    image = torch.tensor([0.25, 0.75]).view(1, 2, 1, 1).expand(1, *IMAGE.shape) + number
    return {"images": Batch(image, None, source)}


def begun(game: Paired, step: int = 0) -> Play:
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
    return {name: value.item() for name, value in terms.losses.items()}


def test_the_critic_sees_the_source_before_the_target_and_learns_at_half_weight() -> None:
    moves = next(begun(Paired(parts=parts())))
    assert list(moves) == ["critic"]
    # real: 0.5 + 10 * 0.25 + 100 * 0.75 = 78; fake: 0.5 - 10 * 0.5 - 100 * 0.5 = -54.5
    assert losses(moves["critic"]) == {
        "real": 0.5 * 0.5 * 77**2,
        "fake": 0.5 * 0.5 * 54.5**2,
    }
    whole = next(begun(Paired(parts=parts(), critic_weight=1.0)))
    assert losses(whole["critic"])["real"] == 0.5 * 77**2


def test_the_generator_moves_second_with_the_error_to_the_target() -> None:
    play = begun(Paired(parts=parts()))
    next(play)
    moves = play.send({"critic": {}})
    assert list(moves) == ["generator"]
    # -0.5 is 0.75 from the first channel of the target and 1.25 from the second
    assert losses(moves["generator"]) == {"fake": 0.5 * 55.5**2, "l1": 100.0}
    assert moves["generator"].notes["l1_error"].item() == 1.0
    with pytest.raises(StopIteration):
        play.send({"generator": {}})


def test_the_weight_of_the_error_is_an_option() -> None:
    play = begun(Paired(parts=parts(), l1_weight=3.0))
    next(play)
    assert losses(play.send({"critic": {}})["generator"])["l1"] == 3.0


def test_the_critics_move_has_no_graph_to_the_generator() -> None:
    game = Paired(parts=parts())
    terms = next(begun(game))["critic"]
    (slope,) = torch.autograd.grad(terms.total, [game.duel.generator.factor], allow_unused=True)
    assert slope is None


def test_every_critic_move_has_data_of_its_own_and_the_generator_shares_the_last() -> None:
    game = Paired(parts=parts(critic_steps=3))
    assert game.reads(game.task) == 3
    play = begun(game, 2)
    critics = [next(play), play.send({"critic": {}}), play.send({"critic": {}})]
    terms = play.send({"critic": {}})["generator"]
    with pytest.raises(StopIteration):
        play.send({"generator": {}})
    # batches 6, 7 and 8: real scores 78 + 110 * number, of which half the weight counts
    assert [losses(move["critic"])["real"] for move in critics] == [
        0.25 * (77 + 110 * number) ** 2 for number in (6, 7, 8)
    ]
    assert losses(terms)["l1"] == pytest.approx(900)


def test_roles_give_the_critic_the_channels_of_both() -> None:
    roles = Paired.roles(Task(images={"images": IMAGE}, source=SOURCE))
    assert (roles["generator"].source, roles["generator"].image) == (SOURCE, IMAGE)
    assert roles["discriminator"].image == ImageSpec(3, 2, 2)


def test_data_without_sources_is_refused() -> None:
    with pytest.raises(ZooError) as caught:
        Paired.roles(Task(images={"images": IMAGE}))
    assert caught.value.message == (
        "game 'paired' plays with images that have a source, and the data has none"
    )
    assert caught.value.hint == "`--data paired:PATH`"


def test_every_parameter_belongs_to_one_player() -> None:
    game = Paired(parts=parts())
    owned = [
        p for player in game.players().values() for m in player.modules for p in m.parameters()
    ]
    assert {id(p) for p in owned} == {id(p) for p in game.parameters()}
    assert len(owned) == 2
    assert game.translators() == {"ab": "generator"}


def pictured(image: ImageSpec) -> Tensor:
    game = Paired(parts=parts(image))
    source = torch.arange(10.0).view(10, 1, 1, 1).expand(10, *SOURCE.shape)
    held_out = {"images": Batch(torch.full((10, *image.shape), 0.25), None, source)}
    return game.picture(game.nets(), CounterDraws(0, 0), count=64, held_out=held_out)


def test_a_picture_has_rows_of_sources_translations_and_targets() -> None:
    rows = pictured(LIKE_SOURCE)[:, 0, 0, 0].view(6, 8)
    assert rows[0].tolist() == list(range(8))
    assert torch.equal(rows[1], -rows[0])
    assert rows[2].tolist() == [0.25] * 8
    assert rows[3].tolist() == [8, 9, *[-1] * 6]
    assert rows[4].tolist() == [-8, -9, *[-1] * 6]


@pytest.mark.parametrize(
    ("image", "names"),
    [(LIKE_SOURCE, ("source", "translated", "target")), (IMAGE, ("translated", "target"))],
)
def test_rows_of_a_picture_have_names(image: ImageSpec, names: tuple[str, ...]) -> None:
    source = torch.zeros(10, *SOURCE.shape)
    held_out = {"images": Batch(torch.zeros(10, *image.shape), None, source)}
    assert Paired(parts=parts(image)).picture_rows(held_out) == names


def test_a_picture_leaves_out_sources_of_other_channels() -> None:
    images = pictured(IMAGE)
    assert images.shape == (32, *IMAGE.shape)
    assert images[:8, 0, 0, 0].tolist() == [-number for number in range(8)]
    assert images[8:16, 1, 0, 0].tolist() == [0.25] * 8
