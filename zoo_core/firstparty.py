"""Which first-party distribution brings which name, for those that are not installed."""

from __future__ import annotations

FIRST_PARTY: dict[str, dict[str, tuple[str, ...]]] = {
    "zoo-plugin-vanilla": {
        "generator": ("vanilla", "mini-conv"),
        "discriminator": ("vanilla", "mini-conv"),
    },
    "zoo-plugin-dcgan": {
        "generator": ("dcgan",),
        "discriminator": ("dcgan",),
        "recipe": ("dcgan-digits",),
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
    "zoo-plugin-wgan": {
        "loss": ("wgan", "wgan-gp"),
        "penalty": ("gp",),
        "constraint": ("clip",),
    },
}
"""Distribution to kind to names."""


def install_line(kind: str, name: str) -> str:
    """Return the command that brings a part, or an empty string where none is known."""
    bare = name.rpartition("/")[2]
    for distribution, kinds in FIRST_PARTY.items():
        if bare in kinds.get(kind, ()):
            return f"pip install {distribution}"
    return ""
