"""What `--stop-on` says: end a run when a score does not get better any more. Imports no torch."""

from __future__ import annotations

import re

from zoo_core.errors import ZooError

MOST = 10_000
"""Evaluations that can be waited for."""

_FORM = re.compile(r"plateau=([A-Za-z][\w.@-]*):(\d{1,9})")


def parse_plateau(text: str) -> tuple[str, int]:
    """Return the score and after how many evaluations without a better one a run ends.

    Args:
        text: such as "plateau=fid:5".

    Raises:
        ZooError: another form, or a count that is not 1 to 10000.
    """
    found = _FORM.fullmatch(text.strip())
    if found is None:
        raise ZooError(
            f"a run cannot stop on {text!r}",
            hint="`--stop-on plateau=fid:5` stops after 5 evaluations without a better fid",
        )
    score, count = found[1], int(found[2])
    if not 1 <= count <= MOST:
        raise ZooError(
            f"a plateau of {count} evaluations in {text!r} is not between 1 and {MOST}",
            hint=f"`--stop-on plateau={score}:5`",
        )
    return score, count
