"""Show what is in a folder of images."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from zoo_cli.checking.pieces import (
    LABELS,
    counted,
    show_duplicates,
    show_labels,
    show_list,
)
from zoo_cli.terminal import Terminal
from zoo_cli.wording import plural

if TYPE_CHECKING:
    from zoo_core.data.checking.reports import BadFile, FolderReport, Splits
    from zoo_core.data.checking.spreads import Sizes

KINDS = {
    "1": "black and white",
    "L": "grey",
    "LA": "grey with transparency",
    "La": "grey with transparency",
    "I": "grey",
    "F": "grey",
    "P": "palette",
    "PA": "palette with transparency",
    "RGB": "colour",
    "RGBX": "colour",
    "RGBA": "colour with transparency",
    "RGBa": "colour with transparency",
}
"""Pillow's modes in words; the others are shown as they are."""


def show_folder(terminal: Terminal, report: FolderReport) -> None:
    """Print a report, but for what would stop a training and what would fit."""
    terminal.title(f"{report.path}: {plural(report.images, 'image')}")
    terminal.facts(_facts(report), width=LABELS)
    show_labels(terminal, report.labels)
    if report.conversions:
        terminal.heading("changed when read")
        rows = [
            (one.kind, f"{one.count:,}", one.becomes, one.example) for one in report.conversions
        ]
        show_list(terminal, rows, "kind", "images", "a training reads", "such as")
    if report.readable:
        show_duplicates(terminal, report.duplicates, what="before scaling")
    if report.unreadable:
        terminal.heading(f"unreadable: {plural(len(report.unreadable), 'file')}")
        show_list(terminal, [(one.name, one.reason) for one in _varied(report.unreadable)], "", "")


def _varied(files: Sequence[BadFile]) -> list[BadFile]:
    """Return the files so that the first of every reason come before the second ones."""
    ranks: dict[str, list[BadFile]] = defaultdict(list)
    for one in files:
        ranks[one.reason].append(one)
    return sorted(files, key=lambda one: ranks[one.reason].index(one))


def _facts(report: FolderReport) -> dict[str, str]:
    sizes = report.sizes
    return {
        "readable": "all" if report.readable == report.images else f"{report.readable:,}",
        "formats": counted(report.formats),
        "channels": counted(_kinds(report)),
        "bits": _bits(report.bits),
        "sizes": _sizes(sizes) if sizes else "",
        "short side": _sides(sizes) if sizes and sizes.distinct > 1 else "",
        "width/height": _aspect(sizes) if sizes and sizes.distinct > 1 else "",
        "splits": _splits(report.splits) if report.splits else "unclear",
        "other files": ", ".join(f"{count:,} {suffix}" for suffix, count in report.others.items()),
        "a training": f"reads {report.image} (channels x height x width)" if report.image else "",
    }


def _bits(bits: Mapping[int, int]) -> str:
    if len(bits) == 1:
        return str(next(iter(bits)))
    return ", ".join(f"{number} ({plural(count, 'image')})" for number, count in bits.items())


def _kinds(report: FolderReport) -> dict[str, int]:
    found: Counter[str] = Counter()
    for mode, count in report.modes.items():
        found["grey" if mode.startswith("I;") else KINDS.get(mode, mode)] += count
    return dict(found.most_common())


def _sizes(sizes: Sizes) -> str:
    first = sizes.common[0]
    if sizes.distinct == 1:
        return f"all {first.height}x{first.width} (height x width)"
    common = ", ".join(f"{one.height}x{one.width} ({one.count:,})" for one in sizes.common)
    most = "most often " if sizes.distinct > len(sizes.common) else ""
    return f"{sizes.distinct:,} (height x width), {most}{common}"


def _sides(sizes: Sizes) -> str:
    short, long = sizes.short_side, sizes.long_side
    return (
        f"{short.least:g} to {short.greatest:g} pixels, median {short.median:g}; "
        f"the long one {long.least:g} to {long.greatest:g}, median {long.median:g}"
    )


def _aspect(sizes: Sizes) -> str:
    aspect = sizes.aspect
    return f"{aspect.least:g} to {aspect.greatest:g}, median {aspect.median:g}"


def _splits(splits: Splits) -> str:
    counts = f"{splits.train:,} for training, {splits.test:,} held out"
    if splits.own:
        return f"{counts}: {' and '.join(f'{name}/' for name in splits.own)}"
    return f"{counts}: a share of {splits.fraction:g}, by the names of the files"
