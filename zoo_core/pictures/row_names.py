"""The names of a sheet's rows, such as "A" and "A to B", beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont, PngImagePlugin

ROWS = "rows"
"""Text of a PNG that names the rows of its sheet, separated by commas."""

WIDTH = "sheet width"
"""Text of a PNG that says how many pixels from the left the sheet takes; names follow."""

READABLE = 10
"""Pixels that a row needs for its name to be drawn."""

MARGIN = 4


def with_row_names(sheet: Image.Image, names: Sequence[str], row: int) -> Image.Image:
    """Return a sheet with the names of its rows at its right, over and over from the top.

    The sheet itself stays where it is, pixel by pixel. Rows too low for letters are named in the
    file alone (`texts_of`).

    Args:
        sheet: rows of images.
        names: of the rows.
        row: height of one in pixels, the gap included.
    """
    if not names or row < READABLE:
        return sheet
    font = ImageFont.load_default()
    drawn = max(math.ceil(font.getlength(name)) for name in names)
    wider = Image.new(sheet.mode, (sheet.width + drawn + 2 * MARGIN, sheet.height), "white")
    wider.paste(sheet)
    draw = ImageDraw.Draw(wider)
    for number in range(sheet.height // row):
        name = names[number % len(names)]
        _, top, _, bottom = font.getbbox(name)
        middle = number * row + (row - top - bottom) / 2
        draw.text((sheet.width + MARGIN, middle), name, fill="black", font=font)
    return wider


def texts_of(names: Sequence[str], width: int) -> PngImagePlugin.PngInfo | None:
    """Return the text that a PNG says of its rows; None where they have no names."""
    if not names:
        return None
    found = PngImagePlugin.PngInfo()
    found.add_text(ROWS, ", ".join(names))
    found.add_text(WIDTH, str(width))
    return found
