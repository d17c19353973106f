"""Look at every row of a data set's tables: what does not lie in a folder of its own."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch

from zoo_core.data.checking.advice import Advised, Facts, advise
from zoo_core.data.checking.balance import count_labels
from zoo_core.data.checking.duplicates import find_duplicates
from zoo_core.data.checking.examined import digest_of
from zoo_core.data.checking.remarks import remarks_on
from zoo_core.data.checking.reports import DatasetReport, Splits, Stop, TableReport
from zoo_core.data.checking.spreads import sizes_of
from zoo_core.interfaces.data import Dataset, Split

if TYPE_CHECKING:
    from torch import Tensor

    from zoo_core.data.checking.folder_inspection import Track
    from zoo_core.interfaces.data import Rows, Table

CHUNK = 1024
"""Rows that are looked at together."""

SPLITS: tuple[Split, ...] = ("train", "test")


@dataclass(slots=True)
class _Seen:
    """What was seen of one table in both splits."""

    digests: dict[str, bytes] = field(default_factory=dict)
    splits: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str | None] = field(default_factory=dict)
    counts: dict[Split, Counter[str | None]] = field(
        default_factory=lambda: {split: Counter() for split in SPLITS}
    )
    rows: dict[Split, int] = field(default_factory=dict)
    image: tuple[int, ...] = ()
    source: tuple[int, ...] = ()
    darkest: int = 255
    brightest: int = 0


def inspect_dataset(
    dataset: Dataset, *, asked: tuple[int, int] | None = None, track: Track | None = None
) -> DatasetReport:
    """Read every row of a data set, table by table, and report what is there.

    Rows are named by split and number, such as "train 12".

    Args:
        dataset: any.
        asked: height and width that a training is to have.
        track: gets the first rows of chunks, and gives them back as they are taken, to show
            progress.

    Raises:
        ZooError: a table that cannot be read.
    """
    tables = _seen(dataset, track or iter)
    reports = tuple(_report(name, seen, dataset.classes) for name, seen in tables.items())
    return DatasetReport(
        summary=dataset.summary(),
        tables=reports,
        stops=tuple(_nothing_to_train(report) for report in reports if not report.train),
        remarks=(
            *dataset.remarks(),
            *(text for report in reports for text in _remarks(report, len(reports))),
        ),
        advice=_advice(dataset, reports, asked),
    )


def _nothing_to_train(report: TableReport) -> Stop:
    return Stop(
        message=f"there is no training image in the table {report.name!r}",
        hint="hold out fewer, or add images",
    )


def _seen(dataset: Dataset, track: Track) -> dict[str, _Seen]:
    found: dict[str, _Seen] = {}
    for split in SPLITS:
        tables = dataset.tables(split)
        for name in dataset.images:
            table = tables[name]
            seen = found.setdefault(name, _Seen())
            seen.rows[split] = len(table)
            for start in track(range(0, len(table), CHUNK)):
                rows = torch.arange(start, min(start + CHUNK, len(table)))
                _look(seen, split, table, rows, dataset.classes)
    return found


def _look(seen: _Seen, split: Split, table: Table, chunk: Tensor, classes: tuple[str, ...]) -> None:
    rows = table.take(chunk)
    seen.image = tuple(rows.images.shape[1:])
    if rows.sources is not None:
        seen.source = tuple(rows.sources.shape[1:])
    seen.darkest = min(seen.darkest, int(rows.images.min()))
    seen.brightest = max(seen.brightest, int(rows.images.max()))
    for number, index in enumerate(chunk.tolist()):
        name = f"{split} {index}"
        seen.digests[name] = _digest(rows, number)
        seen.splits[name] = split
        seen.labels[name] = _label(rows, number, classes)
        seen.counts[split][seen.labels[name]] += 1


def _digest(rows: Rows, number: int) -> bytes:
    image = rows.images[number]
    pixels = image.contiguous().numpy().tobytes()
    if rows.sources is not None:
        pixels += rows.sources[number].contiguous().numpy().tobytes()
    return digest_of(pixels, tuple(image.shape))


def _label(rows: Rows, number: int, classes: tuple[str, ...]) -> str | None:
    label = -1 if rows.labels is None else int(rows.labels[number])
    return classes[label] if 0 <= label < len(classes) else None


def _report(name: str, seen: _Seen, classes: tuple[str, ...]) -> TableReport:
    labelled = any(one is not None for one in seen.labels.values())
    return TableReport(
        name=name,
        image=_spec(seen.image),
        source=_spec(seen.source) if seen.source else None,
        train=seen.rows.get("train", 0),
        test=seen.rows.get("test", 0),
        labels=count_labels(seen.counts, names=classes if labelled else ()),
        duplicates=find_duplicates(seen.digests, splits=seen.splits, classes=seen.labels),
        darkest=seen.darkest,
        brightest=seen.brightest,
    )


def _spec(shape: tuple[int, ...]) -> str:
    return "x".join(str(side) for side in shape)


def _remarks(report: TableReport, tables: int) -> tuple[str, ...]:
    splits = Splits(own=(), fraction=None, train=report.train, test=report.test)
    owner = f"{report.name}: " if tables > 1 else ""
    return tuple(f"{owner}{text}" for text in remarks_on(report.labels, report.duplicates, splits))


def _advice(
    dataset: Dataset, reports: tuple[TableReport, ...], asked: tuple[int, int] | None
) -> tuple[Advised, ...]:
    """Return what fits a generator that starts from latents; images to translate have others."""
    one_pixel = (dataset.image.height, dataset.image.width) == (1, 1)
    if len(reports) != 1 or reports[0].source is not None or one_pixel:
        return ()
    sizes = sizes_of([(dataset.image.height, dataset.image.width)])
    return advise(Facts(sizes=sizes, train=reports[0].train, asked=asked))
