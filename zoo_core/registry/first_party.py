"""Which first-party distribution brings which name, for those that are not installed."""

from __future__ import annotations

import re

FIRST_PARTY: dict[str, dict[str, tuple[str, ...]]] = {
    "zoo-plugin-conditional": {
        "condition": ("concat", "projection", "ac", "sgan", "infogan"),
        "generator": ("infogan",),
        "discriminator": ("infogan",),
        "recipe": ("cdcgan-digits",),
        "weights": ("cdcgan.mnist-28",),
    },
    "zoo-plugin-cyclegan": {
        "generator": ("cyclegan", "pix2pix"),
        "discriminator": ("patchgan", "pixelgan"),
        "game": ("cycle", "paired"),
        "importer": ("cyclegan-original", "pix2pix-original"),
        "weights": ("cyclegan.digits-mnist-32",),
    },
    "zoo-plugin-vanilla": {
        "generator": ("vanilla", "mini-conv"),
        "discriminator": ("vanilla", "mini-conv"),
    },
    "zoo-plugin-dcgan": {
        "generator": ("dcgan", "dcgan-resize", "dcgan-subpixel"),
        "discriminator": ("dcgan",),
        "recipe": ("dcgan-digits",),
        "importer": ("dcgan-examples",),
        "weights": ("dcgan.digits-32", "dcgan.mnist-28"),
    },
    "zoo-plugin-losses": {
        "loss": (
            "lsgan",
            "hinge",
            "logistic",
            "relativistic",
            "relativistic-average",
            "feature-matching",
        ),
        "penalty": ("r1", "r2", "dragan"),
    },
    "zoo-plugin-metrics": {
        "metric": (
            "fid",
            "kid",
            "inception-score",
            "precision-recall",
            "wasserstein",
            "modes",
            "memorisation",
        ),
        "features": ("digit-classifier", "inception", "pixels"),
    },
    "zoo-plugin-wgan": {
        "loss": ("wgan", "wgan-gp"),
        "penalty": ("gp",),
        "constraint": ("clip",),
    },
}
"""Distribution to kind to names."""

_NAME = re.compile(r"zoo-plugin-[a-z0-9]+(-[a-z0-9]+)*")
"""How distributions of plugins are named; another source may be a file or a notebook."""


def install_line(kind: str, name: str) -> str:
    """Return the command that brings a part, or an empty string where none is known.

    Args:
        kind: of the part.
        name: bare, or qualified by a distribution, which is then the one that brings it.
    """
    source, slash, bare = name.rpartition("/")
    if slash:
        return f"pip install {source}" if _NAME.fullmatch(source) else ""
    for distribution, kinds in FIRST_PARTY.items():
        if bare in kinds.get(kind, ()):
            return f"pip install {distribution}"
    return ""
