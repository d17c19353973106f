"""The pictures of a run as part of a page, thinned to a budget."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

BUDGET = 15_000_000
"""Characters that all pictures together may take on a page."""

_PNG = b"\x89PNG\r\n\x1a\n"
_HEADER = 24


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that the page carries.

    Args:
        step: when it was taken.
        width: in pixels.
        height: in pixels.
        uri: `data:image/png;base64,...`.
    """

    step: int
    width: int
    height: int
    uri: str


@dataclass(frozen=True, slots=True)
class Pictures:
    """The pictures of a page.

    Args:
        shown: ascending by step.
        found: how many pictures the run has.
        unreadable: names of files that are no PNG.
    """

    shown: tuple[Picture, ...]
    found: int
    unreadable: tuple[str, ...] = ()


def pictures_of(samples: Mapping[int, Path], budget: int = BUDGET) -> Pictures:
    """Return the first and the last picture and as many between them as the budget allows.

    Files are looked at before they are read, so that a run of thousands costs no memory; one that
    vanishes meanwhile, because a run was resumed, is passed over.
    """
    sizes = {step: _size(path) for step, path in samples.items()}
    whole = {step: size for step, size in sizes.items() if size and _encoded(size) <= budget}
    shown = []
    broken = [samples[step].name for step in samples if not sizes[step]]
    for step in evenly(list(whole), whole, budget):
        picture = _picture(step, samples[step], whole[step])
        if picture is None:
            broken.append(samples[step].name)
        else:
            shown.append(picture)
    return Pictures(tuple(shown), len(samples), tuple(broken))


def evenly(steps: Sequence[int], sizes: Mapping[int, int], budget: int) -> list[int]:
    """Return the most steps, evenly spread and with both ends, whose pictures fit."""
    count = len(steps)
    while count > 0:
        places = {round(at * (len(steps) - 1) / max(1, count - 1)) for at in range(count)}
        # a single picture is the newest
        chosen = [steps[place] for place in sorted(places)] if count > 1 else [steps[-1]]
        total = sum(_encoded(sizes[step]) for step in chosen)
        if total <= budget:
            return chosen
        count = min(count - 1, int(count * budget / total) + 1)
    return []


def _encoded(size: int) -> int:
    return (size + 2) // 3 * 4


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _picture(step: int, path: Path, size: int) -> Picture | None:
    try:
        with path.open("rb") as file:
            content = file.read(size)
    except OSError:
        return None
    if not content.startswith(_PNG) or len(content) < _HEADER:
        return None
    width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    text = base64.b64encode(content).decode("ascii")
    return Picture(step, width, height, f"data:image/png;base64,{text}")
