"""Which images two stages of stride 2 can make and judge."""

from zoo_core import ImageSpec, ZooError
from zoo_core.spec import MAX_SIDE


def quartered_sides(image: ImageSpec, *, owner: str) -> tuple[int, int]:
    """Return a quarter of height and width.

    Args:
        image: the size that is made or judged.
        owner: who asks, for the error.

    Raises:
        ZooError: a side that is no multiple of 4.
    """
    if image.height % 4 or image.width % 4:
        near = [min(MAX_SIDE, max(4, 4 * round(side / 4))) for side in image.shape[1:]]
        text = str(near[0]) if image.height == image.width else f"{near[0]}x{near[1]}"
        raise ZooError(
            f"{owner} cannot do images of {image.height}x{image.width} pixels",
            hint=f"both sides must be multiples of 4, such as `--size {text}`",
        )
    return image.height // 4, image.width // 4
