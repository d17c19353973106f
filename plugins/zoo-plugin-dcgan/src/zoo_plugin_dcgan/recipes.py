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
        "data": "digits",
    },
    for_parts={"generator": "dcgan", "loss": "wgan-gp"},
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
        "WGAN-GP (arXiv:1704.00028) with the nets of DCGAN (arXiv:1511.06434); the values come "
        "from a search on these digits, which docs/first-recipe.md tells"
    ),
    departures=(
        "1 critic step per generator step, where the paper takes 5",
        "the generator moves against the critic's last images, where the paper draws new ones",
        "learning rate 2e-3 falling linearly to 0, where the paper keeps 1e-4",
        "batch 32, where the paper takes 64",
        "pictures from a moving average of the generator, which the paper does not keep",
        "width 16 instead of DCGAN's 64, so that it learns in minutes on a CPU",
    ),
    reaches=(
        "FID 19 to 23 of 1,000 samples against the held-out digits, in the features of "
        "digit-classifier (three seeds); copies of training digits have 7",
        "all ten digits, 0.007 to 0.013 nats from their shares in the data",
    ),
    minutes=3.0,
    picture="pictures/dcgan-digits.png",
)
"""Readable digits in minutes on two cores; docs/first-recipe.md says what was tried."""
