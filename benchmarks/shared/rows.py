"""The rows of docs/results.md: what is trained on MNIST, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zoo_core.registry.kinds import ROLES

DATA = "mnist"

FLAGS = {
    "steps": "--steps",
    "batch": "--batch",
    "critic_steps": "--critic-steps",
    "seed": "--seed",
}
"""Options of the run that `zoo train` has a flag of their own for; anything else is an `-o`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One model of the page.

    Args:
        name: of its files.
        about: one sentence.
        parts: role to name.
        options: section to values; "run" has the steps.
        measure: what is measured besides the figures of all rows: "labels", "codes", "classes".
    """

    name: str
    about: str
    parts: Mapping[str, str | tuple[str, ...]]
    options: Mapping[str, Mapping[str, Any]]
    measure: str = ""

    def data(self, root: str) -> dict[str, Any]:
        """Return the data's options, with the folder of the downloaded data sets."""
        return {**self.options.get("data", {}), "root": root}

    @property
    def train_command(self) -> str:
        """Return what a user types for the same run."""
        words = ["zoo train"]
        for role, name in {**self.parts, "data": self.parts.get("data", DATA)}.items():
            words.append(f"{ROLES[role].flag} {name if isinstance(name, str) else ','.join(name)}")
        for section, values in self.options.items():
            for name, value in values.items():
                flag = FLAGS.get(name) if section == "run" else None
                words.append(f"{flag} {value}" if flag else f"-o {section}.{name}={value}")
        return " ".join(words)


SHARED = {"game": {"share": True}}
"""The generator moves against the critic's last images, which takes a pass of it less."""

SMALL = {"generator": {"width": 32}, "critic": {"width": 32}}

ROWS = (
    Row(
        name="vanilla",
        about="Two multilayer perceptrons, the non-saturating loss, all else default.",
        parts={"generator": "vanilla", "loss": "non-saturating"},
        options={**SHARED, "run": {"steps": 15_000, "seed": 0}},
    ),
    Row(
        name="mini-conv",
        about="The smallest convolutional pair, the non-saturating loss, all else default.",
        parts={"generator": "mini-conv", "loss": "non-saturating"},
        options={**SHARED, "run": {"steps": 6000, "seed": 0}},
    ),
    Row(
        name="dcgan-non-saturating",
        about="DCGAN at half its width, the loss of its paper.",
        parts={"generator": "dcgan", "loss": "non-saturating"},
        options={**SMALL, "run": {"steps": 5000, "batch": 64, "seed": 0}},
    ),
    Row(
        name="dcgan-wgan",
        about="DCGAN at half its width, the Wasserstein loss with clipped weights; ten times the "
        "learning rate of its paper, which needs more steps than fit here.",
        parts={"generator": "dcgan", "loss": "wgan"},
        options={
            "generator": {"width": 32, "lr": 5e-4},
            "critic": {"width": 32, "lr": 5e-4},
            **SHARED,
            "run": {"steps": 2500, "batch": 64, "seed": 0},
        },
    ),
    Row(
        name="dcgan-wgan-gp",
        about="DCGAN at half its width, the Wasserstein loss with a gradient penalty; one critic "
        "step and a high, falling learning rate instead of the paper's five and low, constant one.",
        parts={"generator": "dcgan", "loss": "wgan-gp"},
        options={
            "generator": {"width": 32, "lr": 1e-3, "schedule": "linear"},
            "critic": {"width": 32, "lr": 1e-3, "schedule": "linear"},
            **SHARED,
            "run": {"steps": 4000, "batch": 64, "critic_steps": 1, "seed": 0},
        },
    ),
    Row(
        name="dcgan-lsgan",
        about="DCGAN at half its width, the least-squares loss.",
        parts={"generator": "dcgan", "loss": "lsgan"},
        options={**SMALL, "run": {"steps": 5000, "batch": 64, "seed": 0}},
    ),
    Row(
        name="dcgan-hinge",
        about="DCGAN at half its width, the hinge loss with a spectrally normalised critic.",
        parts={"generator": "dcgan", "loss": "hinge"},
        options={
            "generator": {"width": 32},
            "critic": {"width": 32, "norm": "spectral"},
            "run": {"steps": 5000, "batch": 64, "seed": 0},
        },
    ),
    Row(
        name="dcgan-relativistic",
        about="DCGAN at half its width, the relativistic pairing loss with penalties on the "
        "gradient at real and at generated images.",
        parts={"generator": "dcgan", "loss": "relativistic", "penalty": ("r1", "r2")},
        options={
            "generator": {"width": 32, "lr": 5e-4, "betas": "0,0.99"},
            "critic": {"width": 32, "lr": 5e-4, "betas": "0,0.99"},
            "penalty.r1": {"weight": 1},
            "penalty.r2": {"weight": 1},
            "run": {"steps": 4000, "batch": 64, "seed": 0},
        },
    ),
    Row(
        name="dcgan-dragan",
        about="DCGAN at half its width, the non-saturating loss with the penalty of DRAGAN.",
        parts={"generator": "dcgan", "loss": "non-saturating", "penalty": "dragan"},
        options={**SMALL, "run": {"steps": 5000, "batch": 64, "seed": 0}},
    ),
    Row(
        name="cdcgan",
        about="DCGAN at half its width, told the class by `concat` (cDCGAN).",
        parts={"generator": "dcgan", "loss": "non-saturating", "condition": "concat"},
        options={**SMALL, "run": {"steps": 3000, "batch": 64, "seed": 0}},
        measure="labels",
    ),
    Row(
        name="dcgan-projection",
        about="DCGAN at half its width with a projection critic, spectral norm and the hinge loss.",
        parts={"generator": "dcgan", "loss": "hinge", "condition": "projection"},
        options={
            "generator": {"width": 32},
            "critic": {"width": 32, "norm": "spectral"},
            "run": {"steps": 3000, "batch": 64, "seed": 0},
        },
        measure="labels",
    ),
    Row(
        name="dcgan-ac",
        about="DCGAN at half its width with an auxiliary classifier that learns from real images "
        "alone; in the paper it learns from generated ones too.",
        parts={"generator": "dcgan", "loss": "non-saturating", "condition": "ac"},
        options={
            **SMALL,
            "condition": {"learn_fakes": False},
            "run": {"steps": 3000, "batch": 64, "seed": 0},
        },
        measure="labels",
    ),
    Row(
        name="infogan",
        about="The nets, codes and learning rates of the InfoGAN paper; no labels are read.",
        parts={"generator": "infogan", "loss": "non-saturating", "condition": "infogan"},
        options={**SHARED, "run": {"steps": 2000, "batch": 64, "seed": 0}},
        measure="codes",
    ),
    Row(
        name="sgan-100",
        about="The semi-supervised GAN: ten labels of each class and 59,900 images without, two "
        "multilayer perceptrons.",
        parts={
            "generator": "vanilla",
            "loss": "non-saturating",
            "condition": "sgan",
            "data": f"few-labels:{DATA}",
        },
        options={
            "data": {"count": 100, "seed": 0},
            "generator": {"lr": 5e-4},
            "critic": {"lr": 5e-4},
            **SHARED,
            "run": {"steps": 6000, "batch": 64, "seed": 0},
        },
        measure="classes",
    ),
)
