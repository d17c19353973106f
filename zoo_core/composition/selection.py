"""From layers of wishes to entries: which part each role gets, and who chose it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from zoo_core.config.request import Layer
from zoo_core.errors import ZooError
from zoo_core.registry.kinds import ARGUED, BY_GAME, MANY, NEEDED, OPTIONAL, ROLES, STRENGTH
from zoo_core.registry.lookup import Registered, Registry

ENGINE = Layer(
    "engine",
    parts={
        "game": "gan-zoo/adversarial",
        "loss": "gan-zoo/non-saturating",
        "sampler": "gan-zoo/normal",
        "data": "gan-zoo/digits",
    },
)

_ROUNDS = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """The parts of one role, and the layer that named them."""

    items: tuple[Registered, ...]
    chosen_by: str
    argument: str = ""


Selection = Mapping[str, Choice]


def select(registry: Registry, asked: Sequence[Layer]) -> dict[str, Choice]:
    """Return the parts of every role.

    Parts bring defaults that may name other parts, so the choice is repeated until it stands.

    Args:
        registry: where names are looked up.
        asked: the user's, the configuration file's and the recipe's layers, strongest first.

    Raises:
        ZooError: an unknown or ambiguous name, no generator, a part that is asked for and that the
            game does not take, or none where it needs one.
    """
    chosen: dict[str, Choice] = {}
    for _ in range(_ROUNDS):
        layers = (*asked, *part_layers(chosen), ENGINE)
        again = {role: choose(registry, role, layers) for role in ROLES}
        again = _taken(again, {layer.name for layer in asked})
        if again == chosen:
            return _complete(registry, chosen)
        chosen = again
    raise ZooError(
        "the parts of this composition keep naming each other",
        hint="name the generator, the critic, the loss and the game yourself",
    )


def part_layers(chosen: Selection) -> tuple[Layer, ...]:
    """Return the defaults that the chosen parts bring, strongest first."""
    layers = []
    for role in STRENGTH:
        for item in chosen[role].items if role in chosen else ():
            defaults = dict(item.entry.defaults)
            parts = dict(defaults.pop("parts", {}))
            layers.append(Layer(f"{role} {item.entry.name}", parts, defaults))
    return tuple(layers)


def choose(registry: Registry, role: str, layers: Sequence[Layer]) -> Choice:
    """Return what the strongest layer that says something of a role names for it.

    Raises:
        ZooError: an unknown or ambiguous name, or several where one is possible.
    """
    for layer in layers:
        names = layer.names(role)
        if names is None:
            continue
        if len(names) > 1 and role not in MANY:
            raise ZooError(
                f"{layer.name} names {len(names)} parts for the role {role!r}: {', '.join(names)}",
                hint="one is possible",
            )
        plain = [name.partition(":") for name in names] if names and role in ARGUED else None
        argument = plain[0][2] if plain else ""
        looked_up = [plain[0][0]] if plain else list(names)
        items = tuple(registry.find(ROLES[role].name, name) for name in looked_up)
        return Choice(_distinct(role, items), layer.name, argument)
    return Choice((), "nobody")


def _distinct(role: str, items: tuple[Registered, ...]) -> tuple[Registered, ...]:
    names = [item.entry.name for item in items]
    for name in names:
        if names.count(name) > 1:
            raise ZooError(
                f"the {role} {name!r} is named {names.count(name)} times", hint="name it once"
            )
    return items


def needs_of(chosen: Selection) -> frozenset[str]:
    """Return the roles that the chosen game takes parts for.

    Raises:
        ZooError: an unknown role among them.
    """
    item = chosen["game"].items[0]
    needs: frozenset[str] = item.entry.load().needs
    for role in sorted(needs - BY_GAME):
        raise ZooError(
            f"game {item.entry.name!r} needs the unknown role {role!r}",
            hint=f"its author can name {', '.join(sorted(BY_GAME))}",
        )
    return needs


def _taken(chosen: dict[str, Choice], asking: Collection[str]) -> dict[str, Choice]:
    """Return the choice without what the game does not take.

    What parts and the engine bring by themselves is left out; what is asked for is refused.
    """
    if not chosen["game"].items:
        return chosen
    game, needs = chosen["game"].items[0].entry.name, needs_of(chosen)
    found = dict(chosen)
    for role in BY_GAME - needs:
        choice = chosen[role]
        if choice.items and choice.chosen_by in asking:
            raise ZooError(
                f"game {game!r} takes no {role}, but {choice.items[0].entry.name!r} is asked for",
                hint=f"`{ROLES[role].flag} none`, or a game that takes one",
            )
        found[role] = Choice((), f"game {game}")
    return found


def _complete(registry: Registry, chosen: dict[str, Choice]) -> dict[str, Choice]:
    if not chosen["generator"].items:
        known = [item.entry.name for item in registry.entries("generator")]
        hint = (
            f"`--gen` takes one of: {', '.join(known)}" if known else "`pip install gan-zoo[all]`"
        )
        raise ZooError("no generator is named", hint=hint)
    for role in NEEDED:
        if not chosen[role].items:
            raise ZooError(
                f"{chosen[role].chosen_by} asks for no {role}, and every composition needs one",
                hint="name one, or leave it out",
            )
    for role in sorted(needs_of(chosen) - OPTIONAL):
        if not chosen[role].items:
            raise _missing(registry, chosen, role)
    return chosen


def _missing(registry: Registry, chosen: Selection, role: str) -> ZooError:
    """Return the error for a part that the game needs and nobody names."""
    kind = ROLES[role]
    known = [item.entry.name for item in registry.entries(kind.name)]
    one_of = f"`{kind.flag}` takes one of: {', '.join(known)}"
    hint = one_of if known else "`pip install gan-zoo[all]` brings several"
    if role == "critic":
        name = chosen["generator"].items[0].entry.name
        return ZooError(f"generator {name!r} names no critic of its own", hint=hint)
    game = chosen["game"].items[0].entry.name
    asked = chosen[role].chosen_by
    said = "nobody names one" if asked == "nobody" else f"{asked} asks for none"
    return ZooError(f"game {game!r} needs the part {role!r}, and {said}", hint=hint)
