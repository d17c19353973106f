"""Show in a notebook how far a call is; a plain program is told nothing that it did not ask for."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

DELAY = 0.5
"""Seconds that a call takes before its bar is shown."""


def in_notebook() -> bool:
    """Return whether a kernel of IPython runs this program, so that a notebook has its output.

    The IPython of a terminal is none, and so is a program that never imported IPython.
    """
    module = sys.modules.get("IPython")
    shell = None if module is None else module.get_ipython()
    return getattr(shell, "kernel", None) is not None


def bar(text: str, total: int | None, *, unit: str, done: int = 0) -> Any:
    """Return a bar of tqdm with rate and time left; whoever asks for it closes it.

    Args:
        text: what is done.
        total: how far it goes; None where that is not known.
        unit: what is counted, in the singular.
        done: how far it is already.
    """
    return _tqdm()(total=total, desc=text, unit=f" {unit}", initial=done, delay=DELAY)


def say(text: str) -> None:
    """Write a line below the cell, without breaking a bar that is shown there."""
    _tqdm().write(text, file=sys.stderr)


@contextmanager
def shown(text: str, total: int | None, *, unit: str) -> Iterator[Callable[[int], None]]:
    """Give what is told how far a call is; it shows that in a notebook, and nowhere else.

    Args:
        text: as `bar` takes it, and so are the others.
        total: how far it goes.
        unit: what is counted.
    """
    if not in_notebook():
        yield lambda _done: None
        return
    with bar(text, total, unit=unit) as found:
        yield lambda done: found.update(done - found.n)


def _tqdm() -> Any:
    with warnings.catch_warnings():
        # it says how to get widgets; without them the bar is drawn as text
        warnings.simplefilter("ignore")
        from tqdm.auto import tqdm
    return tqdm
