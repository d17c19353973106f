"""The kinds of parts: all that is known of each stands in one table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What is known of one kind of part.

    Args:
        name: of the kind, as entries and `zoo list` have it.
        interface: what such a part is, as `zoo_core.interfaces` names it; empty for what is
            data or files.
        role: under which a composition has it and `-o` sets its options; empty for kinds that are
            no part of a composition.
        flags: of the command line, the main one first.
        help: what the flag chooses.
        many: several may be chosen.
        player: a net, whose section has the options of its optimiser too.
        argued: it may be named with an argument behind a colon, as in `folder:photos/`.
        measuring: it looks at a run and does not change what is trained.
        needed: every composition has it; of the others, a game says which it takes.
        optional: a composition may be without it although its game takes it.
        strength: whose defaults win where parts bring different ones, the largest first; 0 where
            they bring none.
    """

    name: str
    interface: str
    role: str = ""
    flags: tuple[str, ...] = ()
    help: str = ""
    many: bool = False
    player: bool = False
    argued: bool = False
    measuring: bool = False
    needed: bool = False
    optional: bool = False
    strength: int = 0

    @property
    def flag(self) -> str:
        """Return the main flag, or an empty string."""
        return self.flags[0] if self.flags else ""

    @property
    def called(self) -> tuple[str, ...]:
        """Return every name that somebody may have for it: its own, its role, its flags'."""
        words = (self.name, self.role, *(flag.removeprefix("--") for flag in self.flags))
        return tuple(dict.fromkeys(filter(None, words)))

    def section(self, name: str) -> str:
        """Return where the options of a part of this name are set."""
        section = self.role or self.name
        return f"{section}.{name}" if self.many else section


TABLE = (
    Kind(
        name="generator",
        interface="Generator",
        role="generator",
        flags=("--gen",),
        help="Generator; `zoo list generator` shows all.",
        player=True,
        needed=True,
        strength=9,
    ),
    Kind(
        name="discriminator",
        interface="Discriminator",
        role="critic",
        flags=("--disc", "--critic"),
        help="Critic; else the generator names its own.",
        player=True,
        strength=10,
    ),
    Kind(
        name="loss",
        interface="Loss",
        role="loss",
        flags=("--loss",),
        help="Loss of both players.",
        strength=11,
    ),
    Kind(
        name="penalty",
        interface="Penalty",
        role="penalty",
        flags=("--penalty",),
        help="Penalties, separated by commas, or none.",
        many=True,
        optional=True,
        strength=5,
    ),
    Kind(
        name="constraint",
        interface="Constraint",
        role="constraint",
        flags=("--constraint",),
        help="Constraints on the nets, or none.",
        many=True,
        optional=True,
        strength=4,
    ),
    Kind(
        name="head",
        interface="Head",
        role="head",
        flags=("--head",),
        help="Further heads of the critic, or none.",
        many=True,
        optional=True,
        strength=3,
    ),
    Kind(
        name="sampler",
        interface="Sampler",
        role="sampler",
        flags=("--sampler",),
        help="Distribution of the latents.",
        strength=6,
    ),
    Kind(
        name="condition",
        interface="Condition",
        role="condition",
        flags=("--condition",),
        help="How labels or codes take part.",
        optional=True,
        strength=7,
    ),
    Kind(
        name="game",
        interface="Game",
        role="game",
        flags=("--game",),
        help="How the players move.",
        needed=True,
        strength=12,
    ),
    Kind(
        name="encoder",
        interface="Encoder",
        role="encoder",
        flags=("--encoder",),
        help="Encoder, in games that take one.",
        player=True,
        strength=8,
    ),
    Kind(
        name="dataset",
        interface="Dataset",
        role="data",
        flags=("--data",),
        help="Data set, such as digits or folder:photos/.",
        argued=True,
        needed=True,
        strength=1,
    ),
    Kind(
        name="augment",
        interface="Augment",
        role="augment",
        flags=("--augment",),
        help="Augmentation of what the critic sees.",
        optional=True,
        strength=2,
    ),
    Kind(
        name="metric",
        interface="Metric",
        role="metric",
        flags=("--metrics",),
        help="What is measured, such as fid,kid.",
        many=True,
        measuring=True,
    ),
    Kind(
        name="features",
        interface="Features",
        role="features",
        flags=("--features",),
        help="What metrics see images through.",
        argued=True,
        measuring=True,
    ),
    Kind(name="recipe", interface=""),
    Kind(name="weights", interface=""),
    Kind(name="importer", interface="Importer"),
    Kind(name="tracker", interface="Tracker"),
)

KINDS: tuple[str, ...] = tuple(kind.name for kind in TABLE)
"""The names of all kinds."""

ROLES: Mapping[str, Kind] = {kind.role: kind for kind in TABLE if kind.role}
"""Role in a composition to kind."""


def roles_where(holds: Callable[[Kind], bool]) -> frozenset[str]:
    """Return the roles of the kinds for which something holds."""
    return frozenset(role for role, kind in ROLES.items() if holds(kind))


MANY = roles_where(lambda kind: kind.many)
"""Roles that several parts can have at once."""

ARGUED = roles_where(lambda kind: kind.argued)
"""Roles whose part may be named with an argument behind a colon."""

MEASURING = roles_where(lambda kind: kind.measuring)
"""Roles that look at a run and do not change what it trains."""

PLAYERS = roles_where(lambda kind: kind.player)
"""Sections that hold the options of a net and of its player's optimiser."""

NEEDED = roles_where(lambda kind: kind.needed)
"""Roles that no composition is without."""

OPTIONAL = roles_where(lambda kind: kind.optional)
"""Roles that stay empty where nobody names a part."""

BY_GAME = frozenset(ROLES) - NEEDED - MEASURING
"""Roles that a game takes parts for, or does not: `Game.needs`."""

EXTRAS = tuple(role for role in ROLES if role in OPTIONAL or role == "encoder")
"""Roles that most compositions leave empty, and that change what is trained."""

_BRINGING = roles_where(lambda kind: kind.strength > 0)
STRENGTH = tuple(sorted(_BRINGING, key=lambda role: -ROLES[role].strength))
"""Roles whose entries bring defaults, strongest first."""

_CALLED = {word: kind for kind in TABLE for word in kind.called}


def kind_called(word: str) -> Kind | None:
    """Return the kind that somebody means by a word, such as "critic" or "gen"."""
    return _CALLED.get(word)
