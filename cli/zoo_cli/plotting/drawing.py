"""Draw curves with matplotlib, without its global state and without a display."""

from __future__ import annotations

import io
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from zoo_cli.spelling import spelled
from zoo_core.runs.bands import Band, Bands

ACROSS = 2
"""Charts in a row of the page."""

WIDTH, HEIGHT = 5.2, 3.2
"""Of a chart, in inches."""

FEW = 60
"""Points of a curve up to which each is marked."""

RESOLUTION = 150
"""Of a PNG, in dots per inch."""


def drawn(shown: Sequence[Bands], form: str) -> bytes:
    """Return a file with a chart for each term.

    Args:
        shown: at least one term.
        form: such as "pdf".
    """
    across = min(ACROSS, len(shown))
    down = -(-len(shown) // across)
    figure = Figure(figsize=(WIDTH * across, HEIGHT * down), layout="constrained")
    rows = list(dict.fromkeys(band.row for bands in shown for band in bands.bands))
    for place, bands in enumerate(shown, 1):
        _chart(figure.add_subplot(down, across, place), bands, rows)
    # a file says what was drawn and not when, so that it can be repeated
    dated = {"pdf": {"CreationDate": None}, "svg": {"Date": None}}
    stream = io.BytesIO()
    figure.savefig(stream, format=form, dpi=RESOLUTION, metadata=dated.get(form))
    return stream.getvalue()


def _chart(axes: Axes, bands: Bands, rows: Sequence[str]) -> None:
    for band in bands.bands:
        _curve(axes, band, f"C{rows.index(band.row) % 10}")
    axes.set_title(_plain(bands.term), fontsize="medium")
    axes.set_xlabel("step")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.3)
    axes.legend(fontsize="small")


def _curve(axes: Axes, band: Band, colour: str) -> None:
    steps = list(band.points)
    means = [one.mean for one in band.points.values()]
    spreads = [one.deviation or 0.0 for one in band.points.values()]
    most = max(one.count for one in band.points.values())
    name = _plain(band.row) + (f" ({most} seeds)" if most > 1 else "")
    axes.plot(steps, means, color=colour, label=name, marker="." if len(steps) <= FEW else None)
    if any(spreads):
        pairs = list(zip(means, spreads, strict=True))
        low, high = [mean - one for mean, one in pairs], [mean + one for mean, one in pairs]
        axes.fill_between(steps, low, high, color=colour, alpha=0.2, linewidth=0)


def _plain(text: str) -> str:
    """Return text that is drawn as it is: a dollar begins no formula."""
    return spelled(text, keep="").replace("$", r"\$")
