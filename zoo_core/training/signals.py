"""Ctrl-C, the terminate signal and a terminal that hangs up end a run, with a checkpoint."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

_SIGNALS = (signal.SIGINT, signal.SIGTERM)

_HANGUP = getattr(signal, "SIGHUP", None)
"""Windows has none."""


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
    before = {number: signal.getsignal(number) for number in _heard()}

    def handle(_number: int, _frame: FrameType | None) -> None:
        for each, handler in before.items():
            signal.signal(each, handler)
        run.stop("interrupted", outcome="interrupted")

    try:
        for number in before:
            signal.signal(number, handle)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _heard() -> tuple[signal.Signals, ...]:
    # `nohup` has a hang-up ignored, and then it stays so
    if _HANGUP is None or signal.getsignal(_HANGUP) == signal.SIG_IGN:
        return _SIGNALS
    return (*_SIGNALS, _HANGUP)
