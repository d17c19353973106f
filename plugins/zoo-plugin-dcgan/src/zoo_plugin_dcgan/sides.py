"""Which image sides repeated doubling reaches: a small base times a power of two."""

from itertools import product
from typing import NamedTuple

from zoo_core import ImageSpec, ZooError

BASES = range(2, 8)
USUAL_BASE = 4
MAX_DOUBLINGS = 10


class Sides(NamedTuple):
    """Height and width before doubling, pixels, and how often both double."""

    height: int
    width: int
    doublings: int

    @property
    def reached(self) -> tuple[int, int]:
        """Return height and width after doubling."""
        return self.height << self.doublings, self.width << self.doublings


REACHABLE = tuple(
    Sides(height, width, doublings)
    for doublings, height, width in product(range(1, MAX_DOUBLINGS + 1), BASES, BASES)
)


def doubled_sides(image: ImageSpec, *, owner: str) -> Sides:
    """Return the base, as near to the paper's 4x4 as possible, and the number of doublings.

    Args:
        image: the size to reach.
        owner: who asks, for the error.

    Raises:
        ZooError: a size that no base of 2 to 7 pixels reaches with the same doublings of both.
    """
    size = (image.height, image.width)
    fitting = [sides for sides in REACHABLE if sides.reached == size]
    if not fitting:
        raise _refusal(size, owner)
    return min(fitting, key=_departure)


def _departure(sides: Sides) -> int:
    return abs(sides.height - USUAL_BASE) + abs(sides.width - USUAL_BASE)


def _refusal(size: tuple[int, int], owner: str) -> ZooError:
    near = " or ".join(f"`--size {_text(found)}`" for found in _nearest(size))
    return ZooError(
        f"{owner} cannot do images of {size[0]}x{size[1]} pixels",
        hint="both sides must be a base of 2 to 7 pixels, doubled equally often, "
        f"such as the nearest, {near}",
    )


def _nearest(size: tuple[int, int]) -> list[tuple[int, int]]:
    """Return the two nearest sizes that fit, squares for a square."""
    height, width = size
    known = {sides.reached for sides in REACHABLE}
    if height == width:
        known = {found for found in known if found[0] == found[1]}
    ranked = sorted(
        known, key=lambda found: (abs(found[0] - height) + abs(found[1] - width), found)
    )
    return sorted(ranked[:2])


def _text(size: tuple[int, int]) -> str:
    return str(size[0]) if size[0] == size[1] else f"{size[0]}x{size[1]}"
