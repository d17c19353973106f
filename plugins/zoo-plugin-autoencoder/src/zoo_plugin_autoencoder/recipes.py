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
)
