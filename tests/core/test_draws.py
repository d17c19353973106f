from __future__ import annotations

import itertools
import math
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from zoo_core.draws import CounterDraws, key_of

COUNT = 200_000


def draws(seed: int = 0, step: int | Tensor = 0, **more: int) -> CounterDraws:
    return CounterDraws(seed, step, **more)


@pytest.fixture
def double() -> Iterator[None]:
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def test_a_key_is_the_same_in_every_process() -> None:
    assert key_of("weights", 0, "generator") == 3604576625912036053


def test_a_key_tells_numbers_from_words() -> None:
    assert key_of("a", 1) != key_of("a", "1")


def test_a_key_has_63_bits() -> None:
    assert all(0 <= key_of("x", number) < 2**63 for number in range(1000))


def test_the_first_values_of_a_stream_are_fixed() -> None:
    found = draws(seed=3, step=5).child("latents").integers(1000, 4)
    assert found.tolist() == [567, 473, 284, 607]


@pytest.mark.parametrize("method", ["uniform", "normal"])
def test_a_draw_is_a_function_of_seed_step_and_path(method: str) -> None:
    def one(seed: int, step: int, name: str) -> Tensor:
        return getattr(draws(seed, step).child(name), method)(4, 3)

    assert torch.equal(one(1, 2, "a"), one(1, 2, "a"))
    others = [one(2, 2, "a"), one(1, 3, "a"), one(1, 2, "b")]
    assert all(not torch.equal(one(1, 2, "a"), other) for other in others)


def test_draws_do_not_touch_the_global_generator() -> None:
    before = torch.random.get_rng_state()
    draws().normal(4)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("row", [(), (1,), (3,), (5, 7), (4, 4)])
@pytest.mark.parametrize("world", [2, 3])
def test_slices_over_ranks_are_the_global_draw(row: tuple[int, ...], world: int) -> None:
    def parts(method: str, *arguments: int) -> Tensor:
        streams = [draws(7, 3, rank=rank, world=world) for rank in range(world)]
        return torch.cat([getattr(s, method)(*arguments, 4, *row) for s in streams])

    whole = 4 * world
    assert torch.equal(parts("uniform"), draws(7, 3).uniform(whole, *row))
    assert torch.equal(parts("normal"), draws(7, 3).normal(whole, *row))
    assert torch.equal(parts("integers", 10), draws(7, 3).integers(10, whole, *row))


@pytest.mark.parametrize("rank", [{}, {"rank": 0, "world": 3}, {"rank": 2, "world": 3}], ids=str)
@pytest.mark.parametrize("step", [0, 1, 12345, 10**9, 2**40 + 7])
def test_a_step_in_a_tensor_draws_the_same(step: int, rank: dict[str, int]) -> None:
    number, tensor = draws(9, step, **rank), draws(9, torch.tensor(step), **rank)
    pairs = [(number, tensor)]
    pairs += [(n.child("a"), t.child("a")) for n, t in pairs]
    pairs += [(n.child(3, "b"), t.child(3, "b")) for n, t in pairs]
    for one, other in pairs:
        # twice: every call of a stream draws something new
        for _ in range(2):
            assert torch.equal(one.uniform(5, 2), other.uniform(5, 2))
            assert torch.equal(one.normal(5, 3), other.normal(5, 3))
            assert torch.equal(one.integers(1000, 5), other.integers(1000, 5))
        assert torch.equal(one.places(5), other.places(5))
        assert one.step.item() == other.step.item() == step
        assert one.step.dtype == other.step.dtype == torch.int64


def test_a_stream_follows_the_step_of_its_tensor() -> None:
    """The clock of an engine is one tensor; streams that are made later have later steps."""
    clock = torch.tensor(4)
    before = draws(9, clock).child("a").uniform(5)
    clock += 1
    assert torch.equal(draws(9, clock).child("a").uniform(5), draws(9, 5).child("a").uniform(5))
    assert torch.equal(before, draws(9, 4).child("a").uniform(5))
    assert clock.item() == 5


def test_places_are_the_rows_of_the_global_batch() -> None:
    assert draws().places(3).tolist() == [0, 1, 2]
    found = [draws(rank=rank, world=3).child("a").places(2).tolist() for rank in range(3)]
    assert found == [[0, 1], [2, 3], [4, 5]]
    assert draws().places(3).dtype == torch.int64


@pytest.mark.parametrize("row", [3, 4])
def test_the_first_rows_do_not_depend_on_the_count(row: int) -> None:
    assert torch.equal(draws().normal(100, row)[:7], draws().normal(7, row))
    assert torch.equal(draws().uniform(100, row)[:7], draws().uniform(7, row))


def test_every_call_draws_something_new() -> None:
    stream = draws()
    first, second = stream.uniform(8), stream.uniform(8)
    assert not torch.equal(first, second)
    again = draws()
    assert torch.equal(first, again.uniform(8))
    assert torch.equal(second, again.uniform(8))


def test_a_child_does_not_depend_on_the_calls_of_its_parent() -> None:
    parent = draws()
    before = parent.child("a").uniform(4)
    parent.uniform(4)
    assert torch.equal(parent.child("a").uniform(4), before)


def test_a_child_of_a_child_is_a_child_of_two_names() -> None:
    assert torch.equal(draws().child("a").child("b").uniform(4), draws().child("a", "b").uniform(4))


