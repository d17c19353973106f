"""The shape of an image, as data."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from zoo_core.errors import ZooError

MAX_SIDE = 4096
MAX_CHANNELS = 64


@dataclass(frozen=True, slots=True)
class ImageSpec:
    """Channels, height and width of an image; sides in pixels.

    Raises:
        ZooError: a count outside 1..64 channels or 1..4096 pixels.
    """

    channels: int
    height: int
    width: int

    def __post_init__(self) -> None:
        if not 1 <= self.channels <= MAX_CHANNELS:
            raise ZooError(
                f"an image cannot have {self.channels} channels",
                hint=f"between 1 and {MAX_CHANNELS} is possible",
            )
        for side in (self.height, self.width):
            if not 1 <= side <= MAX_SIDE:
                raise ZooError(
                    f"an image side of {side} pixels is out of range",
                    hint=f"between 1 and {MAX_SIDE} pixels is possible, such as `--size 32`",
                )

    def __str__(self) -> str:
        return f"{self.channels}x{self.height}x{self.width}"

    @property
    def shape(self) -> tuple[int, int, int]:
        """Return (C, H, W)."""
        return (self.channels, self.height, self.width)

    @property
    def numel(self) -> int:
        """Return the number of values in one image."""
        return self.channels * self.height * self.width

    def with_channels(self, channels: int) -> ImageSpec:
        """Return the same size with another number of channels."""
        return replace(self, channels=channels)


def parse_size(text: str) -> tuple[int, int]:
    """Read "32" or "64x48" (height x width, pixels) as (height, width).

    Raises:
        ZooError: another form.
    """
    found = re.fullmatch(r"\s*(\d{1,6})(?:\s*[xX]\s*(\d{1,6}))?\s*", text)
    if found is None:
        raise ZooError(
            f"no image size can be read from {text!r}",
            hint="one side in pixels or height x width, such as `--size 32` or `--size 64x48`",
        )
    height = int(found[1])
    size = (height, int(found[2]) if found[2] else height)
    ImageSpec(1, *size)
    return size
