"""A critic with further heads."""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from zoo_core.interfaces import Discriminator, Head


class WithHeads(Discriminator):
    """Add what further heads say of a critic's features to its scores.

    For a linear head that is the same as features that are longer by what the others read.

    Args:
        critic: what is wrapped.
        heads: name to head, prepared for the critic's features.
    """

    def __init__(self, critic: Discriminator, heads: Mapping[str, Head]) -> None:
        super().__init__()
        self.critic = critic
        self.heads = nn.ModuleDict(heads)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return self.critic.features(images, labels)

    def head(self, features: Tensor) -> Tensor:
        scores = self.critic.head(features)
        for head in self.heads.values():
            added: Tensor = head(features)
            scores = scores + added.reshape(-1, *[1] * (scores.ndim - 1))
        return scores
