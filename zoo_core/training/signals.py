"""Ctrl-C and the terminate signal end a run after its step, with a checkpoint."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stoppable(Protocol):
    """What can be asked to stop."""

    def stop(self, reason: str, *, outcome: str = "stopped") -> None:
        """End after this step."""


@contextmanager
def stop_on_signals(run: Stoppable) -> Iterator[None]:
    """Ask the run to stop on the first signal; let a second one end the process at once."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def handle(_number: int, _frame: FrameType | None) -> None:
        for each, handler in before.items():
            signal.signal(each, handler)
        run.stop("interrupted", outcome="interrupted")

    try:
        for number in _SIGNALS:
            signal.signal(number, handle)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
