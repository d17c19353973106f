from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from zoo_core import Composition, Registry, compose

REGISTRY = Registry.from_installed(strict=True)
RUN = {"batch": 8, "size": "8", "latent_dim": 5, "device": "cpu", "steps": 6}
NARROW = {"width": 4}
OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "denoising": {"noise": "masking"},
    "vae": {"warmup": 4},
}
"""With these, a game does all it does."""


def _composed(name: str, parts: Mapping[str, Any] | None = None, /, **sections: Any) -> Composition:
    given: dict[str, Any] = {
        "generator": NARROW,
        "encoder": NARROW,
        "game": OPTIONS.get(name, {}),
        "run": RUN,
    }
    if name in ("vae-gan", "encode"):
        given["critic"] = NARROW
    for section, values in sections.items():
        given[section] = {**given.get(section, {}), **values}
    names = {"game": name, "generator": "dcgan", **(parts or {})}
    return compose(names, given, registry=REGISTRY, recipe="none")


@pytest.fixture(scope="session")
def composed() -> Callable[..., Composition]:
    """Return a function that composes a game of small nets on digits of 8 pixels."""
    return _composed
