from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from zoo_core.engine.average import Average

NO_WARMUP = 1e9


class Counter(nn.Module):
    def __init__(self, value: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((2,), float(value)))
        self.mean = nn.Buffer(torch.full((2,), float(value)))
        self.count = nn.Buffer(torch.tensor(int(value)))

    @torch.no_grad()
    def set(self, value: float) -> None:
        for tensor in (self.weight, self.mean, self.count):
            tensor.fill_(value)


def averaged(net: nn.Module, **options: float) -> Average:
    settings = {"half_life": 100.0, "warmup": NO_WARMUP, "batch": 10, **options}
    return Average(
        {"generator": net},
        half_life=settings["half_life"],
        warmup=settings["warmup"],
        batch=int(settings["batch"]),
    )


def at(step: int) -> Tensor:
    """Return the number of a step as the engine gives it."""
    return torch.tensor(step)


def shadow(average: Average) -> nn.Module:
    return average.nets["generator"]


def values(average: Average, name: str) -> list[float]:
    tensor: Tensor = shadow(average).state_dict()[name]
    return tensor.flatten().tolist()


def test_half_of_the_way_is_gone_after_one_half_life() -> None:
    net = Counter(0)
    average = averaged(net)
    net.set(1)
    for step in range(10):
        average.update(at(step))
    assert values(average, "weight") == pytest.approx([0.5, 0.5])


def test_three_quarters_are_gone_after_two() -> None:
    net = Counter(0)
    average = averaged(net, batch=50)
    net.set(1)
    for step in range(4):
        average.update(at(step))
    assert values(average, "weight") == pytest.approx([0.75, 0.75])


def test_the_half_life_grows_with_the_images_seen() -> None:
    net = Counter(0)
    average = averaged(net, half_life=1e9, warmup=0.5)
    net.set(1)
    average.update(at(0))
    # half-life 5 images, 10 images: a quarter is left
    assert values(average, "weight") == pytest.approx([0.75, 0.75])
    net.set(0)
    average.update(at(1))
    # half-life 10 images
    assert values(average, "weight") == pytest.approx([0.375, 0.375])


def test_no_warmup_share_copies_the_net() -> None:
    net = Counter(0)
    average = averaged(net, warmup=0.0)
    net.set(3)
    average.update(at(0))
    assert values(average, "weight") == [3, 3]


def test_buffers_are_averaged_too() -> None:
    net = Counter(0)
    average = averaged(net, batch=100)
    net.set(1)
    average.update(at(0))
    assert values(average, "mean") == pytest.approx([0.5, 0.5])


def test_whole_numbers_are_copied() -> None:
    net = Counter(0)
    average = averaged(net, batch=100)
    net.set(7)
    average.update(at(0))
    assert values(average, "count") == [7]


def test_a_half_life_of_nothing_keeps_no_average() -> None:
    average = averaged(Counter(0), half_life=0.0)
    average.update(at(0))
    assert average.nets == {}


def test_the_average_is_a_copy_for_evaluation() -> None:
    net = Counter(1).train()
    average = averaged(net)
    assert not shadow(average).training
    assert not any(p.requires_grad for p in shadow(average).parameters())
    assert net.training
    assert net.weight.requires_grad
    net.set(9)
    assert values(average, "weight") == [1, 1]


def test_the_memory_layout_is_kept() -> None:
    net = nn.Conv2d(3, 4, 3).to(memory_format=torch.channels_last)
    average = averaged(net, batch=100)
    with torch.no_grad():
        before = net.weight.clone()
        net.weight.mul_(3)
    average.update(at(0))
    found = shadow(average).state_dict()["weight"]
    assert found.stride() == net.weight.stride()
    torch.testing.assert_close(found, 2 * before)
