"""What somebody asks for: parts by role and values by section, before anything is looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from zoo_core.config.paths import expanded
from zoo_core.errors import ZooError, nearest
from zoo_core.registry.kinds import ROLES

Parts = Mapping[str, str | tuple[str, ...]]
Options = Mapping[str, Mapping[str, object]]

NOTHING = "none"
"""The name that asks for no part in a role."""


@dataclass(frozen=True, slots=True)
class Layer:
    """Parts and values from one source; stronger layers win over weaker ones.

    Args:
        name: who says so, for the table of `--dry-run`.
        parts: role to name or names.
        options: section to values.
        strict: an option that its part does not have is an error, not just not applicable.
    """

    name: str
    parts: Parts = field(default_factory=dict)
    options: Options = field(default_factory=dict)
    strict: bool = False

    def __post_init__(self) -> None:
        for role in self.parts:
            if role not in ROLES:
                raise ZooError(
                    f"{self.name} names a part for the unknown role {role!r}",
                    hint=f"{nearest(role, ROLES)}the roles are {', '.join(ROLES)}",
                )

    def names(self, role: str) -> tuple[str, ...] | None:
        """Return the names for a role, () for explicitly none, or None if nothing is said."""
        if role not in self.parts:
            return None
        value = self.parts[role]
        names = (value,) if isinstance(value, str) else tuple(value)
        return tuple(name for name in names if name != NOTHING)


def parse_options(pairs: Iterable[str]) -> dict[str, dict[str, str]]:
    """Read `section.name=value` pairs.

    Raises:
        ZooError: another form.
    """
    found: dict[str, dict[str, str]] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        section, dot, name = key.strip().rpartition(".")
        if not (equals and dot and section and name):
            raise ZooError(
                f"no option can be read from {pair!r}",
                hint="`-o` takes section.name=value, such as `-o generator.width=32`",
            )
        found.setdefault(section, {})[name.replace("-", "_")] = _at_home(value.strip())
    return found


def _at_home(value: str) -> str:
    return str(expanded(value)) if value.startswith("~") else value


def split_names(text: str) -> tuple[str, ...]:
    """Read "gp,r1" as a tuple of names."""
    return tuple(name.strip() for name in text.split(",") if name.strip())
