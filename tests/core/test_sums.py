from __future__ import annotations

import pytest
import torch
from torch import Tensor

from zoo_core import ZooError
from zoo_core.engine.scalars import Sums

CPU = torch.device("cpu")


def scalars(*values: float) -> list[Tensor]:
    return [torch.tensor(value) for value in values]


def test_a_scalar_is_its_mean() -> None:
    sums = Sums()
    for value in (1.0, 2.0, 6.0):
        sums.add(["loss"], scalars(value))
    assert sums.take() == {"loss": 3.0}


def test_scalars_may_come_in_different_company_and_number() -> None:
    sums = Sums()
    sums.add(["a", "b"], scalars(1, 10))
    sums.add(["a"], scalars(4))
    sums.add(["b", "c"], scalars(20, 5))
    sums.add(["a", "b"], scalars(1, 30))
    assert sums.take() == {"a": 2.0, "b": 20.0, "c": 5.0}


def test_taking_begins_anew() -> None:
    sums = Sums()
    sums.add(["a"], scalars(1))
    sums.take()
    assert sums.take() == {}


def test_nothing_can_be_added() -> None:
    sums = Sums()
    sums.add([], [])
    assert sums.take() == {}


def test_gradients_and_types_do_not_matter() -> None:
    sums = Sums()
    values = [torch.tensor(1.0, requires_grad=True), torch.tensor(2, dtype=torch.float64)]
    sums.add(["a", "b"], values)
    assert sums.take() == {"a": 1.0, "b": 2.0}


def test_the_tensors_that_were_added_are_not_changed() -> None:
    sums = Sums()
    first = torch.tensor(1.0)
    sums.add(["a"], [first])
    sums.add(["a"], scalars(5))
    assert first.item() == 1.0


def test_the_state_goes_on_where_it_was() -> None:
    sums, again = Sums(), Sums()
    sums.add(["a", "b"], scalars(0.1, 10))
    sums.add(["a"], scalars(0.7))
    again.add(["old"], scalars(3))
    again.load_state(sums.state(), CPU)
    for one in (sums, again):
        one.add(["a", "b"], scalars(0.3, 20))
    assert again.take() == sums.take()


def test_sums_that_were_taken_stay_in_the_state_as_zeros() -> None:
    sums, again = Sums(), Sums()
    sums.add(["a", "b"], scalars(1, 2))
    sums.take()
    assert {name: values.tolist() for name, values in sums.state().items()} == {"a,b": [0, 0, 0]}
    again.load_state(sums.state(), CPU)
    assert again.take() == {}


def test_any_name_is_plain_text_in_a_state() -> None:
    names = ["critic.D(real)", "a, b", "two\nlines", "1 + 1 = 100%", "Größe"]
    sums, again = Sums(), Sums()
    sums.add(names, scalars(1, 2, 3, 4, 5))
    (text,) = sums.state()
    assert text.isprintable()
    assert text.isascii()
    assert text.startswith("critic.D(real),")
    again.load_state(sums.state(), CPU)
    assert again.take() == dict(zip(names, (1, 2, 3, 4, 5), strict=True))


def test_sums_of_another_shape_are_refused() -> None:
    with pytest.raises(ZooError) as caught:
        Sums().load_state({"a,b": torch.zeros(2)}, CPU)
    assert caught.value.message == "the sums of 'a,b' have the shape (2,), and not (3,)"
    assert caught.value.hint == "resume from the checkpoint as it was written"


def test_the_state_of_nothing_is_empty() -> None:
    sums = Sums()
    sums.load_state(Sums().state(), CPU)
    assert sums.take() == {}


def test_counts_in_a_state_are_exact() -> None:
    sums = Sums()
    for _ in range(1000):
        sums.add(["a"], scalars(1))
    (state,) = sums.state().values()
    assert state.tolist() == [1000.0, 1000.0]
    assert state.dtype == torch.float64
    assert sums.take()["a"] == pytest.approx(1.0)


def test_a_restored_state_is_read_in_the_same_order() -> None:
    kept, restored = Sums(), Sums()
    for name in ("generator.loss", "critic.loss", "critic.r1"):
        kept.add([name], [torch.tensor(1.0)])
    state = kept.state()
    restored.load_state({name: state[name] for name in sorted(state)}, torch.device("cpu"))
    assert list(kept.take()) == list(restored.take())
