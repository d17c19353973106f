"""The kinds of parts by the names that users type."""

from __future__ import annotations

from zoo_core import KINDS, ZooError
from zoo_core.errors import nearest

SPOKEN = {"critic": "discriminator", "data": "dataset"}
"""Kinds by the names that `zoo train` has for them."""


def kind_named(name: str | None) -> str | None:
    """Return the kind of a name, or None for none.

    Raises:
        ZooError: there is no such kind.
    """
    if name is None or name in KINDS:
        return name
    if name in SPOKEN:
        return SPOKEN[name]
    raise ZooError(
        f"no kind of part named {name!r}",
        hint=f"{nearest(name, (*KINDS, *SPOKEN))}the kinds are {', '.join(KINDS)}",
    )
