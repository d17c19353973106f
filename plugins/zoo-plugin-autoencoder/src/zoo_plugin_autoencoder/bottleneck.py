"""Autoencoders without a prior: plain, denoising and sparse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

import torch
from torch import Tensor, nn

from zoo_core import Between
from zoo_core.interfaces import Batch, Draws, GameParts, Play, Round, Terms, in_full
from zoo_plugin_autoencoder.coding import Coding
from zoo_plugin_autoencoder.gaussians import FittedNormal

Noise = Literal["gaussian", "salt-and-pepper", "masking"]

EDGE = 1e-6


class Autoencoder(Coding):
    """Make images again from fewer numbers than they have (Hinton and Salakhutdinov 2006).

    It has no prior: samples are drawn from a Gaussian fitted to the codes of the training images.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"encoder"})
    unit: ClassVar[bool] = False

    sampler: FittedNormal

    def __init__(self, *, parts: GameParts) -> None:
        sampler = FittedNormal(latent_dim=parts.task.latent_dim, unit=self.unit)
        super().__init__(parts=parts, sampler=sampler)

    def play(self, current: Round) -> Play:
        images = current.real[0]["images"].images
        codes = self.encode(self.nets(), self.seen(images, current.rng), current.rng)
        self.sampler.observe(codes)
        away = in_full(self.generator(codes, None)) - images
        terms = Terms({"squares": away.square().mean()})
        terms.add(self.code_terms(codes))
        yield {"encoder": terms, "generator": terms}

    def seen(self, images: Tensor, rng: Draws) -> Tensor:
        """Return what the encoder sees of images in training."""
        return images

    def code_terms(self, codes: Tensor) -> Terms:
        """Return what is asked of the codes."""
        return Terms()


class Denoising(Autoencoder):
    """Make clean images from corrupted ones (Vincent et al. 2008, doi:10.1145/1390156.1390294).

    Args:
        noise: gaussian is added, salt-and-pepper makes pixels black or white, masking black.
        amount: standard deviation of the Gaussian, with values in [-1, 1]; otherwise the share
            of pixels.
    """

    def __init__(
        self,
        *,
        parts: GameParts,
        noise: Noise = "gaussian",
        amount: Annotated[float, Between(0, 1)] = 0.5,
    ) -> None:
        super().__init__(parts=parts)
        self.noise, self.amount = noise, amount

    def seen(self, images: Tensor, rng: Draws) -> Tensor:
        return corrupted(images, rng.child("corrupted"), noise=self.noise, amount=self.amount)

    def picture_rows(self, held_out: Mapping[str, Batch]) -> tuple[str, ...]:
        return ("held out", "corrupted", "cleaned")

    def shown(
        self, nets: Mapping[str, nn.Module], rng: Draws, images: Tensor
    ) -> tuple[Tensor, ...]:
        seen = self.seen(images, rng.child("pictures"))
        return images, seen, self.reconstruct(nets, seen, rng.child("pictures"))


class Sparse(Autoencoder):
    """Few units are active for an image: their mean activation is drawn to `rho` (Ng 2011).

    Activations are in (0, 1), and the penalty is the sum over units of the divergence of a coin
    with their mean activation in the batch from one with `rho`. A part of a batch (`--microbatch`)
    and a process have means of their own.

    Args:
        rho: the mean activation that is asked for.
        weight: of the penalty, which is the mean over units.
    """

    unit: ClassVar[bool] = True

    def __init__(
        self,
        *,
        parts: GameParts,
        rho: Annotated[float, Between(0.001, 0.999)] = 0.05,
        weight: Annotated[float, Between(0, 10000)] = 0.1,
    ) -> None:
        super().__init__(parts=parts)
        self.rho, self.weight = rho, weight

    def encode(self, nets: Mapping[str, nn.Module], images: Tensor, rng: Draws) -> Tensor:
        return super().encode(nets, images, rng).sigmoid()

    def code_terms(self, codes: Tensor) -> Terms:
        mean = codes.mean(0)
        penalty = self.weight * sparse_kl(mean, self.rho).mean()
        return Terms({"sparsity": penalty}, {"activation": mean.detach().mean()})


def corrupted(images: Tensor, rng: Draws, *, noise: Noise, amount: float) -> Tensor:
    """Return images (N, C, H, W) with noise, within [-1, 1]; a pixel's channels are hit together.

    Args:
        images: in [-1, 1].
        rng: where the noise comes from.
        noise: its kind.
        amount: standard deviation, or share of pixels.
    """
    if noise == "gaussian":
        noisy = images + amount * rng.normal(*images.shape).to(images)
        return noisy.clamp(-1, 1)
    count, _, height, width = images.shape
    hit = rng.child("hit").uniform(count, 1, height, width).to(images) < amount
    black = torch.full_like(images, -1.0)
    if noise == "masking":
        return torch.where(hit, black, images)
    white = rng.child("white").uniform(count, 1, height, width).to(images) < 0.5
    return torch.where(hit, torch.where(white, -black, black), images)


def sparse_kl(mean: Tensor, rho: float) -> Tensor:
    """Return KL of a coin with `rho` from coins with the means, in nats.

    rho log(rho / mean) + (1 - rho) log((1 - rho) / (1 - mean)).

    Shapes:
        mean (D,) in [0, 1] -> (D,).
    """
    mean = mean.clamp(EDGE, 1 - EDGE)
    return rho * (rho / mean).log() + (1 - rho) * ((1 - rho) / (1 - mean)).log()
