"""VAE-GAN: a learned similarity in place of pixels (Larsen et al. 2016, arXiv:1512.09300)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from torch import Tensor, nn

from zoo_core import Between
from zoo_core.interfaces import (
    DUEL,
    Batch,
    Discriminator,
    Draws,
    GameParts,
    Play,
    Player,
    Role,
    Round,
    Task,
    Terms,
    in_full,
)
from zoo_plugin_autoencoder.coding import Coding, refuse_labels
from zoo_plugin_autoencoder.gaussians import drawn, normal_kl
from zoo_plugin_autoencoder.vae import prior_of


class VAEGAN(Coding):
    """Three players move at once, each by its own gradients (algorithm 1).

    The encoder minimises the divergence of its codes and the distance of reconstructions from
    images in the critic's features, the generator that distance and the loss against the critic,
    and the critic its own loss. Reconstructions and samples both are its fakes.

    Args:
        similarity: weight of the distance in the generator's move (gamma in the paper), which is
            half the mean square over features.
        beta: weight of the divergence in the encoder's move, a feature.
    """

    needs: ClassVar[frozenset[str]] = (DUEL | {"sampler", "encoder"}) - {"condition"}
    log_variance: ClassVar[bool] = True

    def __init__(
        self,
        *,
        parts: GameParts,
        similarity: Annotated[float, Between(0, 10000)] = 1.0,
        beta: Annotated[float, Between(0, 1000)] = 1.0,
    ) -> None:
        super().__init__(parts=parts, sampler=parts.sampler)
        critic = parts.nets["discriminator"]
        if not isinstance(critic, Discriminator):
            raise TypeError("the game vae-gan is played against a Discriminator")
        refuse_labels(critic, "critic")
        self.prior_std = prior_of(parts.sampler, "vae-gan")
        self.duel = parts.duel(self.generator, critic)
        self.similarity, self.beta = similarity, beta

    @classmethod
    def roles(cls, task: Task) -> Mapping[str, Role]:
        return {**super().roles(task), "discriminator": Role(part="critic", image=task.image)}

    def moves(self) -> Mapping[str, int]:
        return {"critic": 1, "generator": 1}

    def players(self) -> Mapping[str, Player]:
        return {**super().players(), "critic": Player((self.duel.critic,))}

    def nets(self) -> Mapping[str, nn.Module]:
        return {**super().nets(), "discriminator": self.duel.critic}

    def play(self, current: Round) -> Play:
        real, rng = Batch(current.real[0]["images"].images), current.rng
        mean, log_variance = map(in_full, self.encoder(real.images))
        codes = drawn(mean, log_variance, rng.child("codes"))
        again = Batch(self.duel.generate(codes, None), latents=codes)
        prior = self.sampler(len(real), rng.child("latents"), real.images.device)
        fresh = Batch(self.duel.generate(prior, None), latents=prior)
        distance, features = self._distance(real.images, again.images)
        rate = self.beta * normal_kl(mean, log_variance, std=self.prior_std).mean() / features
        made = Terms({"distance": self.similarity * distance})
        yield {
            "critic": self._duels("critic", real, again.detached(), fresh.detached(), current),
            "encoder": Terms({"rate": rate, "distance": distance}),
            "generator": made.add(self._duels("generator", real, again, fresh, current)),
        }

    def picture_rows(self, held_out: Mapping[str, Batch]) -> tuple[str, ...]:
        return (*super().picture_rows(held_out), "samples")

    def shown(
        self, nets: Mapping[str, nn.Module], rng: Draws, images: Tensor
    ) -> tuple[Tensor, ...]:
        samples = self.sample(nets, rng.child("samples"), count=len(images))
        return (*super().shown(nets, rng, images), samples)

    def _distance(self, images: Tensor, again: Tensor) -> tuple[Tensor, int]:
        """Return half the mean square between features (equation 7), and how many there are."""
        true, made = (in_full(self.duel.critic.features(each, None)) for each in (images, again))
        return (true - made).square().mean() / 2, true[0].numel()

    def _duels(self, player: str, real: Batch, again: Batch, fresh: Batch, current: Round) -> Terms:
        """Return the terms against both sorts of fakes; penalties look at reconstructions."""
        rng = current.rng.child(player)
        found = self.duel.terms(
            player, real, again, rng.child("again"), due=current.due.names(player)
        )
        drawn_ones = self.duel.terms(player, real, fresh, rng.child("fresh"), due=())
        return found.add(drawn_ones, "fresh.")
