from __future__ import annotations

import math

import pytest
import torch

from zoo_core import ZooError
from zoo_core.builtin.losses import Minimax, NonSaturating
from zoo_core.config.options import checked, options_of
from zoo_core.interfaces import Loss, Scores, Terms

REAL = Scores(torch.tensor([0.0, 1.0, 2.0]))
FAKE = Scores(torch.tensor([-1.0, 0.0, 3.0]))
# by hand: log(2), log(1 + e^-1), log(1 + e^-2) and so on
REAL_TERM = (0.693147 + 0.313262 + 0.126928) / 3
FAKE_TERM = (0.313262 + 0.693147 + 3.048587) / 3
FOOLING_TERM = (1.313262 + 0.693147 + 0.048587) / 3


def values(terms: Terms) -> dict[str, float]:
    return {name: loss.item() for name, loss in terms.losses.items()}


@pytest.mark.parametrize("loss", [NonSaturating(), Minimax()])
def test_the_critic_classifies(loss: Loss) -> None:
    found = values(loss.critic(REAL, FAKE))
    assert found == pytest.approx({"real": REAL_TERM, "fake": FAKE_TERM}, abs=1e-5)


def test_the_generator_maximises_the_log_of_fooling() -> None:
    found = NonSaturating().generator(FAKE, None)
    assert values(found) == pytest.approx({"fake": FOOLING_TERM}, abs=1e-5)


def test_the_minimax_generator_minimises_the_log_of_being_found() -> None:
    assert values(Minimax().generator(FAKE, None)) == pytest.approx({"fake": -FAKE_TERM}, abs=1e-5)


@pytest.mark.parametrize("kind", [NonSaturating, Minimax])
def test_smoothing_moves_the_target_of_real_images(kind: type[NonSaturating]) -> None:
    total = kind(smoothing=0.1).critic(REAL, FAKE).total.item()
    # cross entropy against 0.9 of the logits 0, 1 and 2
    losses = [0.9 * math.log(1 + math.exp(-x)) + 0.1 * math.log(1 + math.exp(x)) for x in (0, 1, 2)]
    assert total == pytest.approx(sum(losses) / 3 + FAKE_TERM, abs=1e-5)


def test_no_smoothing_adds_no_term() -> None:
    assert NonSaturating().critic(REAL, FAKE).losses.keys() == {"real", "fake"}


def test_patches_are_averaged() -> None:
    patches = Scores(torch.zeros(2, 3, 3))
    assert values(NonSaturating().critic(patches, patches)) == pytest.approx(
        {"real": math.log(2), "fake": math.log(2)}
    )


def test_large_logits_stay_finite() -> None:
    far = Scores(torch.tensor([1e4, -1e4]))
    found = Minimax().critic(far, far).total + Minimax().generator(far, None).total
    assert math.isfinite(found.item())


def test_the_total_is_the_sum_of_the_losses() -> None:
    terms = Terms({"a": torch.tensor(1.0), "b": torch.tensor([2.0])})
    assert terms.total.item() == 3.0


def test_terms_are_merged_under_a_prefix_and_scaled() -> None:
    terms = Terms({"a": torch.tensor(1.0)})
    other = Terms({"a": torch.tensor(2.0)}, {"note": torch.tensor(3.0)})
    terms.add(other, prefix="other.", scale=4.0)
    assert values(terms) == {"a": 1.0, "other.a": 8.0}
    assert terms.notes["other.note"].item() == 3.0


def test_two_terms_of_one_name_are_refused() -> None:
    terms = Terms({"a": torch.tensor(1.0)})
    with pytest.raises(ZooError) as caught:
        terms.add(Terms({"a": torch.tensor(2.0)}))
    assert caught.value.message == "two parts of one move both have a term named 'a'"
    assert caught.value.hint == "rename the term in one of them"


def test_smoothing_has_bounds() -> None:
    with pytest.raises(ZooError) as caught:
        checked(options_of(NonSaturating), {"smoothing": 0.6}, "loss 'non-saturating'")
    assert caught.value.message == "loss 'non-saturating' cannot take 0.6 for 'smoothing'"
    assert caught.value.hint == "smoothing is float from 0 to 0.5"
