"""What an option can be, and the same as JSON."""

from __future__ import annotations

from typing import Any

Value = bool | int | float | str | tuple["Value", ...] | None
"""What an option can be; JSON's lists are tuples."""


def is_value(found: object) -> bool:
    """Return whether JSON data, or what a part's author wrote, can be an option's value."""
    if isinstance(found, list | tuple):
        return all(map(is_value, found))
    return found is None or isinstance(found, bool | int | float | str)


def value_of(found: object) -> Value:
    """Return it as an option's value: lists become tuples.

    Raises:
        TypeError: something that no option can be.
    """
    if isinstance(found, list | tuple):
        return tuple(value_of(piece) for piece in found)
    if found is None or isinstance(found, bool | int | float | str):
        return found
    raise TypeError(f"no option can be {found!r}")


def value_to_json(value: Value) -> Any:
    """Return a value as JSON data."""
    return [value_to_json(piece) for piece in value] if isinstance(value, tuple) else value
