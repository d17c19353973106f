"""InfoGAN (Chen et al. 2016, arXiv:1606.03657, sections 5 and 6, appendix C.1)."""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from zoo_core import Between
from zoo_core.interfaces import Condition, Draws, Terms, Turn
from zoo_plugin_conditional.labels import one_hot
from zoo_plugin_conditional.pooling import feature_count, flattened

HIDDEN = 128
LEAK = 0.1
Variance = Literal["unit", "learned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """What the reader says of the codes of images: a distribution of each.

    Args:
        category: (N, categories) logits of the categorical code.
        mean: (N, continuous) of the Gaussian of each continuous code.
        log_variance: (N, continuous), zeros for unit variance.
    """

    category: Tensor
    mean: Tensor
    log_variance: Tensor


class Reader(nn.Module):
    """Q of the paper: read the codes from features and their places.

    Shapes:
        features (N, F) or (N, F, h, w) -> (N, outputs).
    """

    def __init__(self, features: int, outputs: int) -> None:
        super().__init__()
        self.hidden = nn.Linear(features, HIDDEN)
        # not the paper's batch norm: an image's codes do not depend on the others of its batch
        self.norm = nn.LayerNorm(HIDDEN)
        self.activation = nn.LeakyReLU(LEAK)
        self.codes = nn.Linear(HIDDEN, outputs)

    def forward(self, features: Tensor) -> Tensor:
        hidden = self.activation(self.norm(self.hidden(flattened(features))))
        codes: Tensor = self.codes(hidden)
        return codes


class InfoGAN(Condition):
    """Codes among the latents that a reader finds again in the images; no labels.

    The generator's latents are noise, then one categorical code as a one among zeros, then the
    continuous codes, uniform over [-1, 1). The reader Q sees the critic's features and maximises
    L_I = E[log Q(c | G(z, c))] + H(c), a lower bound of the mutual information of codes and images
    (equation 5). The terms are -E[log Q], the cross entropy of the category and the negative log
    likelihood of a factored Gaussian. The notes are `information`, L_I of the categorical code in
    nats, at most log(categories), and `code accuracy`, how often its likeliest value is the right
    one.

    In the paper Q and the critic share one body, and one update of both lowers the terms. Here Q is
    the generator's player's: its move trains Q and the generator by them, and the critic's move,
    which has the same terms, trains the body that Q reads. All weights have the paper's gradients;
    Q has the generator's learning rate, and moves when the generator does.

    Args:
        categories: values of the categorical code.
        continuous: how many continuous codes.
        categorical_weight: lambda of the paper for the categorical code.
        continuous_weight: lambda of the paper for the continuous codes.
        variance: of the reader's Gaussians: one, or learned for each image and code.

    Shapes:
        latents (N, n) -> (N, n + categories + continuous); features (N, F) or (N, F, h, w).

    Raises:
        ZooError: features of another form.
    """

    hides_labels: ClassVar[bool] = True

    def __init__(
        self,
        *,
        categories: Annotated[int, Between(2, 1000)] = 10,
        continuous: Annotated[int, Between(0, 1000)] = 2,
        categorical_weight: Annotated[float, Between(0, 1e6)] = 1.0,
        continuous_weight: Annotated[float, Between(0, 1e6)] = 0.1,
        variance: Variance = "unit",
    ) -> None:
        super().__init__()
        self.categories, self.continuous = categories, continuous
        self.categorical_weight = categorical_weight
        self.continuous_weight = continuous_weight
        self.learned = variance == "learned"

    def latent_dim(self, count: int) -> int:
        return count + self.categories + self.continuous

    def prepare(self, features: tuple[int, ...]) -> None:
        length = feature_count(features, owner="condition 'infogan'")
        outputs = self.categories + (2 if self.learned else 1) * self.continuous
        self.generator_side.add_module("reader", Reader(length, outputs))

    def latents(self, latents: Tensor, labels: Tensor | None, rng: Draws) -> Tensor:
        count = latents.shape[0]
        category = rng.integers(self.categories, count)
        return self.with_codes(latents, category, rng.uniform(count, self.continuous) * 2 - 1)

    def with_codes(self, latents: Tensor, category: Tensor, continuous: Tensor) -> Tensor:
        """Return the generator's input for chosen codes.

        Shapes:
            latents (N, n), category (N,) int64, continuous (N, continuous) -> (N, latent_dim(n)).
        """
        chosen = one_hot(category, self.categories, latents)
        return torch.cat([latents, chosen, continuous.to(latents.dtype)], 1)

    def read(self, features: Tensor) -> Codes:
        """Return what the reader says of a critic's features, (N, F) or (N, F, h, w)."""
        found: Tensor = self.generator_side.get_submodule("reader")(features)
        category, mean, spread = found.float().tensor_split(
            (self.categories, self.categories + self.continuous), 1
        )
        return Codes(
            category=category,
            mean=mean,
            log_variance=spread if self.learned else torch.zeros_like(mean),
        )

    def terms(self, turn: Turn) -> Terms:
        if turn.fake_scores.features is None or turn.fake.latents is None:
            raise AssertionError("a critic has features, and codes are among the latents")
        chosen, continuous = self._codes(turn.fake.latents)
        codes = self.read(turn.fake_scores.features)
        entropy = cross_entropy(codes.category, chosen)
        notes = {
            "information": math.log(self.categories) - entropy,
            "code accuracy": (codes.category.argmax(1) == chosen.argmax(1)).float().mean(),
        }
        losses = {"category": self.categorical_weight * entropy}
        if self.continuous:
            losses["codes"] = self.continuous_weight * _surprise(codes, continuous)
        return Terms(losses, notes)

    def _codes(self, latents: Tensor) -> tuple[Tensor, Tensor]:
        """Return the categorical code (N, categories) and the continuous ones."""
        _, codes = latents.tensor_split((-self.categories - self.continuous,), 1)
        return codes[:, : self.categories], codes[:, self.categories :]


def _surprise(codes: Codes, values: Tensor) -> Tensor:
    """Return the mean negative log likelihood of values (N, continuous), a scalar in nats."""
    squares = (values - codes.mean).square() / codes.log_variance.exp()
    each = 0.5 * (squares + codes.log_variance + math.log(2 * math.pi))
    return each.sum(1).mean()
