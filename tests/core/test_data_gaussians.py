from __future__ import annotations

import pytest
import torch
from torch import Tensor

from zoo_core.data.sets.gaussians import Gaussians
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.errors import ZooError
from zoo_core.interfaces.data import Split


def points(data: Gaussians, split: Split = "train") -> tuple[Tensor, Tensor]:
    """Return the points (N, 2) in [-1, 1] and their classes."""
    table = data.tables(split)["images"]
    assert isinstance(table, MemoryTable)
    assert table.labels is not None
    return table.images.flatten(1).double() / 127.5 - 1, table.labels


def test_points_are_images_of_one_pixel_with_x_and_y() -> None:
    data = Gaussians()
    table = data.tables("train")["images"]
    assert str(data.image) == "2x1x1"
    assert table.take(torch.arange(3)).images.shape == (3, 2, 1, 1)
    assert data.summary() == "100,000 training and 10,000 held-out images of 2x1x1, 25 classes"


def test_centres_lie_on_a_grid_numbered_from_below() -> None:
    centres = Gaussians(side=3).centres()
    expected = [[x, y] for y in (-0.8, 0, 0.8) for x in (-0.8, 0, 0.8)]
    torch.testing.assert_close(centres, torch.tensor(expected, dtype=torch.float64))


def test_every_class_lies_around_its_centre_with_the_spread() -> None:
    data = Gaussians(side=5, spread=0.03)
    found, labels = points(data)
    for number, centre in enumerate(data.centres()):
        own = found[labels == number]
        # a coordinate that is rounded to a step has a twelfth of its square more variance
        wide = (0.03**2 + (1 / 127.5) ** 2 / 12) ** 0.5
        torch.testing.assert_close(own.mean(0), centre, atol=0.002, rtol=0)
        torch.testing.assert_close(own.std(0), torch.full_like(centre, wide), atol=0.0015, rtol=0)


def test_classes_come_equally_often() -> None:
    counts = points(Gaussians())[1].bincount()
    assert len(counts) == 25
    assert counts.min() > 3700
    assert counts.max() < 4300


def test_the_usual_spread_is_three_steps_and_leaves_gaps() -> None:
    data = Gaussians()
    assert data.spread * 127.5 >= 3
    found, labels = points(data)
    away = (found - data.centres()[labels]).abs()
    # half the distance between neighbours
    assert away.max() < 0.2


def test_the_widest_spread_is_cut_off_almost_nowhere() -> None:
    found, _ = points(Gaussians(spread=0.06))
    assert (found.abs() == 1).double().mean() < 0.001


def test_two_of_the_same_are_the_same_and_splits_differ() -> None:
    one, other = points(Gaussians())[0], points(Gaussians())[0]
    held_out = points(Gaussians(), "test")[0]
    assert torch.equal(one, other)
    assert not torch.equal(one[:100], held_out[:100])


def test_counts_and_sides_can_be_chosen() -> None:
    data = Gaussians(side=2, count=12, held_out=4)
    assert (data.count("train"), data.count("test"), len(data.classes)) == (12, 4, 4)


def test_one_pixel_may_be_asked_for() -> None:
    assert Gaussians(size=(1, 1)).image.shape == (2, 1, 1)


def test_another_size_is_refused() -> None:
    with pytest.raises(ZooError) as caught:
        Gaussians(size=(32, 16))
    assert caught.value.message == (
        "the points of 'gaussians' are images of one pixel and cannot become 32x16"
    )
    assert caught.value.hint == (
        "leave `--size` out, and take parts that make any size, such as `--gen vanilla`"
    )
