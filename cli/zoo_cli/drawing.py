"""Tell on stderr how far a command has come that makes one picture after the other."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sized
from contextlib import contextmanager

from zoo_cli.terminal import Terminal
from zoo_cli.wording import duration, plural

LINE_SECONDS = 5.0
"""Between two lines where no display can be drawn over."""


@contextmanager
def counted(terminal: Terminal, total: int) -> Iterator[Callable[[Sized], None]]:
    """Give a function that is told of each chunk; say count and rate meanwhile and at the end.

    Args:
        terminal: where.
        total: how many pictures there will be.
    """
    began = time.monotonic()
    done, last = 0, began

    def text() -> str:
        rate = done / max(time.monotonic() - began, 1e-9)
        left = duration((total - done) / rate) if rate else "?"
        return f"{done:,} of {plural(total, 'picture')}, {rate:,.0f} a second, {left} left"

    with terminal.status() as shown:

        def told(chunk: Sized) -> None:
            nonlocal done, last
            done += len(chunk)
            now = time.monotonic()
            if shown is not None:
                shown(text())
            elif now - last >= LINE_SECONDS and done < total:
                last = now
                terminal.remark(text())

        yield told
    seconds = max(time.monotonic() - began, 1e-9)
    terminal.remark(
        f"{plural(done, 'picture')} in {duration(seconds)}, {done / seconds:,.0f} a second"
    )
