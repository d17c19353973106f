"""The held-out accuracy of the classifier that a semi-supervised run trains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from zoo_core import Pretrained
from zoo_core.data import labels_of
from zoo_core.interfaces import UNKNOWN, as_floats

if TYPE_CHECKING:
    from zoo_core.training import Run

MOST = 10_000
"""Held-out images that are classified at most."""


def accuracy_line(run: Run) -> str:
    """Return a sentence with the share of held-out images whose class the critic tells right."""
    composition = run.composition
    table = composition.dataset.tables("test")["images"]
    rows = table.take(torch.arange(min(MOST, len(table))))
    model = Pretrained(composition, run.engine.game, run.hardware.device)
    logits = model.score(as_floats(rows.images)).class_logits
    if logits is None or rows.labels is None or not len(rows.labels):
        return "there are no held-out labels, so the accuracy of the classes is not known"
    known = rows.labels != UNKNOWN
    right = (logits.argmax(1) == rows.labels)[known].double().mean().item()
    trained = labels_of(composition.dataset.tables("train")["images"]) != UNKNOWN
    used = int(trained.sum())
    labels = "all training labels" if used == len(trained) else f"{used:,} training labels"
    return f"the critic tells {right:.1%} of {int(known.sum()):,} held-out images right ({labels})"
