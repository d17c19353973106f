"""Typed and bounded options, read from the signature of what they configure."""

from __future__ import annotations

import inspect
import math
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from zoo_core.errors import ZooError, nearest

TASK_NAMES = frozenset(
    {
        "image",
        "classes",
        "latent_dim",
        "log_variance",
        "source",
        "parts",
        "size",
        "datasets",
        "batch",
    }
)
"""Parameters that the task provides; they are never options."""

REQUIRED: Any = inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class Between:
    """Bound a number: `low <= value <= high`."""

    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True, slots=True)
class Mark:
    """Say something of an option where it is declared; stands in its annotation."""


@dataclass(frozen=True, slots=True)
class Bookkeeping(Mark):
    """The option says how a run is kept or watched, not which composition is trained."""


@dataclass(frozen=True, slots=True)
class Resumable(Mark):
    """The option may change when a run goes on."""


@dataclass(frozen=True, slots=True)
class Place(Mark):
    """The option of a data set is the path of a folder: the data stay the same where they move."""


@dataclass(frozen=True, slots=True)
class Source(Mark):
    """The option of a data set names others, as `--data` takes them, with a comma between several.

    Args:
        several: there may be more than one.
        bare: what is no data set is the path of a folder.
    """

    several: bool = False
    bare: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a component: its type, bounds, default, meaning and marks."""

    name: str
    annotation: Any
    default: Any
    bounds: Between | None
    help: str = ""
    marks: frozenset[Mark] = frozenset()

    @property
    def type_text(self) -> str:
        """Return the type in words, such as `int`, `a | b` or `float, float`."""
        return _type_text(self.annotation)

    @property
    def takes(self) -> str:
        """Return type and bounds in words, such as `int from 1 to 64`."""
        return f"{self.type_text} from {self.bounds}" if self.bounds else self.type_text


def options_of(
    target: Callable[..., Any], provided: frozenset[str] = TASK_NAMES
) -> dict[str, Option]:
    """Return the options of a component: its parameters without those that the task provides.

    Raises:
        ZooError: a parameter without a type, or a `**kwargs`, which would swallow mistakes.
    """
    return dict(_options_of(target, provided))


@lru_cache(maxsize=1024)
def _options_of(target: Callable[..., Any], provided: frozenset[str]) -> dict[str, Option]:
    meanings = _argument_help(inspect.getdoc(target) or "")
    hints = _hints(target)
    found = {}
    for parameter in inspect.signature(target).parameters.values():
        if parameter.name in provided:
            continue
        _check_parameter(target, parameter, hints)
        hint = hints[parameter.name]
        annotation, bounds = _split_annotation(hint)
        found[parameter.name] = Option(
            parameter.name,
            annotation,
            parameter.default,
            bounds,
            meanings.get(parameter.name, ""),
            _marks_of(hint),
        )
    return found


def marked(target: Callable[..., Any], mark: Mark) -> tuple[str, ...]:
    """Return the names of the options that bear a mark, in the order of their declaration."""
    found = options_of(target, frozenset())
    return tuple(name for name, option in found.items() if mark in option.marks)


@lru_cache(maxsize=1024)
def task_names_of(target: Callable[..., Any]) -> frozenset[str]:
    """Return which of `TASK_NAMES` a component asks for."""
    return TASK_NAMES & set(inspect.signature(target).parameters)


def reads_images(generator: Callable[..., Any]) -> bool:
    """Return whether a generator translates images instead of drawing from latents."""
    return "source" in task_names_of(generator)


def checked(
    options: Mapping[str, Option], values: Mapping[str, object], owner: str
) -> dict[str, Any]:
    """Check and coerce values; what has no value keeps its default.

    Raises:
        ZooError: an unknown name, a value of another type or out of bounds, or a missing value.
    """
    for name in values:
        if name not in options:
            raise unknown_option(name, options, owner)
    result = {}
    for name, option in options.items():
        if name in values:
            result[name] = coerced(option, values[name], owner)
        elif option.default is REQUIRED:
            raise ZooError(
                f"{owner} needs a value for {name!r}", hint=f"`-o ...{name}=` takes {option.takes}"
            )
    return result


def unknown_option(name: str, known: typing.Iterable[str], owner: str) -> ZooError:
    """Return the error for an option that does not exist."""
    names = sorted(known)
    listing = f"it has {', '.join(names)}" if names else "it has no options"
    return ZooError(f"{owner} has no option {name!r}", hint=nearest(name, names) + listing)


def coerced(option: Option, value: object, owner: str) -> Any:
    """Return the value in the option's type.

    Raises:
        ZooError: another type, or out of bounds.
    """
    try:
        result = _convert(option.annotation, value)
    except (ValueError, TypeError, OverflowError):
        raise ZooError(
            f"{owner} cannot take {_shown(value)} for {option.name!r}",
            hint=f"{option.name} is {option.takes}",
        ) from None
    for number in result if isinstance(result, tuple) else (result,):
        if option.bounds is not None and isinstance(number, int | float):
            _check_bounds(option, number, owner)
    return result


def _check_bounds(option: Option, number: float, owner: str) -> None:
    bounds = option.bounds
    if bounds is not None and not bounds.low <= number <= bounds.high:
        raise ZooError(
            f"{owner} cannot take {_shown(number)} for {option.name!r}",
            hint=f"{option.name} is {option.takes}",
        )


def _shown(value: object) -> str:
    """Return a value as a configuration writes it: a tuple is a list there."""
    try:
        text = repr(_as_lists(value))
    except ValueError:
        # Python writes no integers of more than 4300 digits
        return "an integer of thousands of digits"
    return text if len(text) <= 80 else text[:77] + "..."


def _as_lists(value: object) -> object:
    return [_as_lists(piece) for piece in value] if isinstance(value, tuple) else value


def _hints(target: Callable[..., Any]) -> dict[str, Any]:
    source = target.__init__ if inspect.isclass(target) else target
    hints = typing.get_type_hints(source, include_extras=True)
    if inspect.isclass(target) and typing.get_type_hints(target).keys() - hints.keys():
        # dataclasses keep their annotations on the class
        hints = {**typing.get_type_hints(target, include_extras=True), **hints}
    return hints


def _check_parameter(
    target: Callable[..., Any], parameter: inspect.Parameter, hints: Mapping[str, Any]
) -> None:
    name = getattr(target, "__qualname__", str(target))
    if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
        raise ZooError(
            f"{name} takes '{parameter}', which would swallow a misspelt option",
            hint="name every option in the signature",
        )
    if parameter.name not in hints:
        raise ZooError(
            f"option {parameter.name!r} of {name} has no type",
            hint=f"annotate it, such as `{parameter.name}: Annotated[int, Between(1, 64)] = 8`",
        )


def _split_annotation(hint: Any) -> tuple[Any, Between | None]:
    if get_origin(hint) is Annotated:
        inner, *extras = get_args(hint)
        bounds = next((extra for extra in extras if isinstance(extra, Between)), None)
        return inner, bounds
    return hint, None


def _marks_of(hint: Any) -> frozenset[Mark]:
    extras = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
    return frozenset(extra for extra in extras if isinstance(extra, Mark))


def _convert(annotation: Any, value: Any) -> Any:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _convert_bounded(annotation, value)
    if origin in (Union, types.UnionType):
        return _convert_union(get_args(annotation), value)
    if origin is Literal:
        return _convert_literal(get_args(annotation), value)
    if origin is tuple:
        return _convert_tuple(get_args(annotation), value)
    converter = _CONVERTERS.get(annotation)
    if converter is None:
        raise TypeError(annotation)
    return converter(value)


def _convert_bounded(annotation: Any, value: Any) -> Any:
    """Convert to a type whose bounds stand inside a union or a tuple."""
    inner, bounds = _split_annotation(annotation)
    number = _convert(inner, value)
    if bounds is not None and not bounds.low <= number <= bounds.high:
        raise ValueError(value)
    return number


def _convert_union(choices: tuple[Any, ...], value: Any) -> Any:
    if type(None) in choices and (value is None or value in ("none", "None", "null")):
        return None
    for choice in choices:
        if choice is type(None):
            continue
        try:
            return _convert(choice, value)
        except (ValueError, TypeError, OverflowError):
            continue
    raise ValueError(value)


def _convert_literal(choices: tuple[Any, ...], value: Any) -> Any:
    for choice in choices:
        if value == choice and type(value) is type(choice):
            return choice
        if isinstance(value, str) and value == str(choice):
            return choice
    raise ValueError(value)


def _convert_tuple(kinds: tuple[Any, ...], value: Any) -> tuple[Any, ...]:
    if isinstance(value, str):
        value = [piece for piece in re.split(r"\s*,\s*", value.strip("()[] ")) if piece]
    if not isinstance(value, list | tuple):
        raise TypeError(value)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return tuple(_convert(kinds[0], piece) for piece in value)
    if len(kinds) != len(value):
        raise ValueError(value)
    return tuple(_convert(kind, piece) for kind, piece in zip(kinds, value, strict=True))


def _to_bool(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    words = {"true": True, "yes": True, "on": True, "1": True}
    words |= {"false": False, "no": False, "off": False, "0": False}
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise ValueError(value)


def _to_int(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(value)
    if isinstance(value, int):
        return value
    if isinstance(value, str) and re.fullmatch(r"[+-]?\d{1,18}", value.strip()):
        return int(value)
    number = float(value)
    if not number.is_integer():
        raise ValueError(value)
    return int(number)


def _to_float(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise TypeError(value)
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(value)
    return number


def _to_str(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


_CONVERTERS: dict[Any, Callable[[Any], Any]] = {
    bool: _to_bool,
    int: _to_int,
    float: _to_float,
    str: _to_str,
}


def _type_text(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, bounds = _split_annotation(annotation)
        return f"{_type_text(inner)} from {bounds}" if bounds else _type_text(inner)
    if origin in (Union, types.UnionType):
        return " | ".join(_type_text(choice) for choice in get_args(annotation))
    if origin is Literal:
        return " | ".join(str(choice) for choice in get_args(annotation))
    if origin is tuple:
        kinds = get_args(annotation)
        return ", ".join("..." if kind is Ellipsis else _type_text(kind) for kind in kinds)
    if annotation is type(None):
        return "none"
    return getattr(annotation, "__name__", str(annotation))


def _argument_help(doc: str) -> dict[str, str]:
    """Return the meaning of each argument from the `Args:` section of a docstring."""
    lines = doc.splitlines()
    start = next((i for i, line in enumerate(lines) if line.strip() == "Args:"), None)
    if start is None:
        return {}
    found: dict[str, str] = {}
    name = ""
    for line in lines[start + 1 :]:
        if not line.strip():
            break
        head = re.match(r"    (\w+): (.*)", line)
        if head:
            name = head[1]
            found[name] = head[2].strip()
        elif name:
            found[name] += " " + line.strip()
    return found
