"""The cells of `zoo matrix`: every combination of parts is composed, none is trained."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from zoo_core import Registry, ZooError


@dataclass(frozen=True, slots=True, kw_only=True)
class Axes:
    """The names to combine, and the task."""

    generators: tuple[str, ...]
    critics: tuple[str, ...]
    losses: tuple[str, ...]
    conditions: tuple[str, ...]
    data: str
    size: str | None

    def __len__(self) -> int:
        axes = (self.generators, self.critics, self.losses, self.conditions)
        count = 1
        for axis in axes:
            count *= len(axis)
        return count


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One combination; `reason` and `hint` say why it does not fit."""

    generator: str
    critic: str
    loss: str
    condition: str
    fits: bool
    reason: str = ""
    hint: str = ""


def cells(registry: Registry, axes: Axes) -> Iterator[Cell]:
    """Compose every combination and say whether it fits."""
    for names in product(axes.conditions, axes.generators, axes.critics, axes.losses):
        yield _cell(registry, axes, *names)


def _cell(  # noqa: PLR0913
    registry: Registry, axes: Axes, condition: str, generator: str, critic: str, loss: str
) -> Cell:
    from zoo_core.composition import compose

    parts = {"generator": generator, "critic": critic, "loss": loss, "data": axes.data}
    reason = hint = ""
    try:
        compose(
            parts if condition == DEFAULT else {**parts, "condition": condition},
            {} if axes.size is None else {"run": {"size": axes.size}},
            registry=registry,
            recipe="none",
        )
    except ZooError as error:
        reason, hint = error.message, error.hint
    return Cell(
        generator=generator,
        critic=critic,
        loss=loss,
        condition=condition,
        fits=not reason,
        reason=reason,
        hint=hint,
    )
