from __future__ import annotations

import torch
from torch import Tensor

from zoo_core import ImageSpec
from zoo_core.draws import CounterDraws
from zoo_plugin_cyclegan.pool import Pool

PIXEL = ImageSpec(1, 1, 1)


class Chosen:
    """Draws that say what the test wants."""

    def __init__(self, *, swap: list[float], at: list[int]) -> None:
        self.swap, self.at = swap, at

    def child(self, *names: str | int) -> Chosen:
        return self

    def uniform(self, *shape: int) -> Tensor:
        return torch.tensor(self.swap).view(shape)

    def integers(self, high: int, *shape: int) -> Tensor:
        return torch.tensor(self.at).view(shape)

    def places(self, count: int) -> Tensor:
        return torch.arange(count)


def numbers(*values: float) -> Tensor:
    return torch.tensor(values).view(-1, 1, 1, 1)


def shown(pool: Pool, *values: float, swap: list[float], at: list[int]) -> list[float]:
    found: list[float] = pool(numbers(*values), Chosen(swap=swap, at=at)).flatten().tolist()
    return found


def test_while_it_fills_every_new_image_is_shown_and_kept() -> None:
    pool = Pool(image=PIXEL, positions=1, depth=2)
    assert shown(pool, 1, swap=[0.0], at=[1]) == [1]
    assert shown(pool, 2, swap=[0.0], at=[0]) == [2]
    assert pool.kept.flatten().tolist() == [1, 2]
    assert pool.filled.tolist() == [2]


def test_a_full_pool_shows_an_old_image_for_the_new_one_or_lets_it_pass() -> None:
    pool = Pool(image=PIXEL, positions=1, depth=2)
    for value in (1, 2):
        shown(pool, value, swap=[0.0], at=[0])
    assert shown(pool, 3, swap=[0.4], at=[1]) == [2]
    assert pool.kept.flatten().tolist() == [1, 3]
    assert shown(pool, 4, swap=[0.6], at=[0]) == [4]
    assert pool.kept.flatten().tolist() == [1, 3]
    assert pool.filled.tolist() == [2]


def test_each_position_of_a_batch_has_images_of_its_own() -> None:
    pool = Pool(image=PIXEL, positions=2, depth=1)
    shown(pool, 1, 10, swap=[0.0, 0.0], at=[0, 0])
    assert shown(pool, 2, 20, swap=[0.9, 0.1], at=[0, 0]) == [2, 10]
    assert pool.kept.flatten().tolist() == [1, 20]


def test_half_of_the_images_are_past_ones_and_every_place_is_used() -> None:
    pool, depth, steps = Pool(image=PIXEL, positions=8, depth=4), 4, 250
    old = 0
    for step in range(steps):
        new = torch.full((8, 1, 1, 1), float(step))
        found = pool(new, CounterDraws(0, step).child("pool"))
        old += int((found < step).sum())
    assert abs(old / (8 * (steps - depth)) - 0.5) < 0.04
    # a place stays as it is for 2 * depth steps on average
    assert pool.kept.min() > steps - 100
    assert all(len(images.unique()) == depth for images in pool.kept)
    assert len(pool.kept.unique()) > 2 * depth


def test_a_saved_pool_goes_on_as_it_was() -> None:
    image = ImageSpec(2, 3, 3)
    pool, other = (Pool(image=image, positions=2, depth=2) for _ in range(2))

    def step(which: Pool, number: int) -> Tensor:
        images = torch.full((2, *image.shape), float(number))
        found: Tensor = which(images, CounterDraws(0, number).child("pool"))
        return found

    for number in range(7):
        step(pool, number)
    other.load_state_dict(pool.state_dict())
    for number in range(7, 20):
        assert torch.equal(step(pool, number), step(other, number))
    assert torch.equal(pool.kept, other.kept)


def test_two_processes_show_what_one_shows() -> None:
    whole = Pool(image=PIXEL, positions=4, depth=2)
    ranks = [Pool(image=PIXEL, positions=4, depth=2) for _ in range(2)]
    for number in range(12):
        images = numbers(*(10.0 * number + place for place in range(4)))
        expected = whole(images, CounterDraws(0, number).child("pool"))
        found = [
            pool(part, CounterDraws(0, number, rank=rank, world=2).child("pool"))
            for rank, (pool, part) in enumerate(zip(ranks, images.chunk(2), strict=True))
        ]
        assert torch.equal(torch.cat(found), expected)
    first, second = ranks
    for mine, theirs, both in (
        (first.kept, second.kept, whole.kept),
        (first.filled, second.filled, whole.filled),
    ):
        assert torch.equal(torch.cat([mine[:2], theirs[2:]]), both)
        assert not mine[2:].any()
        assert not theirs[:2].any()


def test_each_position_fills_at_its_own_pace() -> None:
    pool, draws = Pool(image=PIXEL, positions=2, depth=2), CounterDraws(0, 0)
    pool(numbers(1.0), draws)
    assert pool.filled.tolist() == [1, 0]
    pool(numbers(2.0, 20.0), draws)
    assert pool.filled.tolist() == [2, 1]
    assert pool.kept.flatten(1).tolist() == [[1, 2], [20, 0]]


def test_shown_images_have_no_graph_and_share_no_memory_with_the_pool() -> None:
    pool = Pool(image=PIXEL, positions=1, depth=1)
    images = numbers(1.0).requires_grad_()
    found = pool(images * 2, CounterDraws(0, 0))
    assert not found.requires_grad
    found.zero_()
    assert pool.kept.item() == 2


def test_it_can_be_moved_to_the_layout_of_convolutions() -> None:
    pool = Pool(image=ImageSpec(2, 4, 4), positions=1, depth=1).to(
        memory_format=torch.channels_last
    )
    images = torch.randn(1, 2, 4, 4).to(memory_format=torch.channels_last)
    assert torch.equal(pool(images, CounterDraws(0, 0)), images)
