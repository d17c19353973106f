"""What a plugin offers, as data: no import happens until `Entry.load`."""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zoo_core.errors import ZooError, nearest
from zoo_core.registry.kinds import KINDS, MANY, MEASURING, ROLES

CONTRACT = 1
"""The newest version of the plugin contract that this core understands."""

AVERAGED = (
    "samples, pictures and scores come from a moving average of the weights (`run.ema_images`), "
    "because that mostly looks better; the original keeps none, and "
    "`-o run.ema_images=0` does as it does"
)
"""A departure that generators have in common whose originals are older than the average."""

_NAME = re.compile(r"[a-z0-9]+([.-][a-z0-9]+)*")
_TARGET = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")
WEIGHTS_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.[a-z0-9]+(?:-[a-z0-9]+)*-\d+(?:x\d+)?")
"""How pretrained weights are named: `part.data-size`, such as `cyclegan.digits-mnist-32`."""

_FOLDER = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*:[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)*")
_ON_HUB = re.compile(r"hf://[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*(?:@[A-Za-z0-9][\w./-]*)?")
_SECTIONS = frozenset({"parts", "run", *ROLES}) - MEASURING
"""Sections of a configuration that entries may set; a discriminator is a critic here."""

_OF_ONE = tuple(f"{role}." for role in sorted(MANY - MEASURING))
"""How the section of one of several parts begins."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One component that a plugin provides.

    Args:
        kind: one of `KINDS`.
        name: kebab-case; what the user types.
        target: `"package.module:Name"`, imported by `load` and not before; of weights,
            `"package:folder"` for a bundle in the wheel, or `"hf://user/repo@revision"`.
        summary: one sentence for `zoo list`.
        paper: where it is published, such as `arXiv:1511.06434`.
        aliases: other names that find it.
        defaults: `{"parts": {...}, "generator": {...}, "critic": {...}, "run": {...}}`: the parts
            and values that this component brings unless something stronger says otherwise.
        tags: free words; `needs:X` are shown by `zoo info`.
        departures: where it is not what was published or what its authors' code does, and why: a
            sentence each, for `zoo info` and docs/departures.md.
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
    departures: tuple[str, ...] = ()
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
        if self.kind == "weights":
            self._check_weights()
        elif not _TARGET.fullmatch(self.target):
            raise ZooError(
                f"{self.kind} {self.name!r} has the target {self.target!r}",
                hint="a target has the form 'package.module:Name'",
            )
        for section in self.defaults:
            if section not in _SECTIONS and not section.startswith(_OF_ONE):
                raise ZooError(
                    f"{self.kind} {self.name!r} sets defaults for the unknown section {section!r}",
                    hint=f"{nearest(section, _SECTIONS)}the sections are "
                    + ", ".join(sorted(_SECTIONS)),
                )

    def load(self) -> Any:
        """Import the target and return it.

        Raises:
            ZooError: the module or the name in it does not exist, or these are weights, which are
                no object.
        """
        if self.kind == "weights":
            raise ZooError(
                f"weights {self.name!r} are files, not an object to import",
                hint=f"`zoo_core.load({self.name!r})` loads them",
            )
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

    def _check_weights(self) -> None:
        for name in (self.name, *self.aliases):
            if not WEIGHTS_NAME.fullmatch(name):
                raise ZooError(
                    f"{name!r} cannot name weights",
                    hint="weights are named part.data-size, such as 'dcgan.digits-32'",
                )
        if not (_FOLDER.fullmatch(self.target) or _ON_HUB.fullmatch(self.target)):
            raise ZooError(
                f"weights {self.name!r} have the target {self.target!r}",
                hint="a folder in the plugin's wheel, such as 'zoo_plugin_x:weights/x.digits-32', "
                "or a repository, such as 'hf://user/repo@v1'",
            )
