"""Tried configurations. Imports no torch."""

from __future__ import annotations

from zoo_core import Recipe

_PLAYER = {"optimizer": "adam", "lr": 3e-3, "betas": (0.9, 0.999), "schedule": "linear"}

DIGITS = Recipe(
    parts={
        "game": "vae",
        "generator": "dcgan",
        "encoder": "conv",
        "sampler": "normal",
        "data": "digits",
    },
    for_parts={"game": "vae"},
    options={
        "game": {"likelihood": "bernoulli", "beta": 1.0, "warmup": 300},
        "generator": {**_PLAYER, "width": 16},
        "encoder": {**_PLAYER, "width": 16},
        "run": {
            "size": "32x32",
            "steps": 1500,
            "batch": 64,
            "latent_dim": 12,
            "ema_images": 3000,
            "log_every": 50,
            "sample_every": 300,
            "checkpoint_every": 300,
        },
    },
    source=(
        "the variational autoencoder (arXiv:1312.6114) with the nets of DCGAN (arXiv:1511.06434); "
        "the values are ours"
    ),
    departures=(
        "the divergence rises to its full weight within 300 steps; the paper has it at once",
        "Adam with a learning rate that falls linearly to 0; the paper takes AdaGrad",
        "pictures from a moving average of both nets, which the paper does not keep",
    ),
    reaches=(
        "FID 94 of 1,000 samples against the held-out digits, in the features of "
        "digit-classifier (one seed), all ten digits",
        "held-out images at 0.43 bits a pixel, as black and white ones, and a mean squared error "
        "of 0.016",
    ),
    minutes=3.0,
    picture="pictures/vae-digits.png",
)
"""Digits made again, and readable samples, in minutes on two cores."""
