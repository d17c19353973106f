"""Options that a data set made of others hands on to them."""

from __future__ import annotations

from zoo_core.data.folders.folder import Channels, HeldOut
from zoo_core.data.folders.labelling import LabelMode
from zoo_core.data.tables.jitter import Factor
from zoo_core.data.tables.reading import MaxPixels


def passed_on(
    *,
    size: tuple[int, int] | None,
    held_out: HeldOut | None,
    channels: Channels,
    labels: LabelMode,
    root: str | None,
    jitter: Factor | None,
    mirror: bool | None,
    max_pixels: MaxPixels | None,
) -> dict[str, object]:
    """Return the options that somebody set; those that are none or auto are left to each."""
    given = {
        "size": size,
        "held_out": held_out,
        "channels": None if channels == "auto" else channels,
        "labels": None if labels == "auto" else labels,
        "root": root,
        "jitter": jitter,
        "mirror": mirror,
        "max_pixels": max_pixels,
    }
    return {name: value for name, value in given.items() if value is not None}
