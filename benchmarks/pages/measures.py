"""What is said on the page of results of labels, codes and classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.pages.scores import link
from benchmarks.shared.tables import markdown

Result = Mapping[str, Any]

LABELS = """
## Samples of a label

`label-accuracy`: the share of samples that the classifier reads as the label they were asked for,
over all labels and for the label that does worst. On real held-out images the classifier itself is
right as often as the last row says.
"""

CODES = """
## Codes without labels

Purity is the share of images that are of the most frequent class of their code's value: of samples
whose code was chosen, as the classifier of the metrics reads them, and of held-out images whose
code the critic's side reads, by their label. A code that says nothing would have the purity of the
last row.
"""

CLASSES = """
## A classifier from few labels

The held-out accuracy of the critic's classes, beside that of the same nets with the same first
weights and learning rate, trained on the labelled images alone.
"""


def measured_tables(results: Sequence[Result]) -> list[str]:
    """Return a section for each kind of measure that some result has."""
    found: dict[str, list[Result]] = {}
    for result in results:
        if kind := result.get("measures", {}).get("kind"):
            found.setdefault(kind, []).append(result)
    makers = {"labels": _labels, "codes": _codes, "classes": _classes}
    return [makers[kind](group) for kind, group in found.items()]


def measured_text(result: Result) -> str:
    """Return what is shown of a result's measure, with an empty line after it."""
    pictures = result.get("measures", {}).get("pictures", [])
    return "".join(
        f"Continuous code {number}, from -2 at the left to 2 at the right, one row for each value "
        f"of the categorical code, all from the same noise:\n\n"
        f"![code {number} of {result['name']}](pictures/results/{name})\n\n"
        for number, name in enumerate(pictures, start=1)
    )


def _labels(group: Sequence[Result]) -> str:
    cells = [["", "read as asked", "worst label"]]
    for result in group:
        found = result["measures"]["scores"]
        shares = [f"{found[name]:.1%}" for name in ("label-accuracy", "label-accuracy.worst")]
        cells.append([link(result), *shares])
    cells.append(["*held-out images*", f"{group[0]['measures']['held_out']:.1%}", ""])
    return f"{LABELS.strip()}\n\n{markdown(cells)}"


def _codes(group: Sequence[Result]) -> str:
    cells = [["", "purity of samples", "purity of held-out images", "classes covered"]]
    for result in group:
        found = result["measures"]
        shares = [f"{found[name]:.1%}" for name in ("purity_samples", "purity_held_out")]
        cells.append([link(result), *shares, str(found["classes_covered"])])
    one = f"{group[0]['measures']['purity_of_one_value']:.1%}"
    cells.append(["*one value for all*", "", one, "1"])
    return f"{CODES.strip()}\n\n{markdown(cells)}"


def _classes(group: Sequence[Result]) -> str:
    cells = [["", "labels", "accuracy", "labelled images alone"]]
    for result in group:
        found = result["measures"]
        shares = [f"{found[name]:.1%}" for name in ("accuracy", "supervised_accuracy")]
        cells.append([link(result), str(found["labels"]), *shares])
    return f"{CLASSES.strip()}\n\n{markdown(cells)}"
