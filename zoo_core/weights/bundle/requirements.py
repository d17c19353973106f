"""Which plugins weights need here, and what stands in for those that only training needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from zoo_core.config.configuration import Configuration, Names
from zoo_core.config.options import Option, coerced, options_of
from zoo_core.config.request import Options
from zoo_core.errors import ZooError
from zoo_core.registry.entry import Entry
from zoo_core.registry.first_party import FIRST_PARTY
from zoo_core.registry.kinds import ARGUED, BY_GAME, OPTIONAL, ROLES
from zoo_core.registry.lookup import CORE, Registry
from zoo_core.weights.bundle.bundle import Bundle
from zoo_core.weights.bundle.untrusted import AGAIN

ABSENT = Entry(
    "discriminator",
    "absent",
    "zoo_core.weights.bundle.absent:AbsentCritic",
    "Hold the place of a critic that is not here.",
)

STAND_INS: Mapping[str, Names] = {
    "loss": f"{CORE}/non-saturating",
    "data": f"{CORE}/digits",
    "critic": f"{CORE}/absent",
    "penalty": (),
    "constraint": (),
    "head": (),
    "metric": (),
    "augment": "none",
    "features": "none",
}
"""Role to what takes its place where a part is not installed and sampling does not need it."""

UNBOUNDED = 2**16
"""Largest number for an option whose author set no bounds."""


def usable(bundle: Bundle, registry: Registry) -> tuple[Configuration, Registry]:
    """Return a composition of installed parts that makes a bundle's pictures, and its registry.

    Raises:
        ZooError: a part that sampling needs and that is not installed, or an option without bounds
            with a number that no net is built with.
    """
    ships_critic = any(name.startswith("discriminator") for name in bundle.components)
    config, wider = drawable(
        bundle.composition, registry, owner=str(bundle.directory), needs_critic=ships_critic
    )
    config = _without(config, dict.fromkeys(_untaken(wider, config.parts), "none"))
    _check_unbounded(wider, config.parts, config.options)
    return config, wider


def drawable(
    config: Configuration, registry: Registry, *, owner: str, needs_critic: bool = False
) -> tuple[Configuration, Registry]:
    """Return a composition whose parts are all here, and its registry.

    Parts that only training needs and that are not installed have stand-ins.

    Args:
        config: what was trained.
        registry: where names are looked up.
        owner: of the composition, for messages.
        needs_critic: a critic that is not installed has no stand-in.

    Raises:
        ZooError: a part that sampling needs and that is not installed.
    """
    parts = config.parts
    missing = {role: error for role in parts if (error := _missing(registry, role, parts[role]))}
    needed = [role for role in missing if _draws_with(role, config, needs_critic=needs_critic)]
    if needed:
        absent = {role: parts[role] for role in needed}
        raise _moved(config, owner, absent) or _not_installed(owner, absent, missing[needed[0]])
    wider = _with_absent(registry) if "critic" in missing else registry
    return _without(config, {role: STAND_INS[role] for role in missing}), wider


def _draws_with(role: str, config: Configuration, *, needs_critic: bool) -> bool:
    """Return whether what is loaded needs the parts of a role.

    Heads are in a critic's file, and constraints say how a net is parametrised.
    """
    if role not in STAND_INS or (needs_critic and role in ("critic", "head", "constraint")):
        return True
    sections = [config.options.get(name, {}) for name in config.options if name.startswith(role)]
    return role == "constraint" and any(s.get("player") == "generator" for s in sections)


def lacks_critic(config: Configuration) -> bool:
    """Say whether a composition's critic is a stand-in."""
    return config.parts.get("critic") == STAND_INS["critic"]


def _without(config: Configuration, instead: Mapping[str, Names]) -> Configuration:
    """Return a configuration with other parts in some roles, whose options go."""
    if not instead:
        return config
    options = {k: v for k, v in config.options.items() if k.partition(".")[0] not in instead}
    return replace(config, parts={**config.parts, **instead}, options=options)


