"""Which options of a training fit a data set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zoo_core.data.checking.spreads import Sizes

BASES = range(2, 8)
LARGEST = 64
"""Side that is proposed at most: that of the DCGAN paper, and what a laptop can still do."""

BATCH = 64
"""Images per batch that are proposed at most; the engine's default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advised:
    """An option as it is typed, and why."""

    option: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What options depend on.

    Args:
        sizes: of the images.
        train: number of training images.
        images: number of images that can be read.
        grey: how many of them are stored as grey.
        colourless: how many are stored as colour, and have none.
        unclear: why folders cannot be taken as classes; empty where they can.
        asked: height and width that the user asks for.
        channels: that the user asks for; auto for none.
    """

    sizes: Sizes
    train: int
    images: int = 0
    grey: int = 0
    colourless: int = 0
    unclear: str = ""
    asked: tuple[int, int] | None = None
    channels: str = "auto"


def advise(facts: Facts) -> tuple[Advised, ...]:
    """Return the options that fit, in the order in which they are typed."""
    return (*_size(facts), *_channels(facts), *_labels(facts), _batch(facts.train))


def is_doubled(height: int, width: int) -> bool:
    """Say whether both sides are a base of 2 to 7 pixels, doubled equally often."""
    powers = (1 << doublings for doublings in range(1, max(height, width).bit_length()))
    return any(
        height % power == width % power == 0 and {height // power, width // power} <= set(BASES)
        for power in powers
    )


def fitting_side(limit: float) -> int:
    """Return the largest side up to a limit, and up to 64, that repeated doubling reaches."""
    sides = [side for side in range(4, LARGEST + 1) if is_doubled(side, side) and side <= limit]
    return max(sides, default=4)


def _size(facts: Facts) -> Iterator[Advised]:
    sizes, asked = facts.sizes, facts.asked
    if asked is not None and is_doubled(*asked):
        text = _text(asked)
        yield Advised(option=f"--size {text}", reason=f"as asked for; a dcgan can do {text}")
        return
    own = (sizes.common[0].height, sizes.common[0].width)
    if sizes.distinct == 1 and asked is None and is_doubled(*own) and max(own) <= LARGEST:
        return
    short = sizes.short_side.median
    side = fitting_side(short)
    yield Advised(option=f"--size {side}", reason=_why(facts, side))


def _why(facts: Facts, side: int) -> str:
    sizes = facts.sizes
    said = []
    if facts.asked is not None:
        said.append(f"a dcgan cannot do {_text(facts.asked)}")
    said.append("a small base doubled, as a dcgan needs it")
    if sizes.short_side.median > side == LARGEST:
        said.append(f"more, up to {sizes.short_side.median:g}, would take much longer")
    elif sizes.short_side.least < side:
        said.append(f"the short side has {sizes.short_side.median:g} pixels in the median")
    if sizes.kept < 0.95:
        said.append(f"cropping to a square keeps {sizes.kept:.0%} of the median image")
    return "; ".join(said)


def _channels(facts: Facts) -> Iterator[Advised]:
    if facts.channels != "auto":
        return
    if 0 < facts.grey + facts.colourless == facts.images and facts.colourless:
        yield Advised(
            option="-o data.channels=1",
            reason=f"{facts.colourless:,} files are stored as colour and have none",
        )
    elif 0 < facts.grey < facts.images:
        yield Advised(
            option="-o data.channels=3",
            reason=f"{facts.grey:,} of {facts.images:,} images are grey; "
            "it stays so when files are added",
        )


def _labels(facts: Facts) -> Iterator[Advised]:
    if facts.unclear:
        yield Advised(option="-o data.labels=none", reason=facts.unclear)


def _batch(train: int) -> Advised:
    if train >= 2 * BATCH:
        return Advised(option=f"--batch {BATCH}", reason="the usual one")
    # a power of two that leaves two batches an epoch, or one where there are very few images
    batch = 1 << max(0, (train // 2 or 1).bit_length() - 1)
    batches = train // batch if batch else 0
    return Advised(
        option=f"--batch {batch}",
        reason=f"{train:,} training images make {batches} of it an epoch",
    )


def _text(size: tuple[int, int]) -> str:
    return str(size[0]) if size[0] == size[1] else f"{size[0]}x{size[1]}"
