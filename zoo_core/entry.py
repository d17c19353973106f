"""What a plugin offers, as data: no import happens until `Entry.load`."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zoo_core.errors import ZooError, nearest

CONTRACT = 1
"""The newest version of the plugin contract that this core understands."""

KINDS = (
    "generator",
    "discriminator",
    "loss",
    "penalty",
    "constraint",
    "sampler",
    "condition",
    "game",
    "encoder",
    "dataset",
    "augment",
    "metric",
    "features",
    "recipe",
    "weights",
)

_NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
_SECTIONS = frozenset(
    {
        "parts",
        "run",
        "game",
        "generator",
        "critic",
        "loss",
        "penalty",
        "constraint",
        "sampler",
        "condition",
        "augment",
        "encoder",
        "data",
    }
)
"""Sections of a configuration; these are roles, so a discriminator is a critic here."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One component that a plugin provides.

    Args:
        kind: one of `KINDS`.
        name: kebab-case; what the user types.
        target: `"package.module:Name"`, imported by `load` and not before.
        summary: one sentence for `zoo list`.
        paper: where it is published, such as `arXiv:1511.06434`.
        aliases: other names that find it.
        defaults: `{"parts": {...}, "generator": {...}, "critic": {...}, "run": {...}}`: the parts
            and values that this component brings unless something stronger says otherwise.
        tags: free words; `needs:X` are shown by `zoo info`.
        contract: version of the plugin contract that the entry was written for; one that is newer
            than `CONTRACT` is not looked at any further here: the registry refuses it by name.

    Raises:
        ZooError: an unknown kind, a name that is not kebab-case, a target of another form, or an
            unknown section of defaults.
    """

    kind: str
    name: str
    target: str
    summary: str
    paper: str = ""
    aliases: tuple[str, ...] = ()
    defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict, hash=False)
    tags: tuple[str, ...] = ()
    contract: int = 1

    def __post_init__(self) -> None:
        if self.contract > CONTRACT:
            return
        if self.kind not in KINDS:
            raise ZooError(
                f"entry {self.name!r} has the unknown kind {self.kind!r}",
                hint=f"{nearest(self.kind, KINDS)}the kinds are {', '.join(KINDS)}",
            )
        for name in (self.name, *self.aliases):
            if not _NAME.fullmatch(name):
                raise ZooError(
                    f"{name!r} cannot name a {self.kind}",
                    hint="names are kebab-case, such as 'wgan-gp'",
                )
        if self.kind != "weights" and not _TARGET.fullmatch(self.target):
            raise ZooError(
                f"{self.kind} {self.name!r} has the target {self.target!r}",
                hint="a target has the form 'package.module:Name'",
            )
        for section in self.defaults:
            if section not in _SECTIONS and not section.startswith(("penalty.", "constraint.")):
                raise ZooError(
                    f"{self.kind} {self.name!r} sets defaults for the unknown section {section!r}",
                    hint=f"{nearest(section, _SECTIONS)}the sections are "
                    + ", ".join(sorted(_SECTIONS)),
                )

    def load(self) -> Any:
        """Import the target and return it.

        Raises:
            ZooError: the module or the name in it does not exist.
        """
        module_name, _, path = self.target.partition(":")
        try:
            found: Any = importlib.import_module(module_name)
        except ModuleNotFoundError as error:
            raise ZooError(
                f"{self.kind} {self.name!r} points to {self.target!r}: {error}",
                hint="the plugin is incomplete: `zoo doctor` names its distribution; reinstall it",
            ) from error
        for name in path.split("."):
            if not hasattr(found, name):
                raise ZooError(
                    f"{self.kind} {self.name!r} points to {self.target!r}, "
                    f"but {module_name} has no {name!r}",
                    hint="the plugin is incomplete: `zoo doctor` names its distribution; "
                    "its author must correct the target",
                )
            found = getattr(found, name)
        return found