def _moved(config: Configuration, owner: str, parts: Mapping[str, Names]) -> ZooError | None:
    """Return the error for parts of a plugin file that is not where it was; None for others."""
    files = {Path(file).stem.replace("_", "-"): Path(file).name for file in config.plugins}
    for role, value in parts.items():
        for name in _names(role, value):
            source, _, bare = name.rpartition("/")
            if source in files:
                return ZooError(
                    f"{owner!r} needs the {role} {bare!r} of the plugin file {files[source]!r}, "
                    "which is not where it was",
                    hint=f"name it where it is now: `files=['folder/{files[source]}']`",
                )
    return None


def _untaken(registry: Registry, parts: Mapping[str, Names]) -> list[str]:
    """Return the roles that a bundle's parts fill and its game does not take.

    A configuration may name a sampler for a game that translates.
    """
    if "game" not in parts:
        return []
    needs = registry.find("game", str(parts["game"])).entry.load().needs
    return [role for role in BY_GAME - OPTIONAL - needs if _names(role, parts.get(role, "none"))]


def _names(role: str, value: Names) -> list[str]:
    names = [n for n in ((value,) if isinstance(value, str) else value) if n != "none"]
    return [name.partition(":")[0] for name in names] if role in ARGUED else names


def _missing(registry: Registry, role: str, value: Names) -> ZooError | None:
    """Return why a part of a role cannot be had here; None where all can, or there is no role."""
    for name in _names(role, value) if role in ROLES else ():
        try:
            registry.find(ROLES[role].name, name)
        except ZooError as error:
            return error
    return None


def _not_installed(owner: str, parts: Mapping[str, Names], first: ZooError) -> ZooError:
    """Return the error for parts that are not installed, with the line that brings them."""
    named = [(role, name) for role, value in parts.items() for name in _names(role, value)]
    sources = sorted({name.rpartition("/")[0] for _, name in named} - {""})
    what = " and ".join(f"{role} {name!r}" for role, name in named)
    message = f"{owner!r} needs the {what}: {first.message}"
    known = [source for source in sources if source in FIRST_PARTY]
    if CORE in sources:
        return ZooError(message, hint=f"`pip install --upgrade {CORE}`")
    if sources and known == sources:
        return ZooError(message, hint=f"`pip install {' '.join(known)}`")
    strange = [source for source in sources if source not in known]
    if not strange:
        return ZooError(message, hint=first.hint)
    return ZooError(
        message,
        hint=f"{strange[0]!r} is no plugin of ours: a plugin is code, so read it before you "
        f"`pip install {' '.join(sources)}`",
    )


def _with_absent(registry: Registry) -> Registry:
    if any(item.entry is ABSENT for item in registry.entries("discriminator")):
        return registry
    wider = Registry(strict=registry.strict)
    for item in registry.entries():
        wider.add(item.entry, source=item.source)
    wider.add(ABSENT, source=CORE)
    wider.plugins = registry.plugins
    return wider


def _check_unbounded(registry: Registry, parts: Mapping[str, Names], options: Options) -> None:
    """Refuse numbers with which building would not end, where a part's author set no bounds."""
    for role, value in parts.items():
        for name in _names(role, value) if role in ROLES else ():
            item = registry.find(ROLES[role].name, name)
            known = options_of(item.entry.load())
            own = {**options.get(role, {}), **options.get(f"{role}.{item.entry.name}", {})}
            for option, given in own.items():
                if option in known and known[option].bounds is None:
                    _check_number(known[option], given, f"{role} {item.entry.name!r}")


def _check_number(option: Option, value: object, owner: str) -> None:
    found = coerced(option, value, owner)
    pieces = found if isinstance(found, tuple) else (found,)
    if len(pieces) > UNBOUNDED or any(
        isinstance(piece, int | float) and abs(piece) > UNBOUNDED for piece in pieces
    ):
        raise ZooError(
            f"{owner} would be built with {option.name!r} of more than {UNBOUNDED:,}",
            hint=f"no weights need that; {AGAIN}",
        )
