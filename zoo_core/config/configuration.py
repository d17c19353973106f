"""A configuration: what is composed, and what a run recorded of it, as frozen values.

JSON is checked and read once, where it comes in; from then on a configuration is this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NoReturn, Self

from zoo_core.config.form import FORMAT, check_form
from zoo_core.config.recorded_data import RecordedData
from zoo_core.config.values import Value, is_value, value_of, value_to_json
from zoo_core.errors import ZooError
from zoo_core.registry.kinds import EXTRAS, MEASURING, ROLES
from zoo_core.spec import ImageSpec

MAX_CLASSES = 100_000
MAX_TABLES = 16
MAX_NAME = 200

STATED = frozenset(ROLES) - {*EXTRAS} - MEASURING
"""Roles that a configuration names which leaves nothing open."""

Names = str | tuple[str, ...]
"""The part of a role, or those of a role that may have several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedTask:
    """What a configuration records of its data, for those who have not the data.

    Args:
        images: table name to what its images are.
        source: what an image-to-image generator reads, or None.
        classes: names of the classes, empty without labels.
    """

    images: Mapping[str, ImageSpec]
    source: ImageSpec | None = None
    classes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the task as JSON data."""
        return {
            "images": {name: list(image.shape) for name, image in self.images.items()},
            "source": list(self.source.shape) if self.source else None,
            "classes": list(self.classes),
        }

    @classmethod
    def from_json(cls, task: Mapping[str, Any]) -> Self:
        """Read a task, which may come from a stranger.

        Raises:
            ZooError: another form, or sizes that no image can have.
        """
        images, source = task.get("images"), task.get("source")
        if not isinstance(images, Mapping) or not 1 <= len(images) <= MAX_TABLES:
            _wrong_task("'images' are no object of shapes")
        classes = task.get("classes", [])
        if not isinstance(classes, list | tuple) or len(classes) > MAX_CLASSES:
            _wrong_task("'classes' are no list of names")
        return cls(
            images={_name(name): _image(shape) for name, shape in images.items()},
            source=None if source is None else _image(source),
            classes=tuple(_name(name) for name in classes),
        )


@dataclass(frozen=True, slots=True)
class Origin:
    """Who set a value, and whom that overrode, each with what they said, strongest first."""

    source: str
    overrode: tuple[tuple[str, Value], ...] = ()

    def to_json(self) -> list[Any]:
        """Return it as JSON data: who set it, then pairs."""
        return [self.source, *([who, value_to_json(value)] for who, value in self.overrode)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetBy:
    """Who chose each part, and who set each value.

    Args:
        parts: role to who chose its part.
        options: section to option to who set it.
    """

    parts: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Origin]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        options = {
            section: {name: origin.to_json() for name, origin in values.items()}
            for section, values in self.options.items()
        }
        return {"parts": dict(self.parts), "options": options}

    @classmethod
    def from_json(cls, found: object) -> Self:
        """Read what can be read of it."""
        options = _object(_object(found).get("options"))
        return cls(
            parts=_texts(_object(found).get("parts")),
            options={
                section: {n: _origin(v) for n, v in _object(values).items() if _is_origin(v)}
                for section, values in options.items()
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment:
    """What a run recorded of where it ran; nothing of it is read when the run is repeated.

    Args:
        facts: name to value: the device, how it computes, the version of Python.
        distributions: name to version.
        set_by: who chose the parts and set the values.
    """

    facts: Mapping[str, Value] = field(default_factory=dict)
    distributions: Mapping[str, str] = field(default_factory=dict)
    set_by: SetBy = field(default_factory=SetBy)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data."""
        beside: dict[str, Any] = {}
        if self.set_by != SetBy():
            beside["set_by"] = self.set_by.to_json()
        if self.distributions:
            beside["distributions"] = dict(self.distributions)
        return {**{name: value_to_json(value) for name, value in self.facts.items()}, **beside}

    @classmethod
    def from_json(cls, found: object) -> Self:
        """Read what can be read of it."""
        own = _object(found)
        facts = {name: v for name, v in own.items() if name not in ("set_by", "distributions")}
        return cls(
            facts=_values(facts),
            distributions=_texts(own.get("distributions")),
            set_by=SetBy.from_json(own.get("set_by")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """What is composed, and what a run recorded of it.

    Args:
        parts: role to the name of its part, or to names; "none" for no part.
        options: section to option to value.
        recipe: the recipe that took part; empty for none.
        plugins: paths of the plugin files that are needed.
        task: the images' shapes and the classes' names; None where they are not recorded.
        data: what a run's data were and where they lay; None where that is not recorded.
        environment: where it ran.
    """

    parts: Mapping[str, Names] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    recipe: str = ""
    plugins: tuple[str, ...] = ()
    task: RecordedTask | None = None
    data: RecordedData | None = None
    environment: Environment = field(default_factory=Environment)

    @property
    def complete(self) -> bool:
        """Return whether it leaves nothing to a recipe.

        One that `--dry-run --json` or a run wrote names every part and every value. Its recipe is
        only a record, so that a later version of the recipe changes nothing.
        """
        return self.parts.keys() >= STATED

    def value(self, section: str, option: str) -> Value:
        """Return an option's value; None where it has none."""
        return self.options.get(section, {}).get(option)

    def names(self, role: str) -> tuple[str, ...]:
        """Return the names of a role's parts; none where it has none."""
        found = self.parts.get(role, ())
        return tuple(n for n in ((found,) if isinstance(found, str) else found) if n != "none")

    def with_options(self, section: str, values: Mapping[str, Value]) -> Self:
        """Return the configuration with other values in a section, in place of those it had."""
        return replace(self, options={**self.options, section: values})

    def located(self, run: Path) -> Self:
        """Return the configuration with its data where they are found now.

        Args:
            run: the directory that holds the configuration.
        """
        if self.data is None:
            return self
        there = self.data.options(run)
        return self.with_options("data", {**self.options.get("data", {}), **there})

    def to_json(self) -> dict[str, Any]:
        """Return the configuration as JSON data; `from_json` reads it back."""
        found: dict[str, Any] = {
            "format": FORMAT,
            "parts": {role: value_to_json(names) for role, names in self.parts.items()},
            "options": {
                section: {name: value_to_json(value) for name, value in values.items()}
                for section, values in self.options.items()
            },
        }
        beside = {
            "task": self.task.to_json() if self.task else None,
            "data": self.data.to_json() if self.data else None,
            "recipe": self.recipe,
            "plugins": list(self.plugins),
            "environment": self.environment.to_json(),
        }
        return {**found, **{key: value for key, value in beside.items() if value}}

    @classmethod
    def from_json(cls, config: Mapping[str, Any]) -> Self:
        """Read a configuration; what it names is not looked up yet.

        Raises:
            ZooError: another format, an unknown key or role, or a value of another type.
        """
        check_form(config)
        task = config.get("task")
        return replace(
            cls.salvaged(config), task=None if task is None else RecordedTask.from_json(task)
        )

    @classmethod
    def salvaged(cls, config: object) -> Self:
        """Read what can be read of an old or damaged configuration, but for its task."""
        own = _object(config)
        recipe = own.get("recipe")
        return cls(
            parts={role: _names(names) for role, names in _object(own.get("parts")).items()},
            options={
                section: _values(values)
                for section, values in _object(own.get("options")).items()
                if isinstance(values, Mapping)
            },
            recipe=recipe if isinstance(recipe, str) else "",
            plugins=tuple(path for path in _listed(own.get("plugins")) if isinstance(path, str)),
            data=RecordedData.from_json(own["data"]) if "data" in own else None,
            environment=Environment.from_json(own.get("environment")),
        )


def _values(found: object) -> dict[str, Value]:
    return {name: value_of(value) for name, value in _object(found).items() if is_value(value)}


def _names(found: object) -> Names:
    if isinstance(found, list | tuple):
        return tuple(str(name) for name in found)
    return str(found)


def _texts(found: object) -> dict[str, str]:
    return {name: str(value) for name, value in _object(found).items()}


def _object(found: object) -> Mapping[str, Any]:
    """Return a JSON object, or an empty one for anything else."""
    return found if isinstance(found, Mapping) else {}


def _listed(found: object) -> tuple[object, ...]:
    return tuple(found) if isinstance(found, list | tuple) else ()


def _is_origin(found: object) -> bool:
    return isinstance(found, list | tuple) and len(found) > 0


def _origin(found: Any) -> Origin:
    pairs = [pair for pair in found[1:] if isinstance(pair, list | tuple) and len(pair) == 2]
    said = [(str(who), value) for who, value in pairs if is_value(value)]
    return Origin(str(found[0]), tuple((who, value_of(value)) for who, value in said))


def _image(shape: Any) -> ImageSpec:
    if isinstance(shape, list | tuple) and len(shape) == 3 and all(type(n) is int for n in shape):
        return ImageSpec(*shape)
    return _wrong_task(f"{str(shape)[:80]!r} is no shape of an image")


def _name(name: Any) -> str:
    if isinstance(name, str) and len(name) <= MAX_NAME:
        return name
    return _wrong_task(f"{str(name)[:80]!r} is no name")


def _wrong_task(what: str) -> NoReturn:
    raise ZooError(
        f"the configuration's 'task' has another form: {what}",
        hint="a run or `zoo push` writes it; get the file again from where it came",
    )
