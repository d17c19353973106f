"""A named, complete, tried configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Parts and values that were trained together and judged.

    Args:
        parts: role to name, such as `{"generator": "dcgan", "loss": "wgan-gp"}`.
        options: section to values, such as `{"critic": {"lr": 5e-4}, "run": {"steps": 900}}`.
        for_parts: the composition that uses this recipe by itself when a user asks for just
            these parts and nothing else; empty for a recipe that is only used by name.
        departures: values that differ from the paper, a sentence each.
        minutes: training time on two cores of a laptop-class CPU.
    """

    parts: Mapping[str, str | tuple[str, ...]]
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    for_parts: Mapping[str, str] = field(default_factory=dict)
    departures: tuple[str, ...] = ()
    minutes: float = 0.0
