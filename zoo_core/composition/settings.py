"""Every value of a run, who set it, and whom that overrode."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from zoo_core.composition.selection import Choice, Selection
from zoo_core.config.configuration import Origin
from zoo_core.config.options import REQUIRED, Option, coerced, options_of, unknown_option
from zoo_core.config.request import Layer
from zoo_core.config.run import PlayerOptions, RunOptions
from zoo_core.config.values import Value, value_of
from zoo_core.errors import ZooError, nearest
from zoo_core.registry.kinds import MANY, PLAYERS, ROLES


@dataclass(frozen=True, slots=True)
class Setting:
    """One value, the layer that set it, and the weaker layers that it overrode."""

    value: Any
    source: str
    overrode: tuple[tuple[str, Any], ...] = ()

    @property
    def origin(self) -> Origin:
        """Return who set it, as a run records it."""
        return Origin(self.source, tuple((who, value_of(said)) for who, said in self.overrode))


@dataclass(frozen=True, slots=True)
class Section:
    """The values of one part, of a player or of the run.

    Args:
        owner: the part's kind and name, for messages.
        options: what it can be told.
        values: name to setting.
        target: the class that takes the options; None for the run.
    """

    owner: str
    options: Mapping[str, Option]
    values: dict[str, Setting] = field(default_factory=dict)
    target: Callable[..., Any] | None = None

    def recorded(self) -> dict[str, Value]:
        """Return name to value, as a configuration has them."""
        return {name: value_of(setting.value) for name, setting in self.values.items()}

    def plain(self, names: Iterable[str] | None = None) -> dict[str, Any]:
        """Return name to value, for all or some names: what the target is called with."""
        wanted = self.values if names is None else names
        return {name: self.values[name].value for name in wanted}


Settings = dict[str, Section]
PLAYER_OPTIONS = options_of(PlayerOptions)
RUN_OPTIONS = options_of(RunOptions, provided=frozenset())


def run_options(settings: Settings) -> RunOptions:
    """Return the options of the run."""
    return RunOptions(**settings["run"].plain())


def settle(layers: Sequence[Layer], chosen: Selection) -> Settings:
    """Return all sections with every value decided.

    Args:
        layers: strongest first.
        chosen: the parts of every role.

    Raises:
        ZooError: an unknown section or option, a value of another type or out of bounds.
    """
    found = sections(chosen)
    layers = [_normalised(_applicable(layer, chosen), found) for layer in layers]
    for layer in layers:
        _check_names(layer, found)
    for name, section in found.items():
        for option in section.options.values():
            section.values[option.name] = _decide(option, name, section.owner, layers)
    return found


def sections(chosen: Selection) -> Settings:
    """Return the sections of chosen parts, with their options and no values yet."""
    found = {"run": Section("the run", RUN_OPTIONS)}
    for role, choice in chosen.items():
        for item in choice.items:
            target = item.entry.load()
            own = options_of(target)
            owner = f"{ROLES[role].name} {item.entry.name!r}"
            if role in PLAYERS:
                _check_no_clash(own, owner)
                own = {**PLAYER_OPTIONS, **own}
            found[ROLES[role].section(item.entry.name)] = Section(owner, own, {}, target)
    return found


def argument_layers(chosen: Selection) -> tuple[Layer, ...]:
    """Return the layers of what stands behind a colon, as in `folder:photos/`.

    Raises:
        ZooError: the part takes nothing there.
    """
    given = {role: chosen[role] for role in chosen if chosen[role].argument}
    return tuple(_argument_layer(role, choice) for role, choice in given.items())


def _argument_layer(role: str, choice: Choice) -> Layer:
    name = choice.items[0].entry.name
    option = getattr(choice.items[0].entry.load(), "argument", "")
    if not option:
        raise ZooError(
            f"{ROLES[role].name} {name!r} takes nothing after a colon, "
            f"but {choice.argument!r} stands there",
            hint=f"`{ROLES[role].flag} {name}`",
        )
    return Layer(choice.chosen_by, options={role: {option: choice.argument}}, strict=True)


def _check_no_clash(own: Mapping[str, Option], owner: str) -> None:
    clash = sorted(own.keys() & PLAYER_OPTIONS.keys())
    if clash:
        raise ZooError(
            f"{owner} has an option {clash[0]!r}, which is an option of its optimiser",
            hint="its author must rename the option",
        )


def _applicable(layer: Layer, chosen: Selection) -> Layer:
    """Return the layer without options for a part it named where a stronger layer named another.

    A player's options stay: they are its optimiser's.
    """
    options: dict[str, Mapping[str, object]] = {}
    for name, values in layer.options.items():
        if _still_meant(layer, chosen, name):
            options[name] = values
        elif name in PLAYERS:
            options[name] = {key: values[key] for key in values.keys() & PLAYER_OPTIONS.keys()}
    return replace(layer, options=options)


def _still_meant(layer: Layer, chosen: Selection, section: str) -> bool:
    role, _, part = section.partition(".")
    names = layer.names(role) if role in chosen else None
    if not names:
        return True
    there = {
        name
        for item in chosen[role].items
        for name in (item.entry.name, item.qualified, *item.entry.aliases)
    }
    if part and part not in {name.rpartition("/")[2] for name in names}:
        return True
    wanted = (part,) if part else tuple(name.partition(":")[0] for name in names)
    return there.issuperset(wanted)


def _normalised(layer: Layer, known: Settings) -> Layer:
    """Return the layer with `penalty` and `constraint` spelled with the one part they mean."""
    options: dict[str, dict[str, object]] = {}
    for name, values in layer.options.items():
        if name in MANY:
            full = [section for section in known if section.startswith(f"{name}.")]
            if len(full) > 1 and not layer.strict:
                # a part cannot know that the user has asked for more than one
                continue
            if len(full) > 1:
                raise ZooError(
                    f"{layer.name} sets an option of {name!r}, but there are {len(full)}",
                    hint="say which: " + " or ".join(f"`-o {section}...`" for section in full),
                )
            name = full[0] if full else name
        options[name] = {**options.get(name, {}), **values}
    return Layer(layer.name, layer.parts, options, layer.strict)


def _check_names(layer: Layer, known: Settings) -> None:
    if not layer.strict:
        return
    for name, values in layer.options.items():
        if name not in known:
            raise ZooError(
                f"{layer.name} sets {'.'.join((name, next(iter(values), '')))!r}, "
                f"but this composition has no {name!r}",
                hint=f"{nearest(name, known)}its sections are {', '.join(sorted(known))}",
            )
        for option in values:
            if option not in known[name].options:
                raise unknown_option(option, known[name].options, known[name].owner)


def _decide(option: Option, name: str, owner: str, layers: Sequence[Layer]) -> Setting:
    said = [
        (layer.name, coerced(option, layer.options[name][option.name], owner))
        for layer in layers
        if option.name in layer.options.get(name, {})
    ]
    if option.default is not REQUIRED:
        said.append((_default_source(name, option), option.default))
    if not said:
        raise ZooError(
            f"{owner} needs a value for {option.name!r}",
            hint=f"`-o {name}.{option.name}=` takes {option.takes}",
        )
    source, value = said[0]
    return Setting(value, source, tuple(said[1:]))


def _default_source(section: str, option: Option) -> str:
    if section == "run" or (section in PLAYERS and option.name in PLAYER_OPTIONS):
        return "engine"
    return "default"
