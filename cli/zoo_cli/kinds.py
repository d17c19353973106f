"""The kinds of parts by the names that users type."""

from __future__ import annotations

from zoo_core import KINDS, ZooError
from zoo_core.errors import nearest
from zoo_core.registry.kinds import TABLE, kind_called


def kind_named(name: str | None) -> str | None:
    """Return the kind of a name, or None for none.

    Raises:
        ZooError: there is no such kind.
    """
    if name is None:
        return None
    kind = kind_called(name)
    if kind is not None:
        return kind.name
    known = [word for each in TABLE for word in each.called]
    raise ZooError(
        f"no kind of part named {name!r}",
        hint=f"{nearest(name, known)}the kinds are {', '.join(KINDS)}",
    )
