"""What a sweep varies: lists and ranges, as a user types them and as a file keeps them."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Self, Union, get_args, get_origin

from zoo_core.config.options import Option
from zoo_core.config.request import split_names
from zoo_core.config.values import Value, value_of, value_to_json
from zoo_core.errors import ZooError
from zoo_core.registry.kinds import ARGUED, MANY, ROLES

MOST = 100
"""Runs that a grid has without a word from whoever begins it."""

LONGEST = 1_000_000
"""Values that a range may spell out."""

_NUMBER = r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?::(log|{_NUMBER}))?")

FORM = "a range is LOW..HIGH, LOW..HIGH:STEP or LOW..HIGH:log, such as 1e-5..1e-3:log"


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """Numbers from a lowest to a highest one, both included; whole if all that is given is whole.

    Args:
        low: the lowest.
        high: the highest.
        step: between neighbours; None for any number between, or every whole one.
        log: equal ratios are equally likely, not equal differences.

    Raises:
        ZooError: no numbers lie between, or a logarithm of what is not positive.
    """

    low: float
    high: float
    step: float | None = None
    log: bool = False

    def __post_init__(self) -> None:
        if not self.low < self.high:
            raise ZooError(f"nothing lies in the range {self}", hint=FORM)
        if self.log and (self.low <= 0 or self.step is not None):
            raise ZooError(
                f"the range {self} has no logarithm",
                hint="`:log` takes a low end above 0 and no step",
            )
        if self.step is not None and not 0 < self.step <= self.high - self.low:
            raise ZooError(f"the range {self} has no such step", hint=FORM)

    def __str__(self) -> str:
        end = ":log" if self.log else "" if self.step is None else f":{self.step:g}"
        return f"{self.low:g}..{self.high:g}{end}"

    @property
    def whole(self) -> bool:
        """Return whether its numbers are whole."""
        return all(type(each) in (int, type(None)) for each in (self.low, self.high, self.step))

    def listed(self) -> tuple[float, ...]:
        """Return its numbers one by one.

        Raises:
            ZooError: there is no end to them.
        """
        step = 1 if self.step is None and self.whole and not self.log else self.step
        if step is None:
            raise ZooError(
                f"a grid cannot have all numbers in {self}",
                hint="name the values, such as 1e-4,3e-4,1e-3, or say how far apart they are, "
                "LOW..HIGH:STEP, or `--trials N` draws from the range",
            )
        count = int((self.high - self.low) / step + 1e-9) + 1
        if count > LONGEST:
            raise ZooError(f"the range {self} has {count:,} values", hint="a larger step")
        return tuple(self.low + place * step for place in range(count))


Domain = tuple[Value, ...] | Range
"""What an axis can be: values, or a range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One thing that a sweep varies.

    Args:
        sets: what gets its value: a role, or one `section.option` or several that move together.
        domain: what it can be.
    """

    sets: tuple[str, ...]
    domain: Domain

    @property
    def name(self) -> str:
        """Return what it is called: a role, an option of the run, or an option with its section."""
        places = [target.rpartition(".") for target in self.sets]
        short = len(places) > 1 or places[0][0] == "run"
        return places[0][2] if short else self.sets[0]

    @property
    def is_part(self) -> bool:
        """Return whether it chooses parts."""
        return self.sets[0] in ROLES

    def listed(self) -> tuple[Value, ...]:
        """Return its values one by one.

        Raises:
            ZooError: there is no end to them.
        """
        return self.domain.listed() if isinstance(self.domain, Range) else self.domain

    def ends(self) -> tuple[Value, ...]:
        """Return every value, or the two ends of a range."""
        if isinstance(self.domain, Range):
            return (self.domain.low, self.domain.high)
        return self.domain

    def to_json(self) -> dict[str, Any]:
        """Return the axis as JSON data."""
        if isinstance(self.domain, Range):
            own = self.domain
            found = {"low": own.low, "high": own.high, "step": own.step, "log": own.log}
            return {"sets": list(self.sets), "range": found}
        return {"sets": list(self.sets), "values": value_to_json(self.domain)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """Read what `to_json` returned."""
        within = found.get("range")
        domain = Range(**within) if within else tuple(value_of(one) for one in found["values"])
        return cls(sets=tuple(found["sets"]), domain=domain)


def vary(axes: Mapping[str, Sequence[object] | Range]) -> tuple[Axis, ...]:
    """Return what a sweep varies.

    Args:
        axes: a role, an option such as "critic.lr", or several options with blanks between that
            move together, to values or a range.

    Raises:
        ZooError: no values, or one twice.
    """
    return tuple(axis_of(sets, domain) for sets, domain in axes.items())


def axis_of(sets: str, domain: Sequence[object] | Range) -> Axis:
    """Return an axis over values or a range.

    Args:
        sets: a role, or `section.option`; several that move together are separated by blanks.
        domain: what it can be.

    Raises:
        ZooError: fewer than one value, or one twice.
    """
    axis = Axis(
        sets=tuple(sets.split()),
        domain=domain if isinstance(domain, Range) else tuple(value_of(one) for one in domain),
    )
    if axis.domain == () or not axis.sets:
        raise ZooError(f"{sets!r} has no values to try", hint="name one or more")
    values = () if isinstance(axis.domain, Range) else axis.domain
    for value in values:
        if values.count(value) > 1:
            raise ZooError(f"{axis.name} is to be {value!r} twice", hint="name each value once")
    return axis


def part_domain(role: str, text: str) -> tuple[Value, ...]:
    """Read the alternatives for a role.

    A comma separates them where one part is possible. Where a comma has a meaning already, as
    between penalties or in a path, a semicolon does.
    """
    pieces = _pieces(text, ";" if role in MANY or role in ARGUED or ";" in text else ",")
    return tuple(split_names(piece) if role in MANY else piece for piece in pieces)


def option_domain(text: str, option: Option, name: str) -> Domain:
    """Read the alternatives for an option: values separated by commas, or a range.

    Where a value has commas itself, as a pair has, a semicolon separates them.

    Args:
        text: as the user typed it.
        option: what it is for.
        name: of the axis, for messages.

    Raises:
        ZooError: a range that does not parse.
    """
    kinds = kinds_in(option.annotation)
    if ".." in text and kinds & {int, float}:
        return _range(text, name, whole=int in kinds)
    pieces = _pieces(text, ";" if ";" in text or tuple in kinds else ",")
    return tuple(pieces)


def kinds_in(annotation: Any) -> frozenset[Any]:
    """Return the plain types that an annotation allows."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return kinds_in(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return frozenset().union(*(kinds_in(each) for each in get_args(annotation)))
    return frozenset({origin or annotation})


def _range(text: str, name: str, *, whole: bool) -> Range:
    found = _RANGE.fullmatch(text.strip())
    if found is None:
        raise ZooError(f"{name}: no range can be read from {text!r}", hint=FORM)
    low, high, end = found.groups()
    try:
        read = int if whole else float
        step = None if end in (None, "log") else read(end)
        return Range(low=read(low), high=read(high), step=step, log=end == "log")
    except ValueError:
        raise ZooError(
            f"{name} takes whole numbers, and {text!r} has others", hint=f"{FORM}, or 16..64"
        ) from None


def _pieces(text: str, separator: str) -> list[str]:
    return [piece.strip() for piece in text.split(separator) if piece.strip()]
