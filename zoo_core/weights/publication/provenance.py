"""What a bundle says of the training behind its weights."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from zoo_core.composition import Composition, compose
from zoo_core.config.configuration import Configuration
from zoo_core.config.options import REQUIRED
from zoo_core.config.request import Parts
from zoo_core.config.values import Value, value_of
from zoo_core.errors import ZooError
from zoo_core.registry.kinds import MEASURING, ROLES
from zoo_core.registry.lookup import CORE, Registry
from zoo_core.runs.lines import Evaluation
from zoo_core.weights.bundle.private import without_directories


def used_distributions(composition: Configuration, versions: Mapping[str, str]) -> dict[str, str]:
    """Return which distributions a composition's parts come from, with their versions."""
    names = [name for role in composition.parts for name in composition.names(role)]
    sources = {name.partition("/")[0] for name in names if "/" in name} | {CORE}
    return {source: versions.get(source, "") for source in sorted(sources)}


def scores_of(
    evaluations: Iterable[Evaluation], step: int | None, weights: str
) -> list[Evaluation]:
    """Return the evaluations of a checkpoint's weights, without anybody's directories."""
    return [
        replace(
            one,
            protocol=without_directories(one.protocol),
            metrics=without_directories(one.metrics),
        )
        for one in evaluations
        if one.step == step and one.weights == weights
    ]


def command_of(composition: Configuration, registry: Registry) -> str:
    """Return the `zoo train` command that repeats a training, as short as it can be said.

    Values that the named parts, or the recipe, bring by themselves are left out.
    """
    spoken = _spoken(composition)
    starts = [_Start(parts=spoken)]
    if composition.recipe:
        starts.insert(0, _Start(recipe=composition.recipe))
    data = {name: values for name, values in composition.options.items() if name == "data"}
    known = Configuration(options=data, task=composition.task)
    for start in starts:
        try:
            base = compose(
                start.parts,
                config=known,
                recipe=start.recipe or None,
                registry=registry,
                without_data=True,
            )
        except ZooError:
            # a recipe may ask for other data, whose options are not these
            continue
        found = base.config()
        if _bare(found) == _bare(composition):
            plain = found.with_options("data", _defaults(base))
            return shlex.join(["zoo", "train", *start.words, *_differences(plain, composition)])
    words = _Start(parts=spoken).words
    return shlex.join(["zoo", "train", *words, *_differences(Configuration(), composition)])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    """How a command may begin: with a recipe, or with parts by their bare names."""

    recipe: str = ""
    parts: Parts = field(default_factory=dict)

    @property
    def words(self) -> list[str]:
        if self.recipe:
            return ["--recipe", self.recipe.rpartition("/")[2]]
        words: list[str] = []
        for role, names in self.parts.items():
            words += [ROLES[role].flag, names if isinstance(names, str) else ",".join(names)]
        return [*words, "--no-recipe"]


def _defaults(composition: Composition) -> dict[str, Value]:
    """Return what the data set has for what nobody says."""
    options = composition.settings["data"].options.values()
    return {o.name: value_of(o.default) for o in options if o.default is not REQUIRED}


def _bare(config: Configuration) -> Parts:
    return {role: names for role, names in config.parts.items() if role not in MEASURING}


def _spoken(config: Configuration) -> Parts:
    """Return the parts that a user would name, by their bare names."""
    said: dict[str, str | tuple[str, ...]] = {}
    for role, value in _bare(config).items():
        names = tuple(name.rpartition("/")[2] for name in config.names(role))
        if names:
            said[role] = names[0] if isinstance(value, str) else names
    return said


def _differences(base: Configuration, own: Configuration) -> list[str]:
    words: list[str] = []
    for section, values in own.options.items():
        if section.partition(".")[0] in MEASURING:
            continue
        before = base.options.get(section, {})
        for name, value in values.items():
            if before.get(name) != value:
                words += ["-o", f"{section}.{name}={_text(value)}"]
    return words


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        return ",".join(_text(piece) for piece in value)
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return str(value)