def test_child_streams_do_not_collide() -> None:
    names: list[tuple[str | int, ...]] = [
        (),
        ("a",),
        ("b",),
        ("a", "b"),
        ("b", "a"),
        ("ab",),
        ("call", 0),
        ("call",),
        (0,),
        ("0",),
        (0, "call"),
        ("a", "call", 0),
    ]
    firsts = [draws().child(*name).integers(2**31, 4).tolist() for name in names]
    assert len({tuple(first) for first in firsts}) == len(names)


def test_steps_seeds_and_streams_never_share_a_first_word() -> None:
    found = {
        int(draws(seed, step).child(name).integers(2**31, 2)[0]) * 2**31
        + int(draws(seed, step).child(name).integers(2**31, 2)[1])
        for seed, step, name in itertools.product(range(12), range(12), "abcdefgh")
    }
    assert len(found) == 12 * 12 * 8


def test_scalars_and_empty_draws_have_their_shapes() -> None:
    assert draws().uniform().shape == ()
    assert draws().normal().shape == ()
    assert draws().normal(0, 3).shape == (0, 3)
    assert draws().integers(5, 2, 3, 4).shape == (2, 3, 4)


def test_types_are_those_of_torch() -> None:
    assert draws().uniform(1).dtype == draws().normal(1).dtype == torch.float32
    assert draws().integers(5, 1).dtype == torch.int64


@pytest.mark.usefixtures("double")
def test_floats_have_the_default_type() -> None:
    values = draws().uniform(10_000)
    assert values.dtype == draws().normal(1).dtype == torch.float64
    assert bool((values * 2**24 != (values * 2**24).round()).any())
    assert 0 <= float(values.min()) <= float(values.max()) < 1


@pytest.mark.usefixtures("double")
def test_doubles_are_close_to_floats() -> None:
    precise = draws().uniform(100)
    torch.set_default_dtype(torch.float32)
    assert float((precise - draws().uniform(100)).abs().max()) <= 2**-24


def test_draws_are_delivered_where_asked() -> None:
    assert CounterDraws(0, 0, deliver="meta").uniform(3).device.type == "meta"


def test_uniform_values_fill_the_unit_interval_evenly() -> None:
    values = draws(1).uniform(COUNT)
    assert 0 <= float(values.min()) <= float(values.max()) < 1
    assert float(values.mean()) == pytest.approx(0.5, abs=0.003)
    assert float(values.var()) == pytest.approx(1 / 12, abs=0.001)
    assert chi_square(torch.histc(values, 100, 0, 1)) < 160


@pytest.mark.parametrize("row", [1, 2, 3])
def test_normal_values_have_the_moments_of_the_normal_distribution(row: int) -> None:
    values = draws(2).normal(COUNT // row, row)
    assert float(values.mean()) == pytest.approx(0, abs=0.01)
    assert float(values.var()) == pytest.approx(1, abs=0.015)
    assert float((values**3).mean()) == pytest.approx(0, abs=0.03)
    assert float((values**4).mean()) == pytest.approx(3, abs=0.1)
    assert float((values.abs() < 1).float().mean()) == pytest.approx(0.6827, abs=0.005)


def test_normal_values_are_evenly_distributed_over_quantiles() -> None:
    values = draws(3).normal(COUNT // 2, 2)
    quantiles = 0.5 * (1 + torch.erf(values / math.sqrt(2)))
    assert chi_square(torch.histc(quantiles, 50, 0, 1)) < 95


def test_the_two_values_of_one_word_are_uncorrelated() -> None:
    pairs = draws(4).normal(COUNT, 2)
    assert abs(correlation(pairs[:, 0], pairs[:, 1])) < 0.01
    assert abs(correlation(pairs[:, 0].square(), pairs[:, 1].square())) < 0.01


def test_neighbouring_streams_are_uncorrelated() -> None:
    base = draws(5, 5).child("a").normal(COUNT)
    neighbours = [draws(6, 5).child("a"), draws(5, 6).child("a"), draws(5, 5).child("b")]
    for other in neighbours:
        assert abs(correlation(base, other.normal(COUNT))) < 0.01


def test_rows_and_steps_are_uncorrelated() -> None:
    steps = torch.stack([draws(0, step).uniform(64) for step in range(1000)])
    assert abs(correlation(steps[1:], steps[:-1])) < 0.02
    assert abs(correlation(steps[:, 1:], steps[:, :-1])) < 0.02
    assert float(steps.mean(0).sub(0.5).abs().max()) < 0.05
    assert float(steps.mean(1).sub(0.5).abs().max()) < 0.18


@pytest.mark.parametrize("high", [1, 2, 3, 10, 1000])
def test_integers_are_unbiased_and_in_range(high: int) -> None:
    values = draws(6).integers(high, COUNT)
    counts = torch.bincount(values, minlength=high).float()
    assert len(counts) == high
    assert chi_square(counts) < high + 6 * math.sqrt(2 * high)


def test_integers_reach_the_highest_bound() -> None:
    values = draws(7).integers(2**31, COUNT)
    assert 0 <= int(values.min()) < 2**17
    assert 2**31 - 2**17 < int(values.max()) < 2**31


def chi_square(counts: Tensor) -> float:
    expected = counts.sum() / len(counts)
    return float(((counts - expected) ** 2 / expected).sum())


def correlation(a: Tensor, b: Tensor) -> float:
    return float(torch.corrcoef(torch.stack([a.flatten(), b.flatten()]))[0, 1])
