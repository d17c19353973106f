"""Tried configurations. Imports no torch."""

from __future__ import annotations

from zoo_core import Recipe

_PLAYER = {
    "optimizer": "adam",
    "lr": 2e-3,
    "betas": (0.0, 0.9),
    "schedule": "linear",
    "width": 16,
}

DIGITS = Recipe(
    parts={
        "game": "adversarial",
        "generator": "dcgan",
        "critic": "dcgan",
        "loss": "wgan-gp",
        "penalty": "gp",
        "sampler": "normal",
        "condition": "concat",
        "data": "digits",
    },
    for_parts={"generator": "dcgan", "loss": "wgan-gp", "condition": "concat"},
    options={
        "game": {"share": True},
        "generator": _PLAYER,
        "critic": {**_PLAYER, "norm": "layer"},
        "run": {
            "size": "32x32",
            "steps": 3300,
            "batch": 32,
            "latent_dim": 32,
            "critic_steps": 1,
            "ema_images": 3000,
            "ema_warmup": 0.2,
            "log_every": 25,
            "sample_every": 300,
            "checkpoint_every": 300,
        },
    },
    source=(
        "cGAN (arXiv:1411.1784) with the nets of DCGAN (arXiv:1511.06434) and the loss of WGAN-GP "
        "(arXiv:1704.00028); the values are those of the recipe dcgan-digits"
    ),
    departures=(
        "the loss of WGAN-GP, where the paper has the first GAN's",
        "1 critic step per generator step, where WGAN-GP takes 5",
        "the generator moves against the critic's last images, where WGAN-GP draws new ones",
        "learning rate 2e-3 falling linearly to 0",
        "pictures from a moving average of the generator",
        "width 16 instead of DCGAN's 64, so that it learns in minutes on a CPU",
    ),
    reaches=(
        "99.3% of 1,000 samples are read as the label asked for, and 98.0% of the worst (seed 0)",
        "FID 9 against the held-out digits, in the features of digit-classifier; copies of "
        "training digits have 7",
    ),
    minutes=4.0,
    picture="pictures/cdcgan-digits.png",
)
"""Digits of the class that is asked for; `benchmarks/recipes.py cdcgan-digits` measures it."""
