"""The variational autoencoder (Kingma and Welling 2014, arXiv:1312.6114)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import torch
from torch import Tensor, nn

from zoo_core import Between, ZooError
from zoo_core.interfaces import (
    Batch,
    Draws,
    GameParts,
    Play,
    Player,
    Round,
    Sampler,
    Terms,
    in_full,
)
from zoo_plugin_autoencoder.coding import Coding
from zoo_plugin_autoencoder.gaussians import drawn, normal_kl
from zoo_plugin_autoencoder.likelihoods import Bernoulli, Gaussian, Likelihood, check_range

DRAWS = 8
"""Draws of latents by which an image's bound is estimated."""


class VAE(Coding):
    """Maximise a bound on the log-likelihood (equation 10), reparameterised.

    Terms are in nats a value: `distortion` is minus the log-likelihood of an image given its
    latents, `rate` the divergence of these from the sampler's Gaussian. `bits_per_dim` is the bound
    itself, with beta 1: the bits that a code for the images would need a value, at most.

    Args:
        likelihood: of a value, given the decoder's: that of a coin, for images that are nearly
            black and white, or Gaussian around it.
        scale: standard deviation of the Gaussian; learned if none.
        beta: weight of the divergence (beta-VAE); 1 is the bound.
        warmup: steps over which that weight rises from 0.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder", "sampler"})
    log_variance: ClassVar[bool] = True

    def __init__(
        self,
        *,
        parts: GameParts,
        likelihood: Literal["bernoulli", "gaussian"] = "bernoulli",
        scale: Annotated[float | None, Between(1e-4, 10)] = None,
        beta: Annotated[float, Between(0, 1000)] = 1.0,
        warmup: Annotated[int, Between(0, 10_000_000)] = 0,
    ) -> None:
        super().__init__(parts=parts, sampler=parts.sampler)
        self.prior_std = prior_of(parts.sampler, "vae")
        coin = likelihood == "bernoulli"
        self.likelihood: Likelihood = Bernoulli() if coin else Gaussian(scale=scale)
        self.beta, self.warmup = beta, warmup

    def players(self) -> Mapping[str, Player]:
        found = super().players()
        own = Player((*found["generator"].modules, self.likelihood), averaged=True)
        return {**found, "generator": own}

    def nets(self) -> Mapping[str, nn.Module]:
        state = {"likelihood": self.likelihood} if self.likelihood.state_dict() else {}
        return {**super().nets(), **state}

    def play(self, current: Round) -> Play:
        images = current.real[0]["images"].images
        distortion, rate = self.bound(self.nets(), images, current.rng)
        values = images[0].numel()
        bits = (distortion + rate).mean() / (values * math.log(2))
        terms = Terms(
            {
                "distortion": distortion.mean() / values,
                "rate": self.rate_weight(current.step) * rate.mean() / values,
            },
            {"bits_per_dim": bits.detach(), "kl": rate.mean().detach()},
        )
        yield {"encoder": terms, "generator": terms}

    def rate_weight(self, step: Tensor) -> Tensor | float:
        """Return the weight of the divergence at a step, which is a tensor."""
        if not self.warmup:
            return self.beta
        return self.beta * ((step + 1) / self.warmup).clamp(max=1)

    def bound(
        self, nets: Mapping[str, nn.Module], images: Tensor, rng: Draws
    ) -> tuple[Tensor, Tensor]:
        """Return the two parts of minus the bound in nats, each (N,), from one draw of latents."""
        mean, log_variance = map(in_full, nets["encoder"](images))
        latents = drawn(mean, log_variance, rng.child("latents"))
        likelihood = nets.get("likelihood", self.likelihood)
        made = in_full(nets["generator"](latents, None))
        target = self.likelihood.target(images, rng.child("target"))
        return likelihood(made, target), normal_kl(mean, log_variance, std=self.prior_std)

    def picture_rows(self, held_out: Mapping[str, Batch]) -> tuple[str, ...]:
        return (*super().picture_rows(held_out), "samples")

    def shown(
        self, nets: Mapping[str, nn.Module], rng: Draws, images: Tensor
    ) -> tuple[Tensor, ...]:
        samples = self.sample(nets, rng.child("samples"), count=len(images))
        return (*super().shown(nets, rng, images), samples)

    def anomalies(
        self, nets: Mapping[str, nn.Module], images: Tensor, rng: Draws
    ) -> Mapping[str, Tensor]:
        """Return the bound in bits a value, the mean over some draws, and the squared error."""
        check_range(images)
        bounds = [
            torch.add(*self.bound(nets, images, rng.child("draw", number)))
            for number in range(DRAWS)
        ]
        bits = torch.stack(bounds).mean(0) / (images[0].numel() * math.log(2))
        return {"bits_per_dim": bits, **super().anomalies(nets, images, rng)}


def prior_of(sampler: Sampler, game: str) -> float:
    """Return the standard deviation of the Gaussian that latents are drawn from.

    Raises:
        ZooError: they are not.
    """
    if not sampler.gaussian_std > 0:
        raise ZooError(
            f"game {game!r} measures codes against a Gaussian, and this sampler "
            f"({type(sampler).__name__}) draws from something else",
            hint="`--sampler normal`",
        )
    return sampler.gaussian_std
