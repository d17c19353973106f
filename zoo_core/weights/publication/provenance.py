"""What a bundle says of the training behind its weights."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from zoo_core.composition import Composition, compose
from zoo_core.errors import ZooError
from zoo_core.registry.kinds import MEASURING, ROLES
from zoo_core.registry.lookup import CORE, Registry
from zoo_core.runs.lines import Evaluation
from zoo_core.weights.bundle.private import without_directories


def used_distributions(
    composition: Mapping[str, Any], versions: Mapping[str, str]
) -> dict[str, str]:
    """Return which distributions a composition's parts come from, with their versions."""
    names: list[str] = []
    for value in composition["parts"].values():
        names += value if isinstance(value, list) else [value]
    sources = {name.partition("/")[0] for name in names if "/" in name} | {CORE}
    return {source: versions.get(source, "") for source in sorted(sources)}


def scores_of(
    evaluations: Iterable[Evaluation], step: int | None, weights: str
) -> list[Evaluation]:
    """Return the evaluations of a checkpoint's weights, without anybody's directories."""
    return [
        replace(one, protocol=without_directories(one.protocol))
        for one in evaluations
        if one.step == step and one.weights == weights
    ]


def command_of(composition: Mapping[str, Any], registry: Registry) -> str:
    """Return the `zoo train` command that repeats a training, as short as it can be said.

    Values that the named parts, or the recipe, bring by themselves are left out.
    """
    parts, options = composition["parts"], composition["options"]
    recipe = composition.get("recipe")
    starts: list[dict[str, Any]] = [{"parts": _spoken(parts)}]
    if recipe:
        starts.insert(0, {"recipe": recipe})
    for start in starts:
        try:
            base = compose(
                start.get("parts"),
                config={"task": composition["task"], "options": {"data": options.get("data", {})}},
                recipe=start.get("recipe"),
                registry=registry,
                without_data=True,
            )
        except ZooError:
            # a recipe may ask for other data, whose options are not these
            continue
        found = base.config()
        if _bare(found["parts"]) == _bare(parts):
            plain = {**found["options"], "data": _defaults(base)}
            return shlex.join(["zoo", "train", *_words(start), *_differences(plain, options)])
    words = _words({"parts": _spoken(parts)})
    return shlex.join(["zoo", "train", *words, *_differences({}, options)])


def _defaults(composition: Composition) -> dict[str, Any]:
    """Return what the data set has for what nobody says."""
    section = composition.settings["data"]
    return {name: option.default for name, option in section.options.items()}


def _bare(parts: Mapping[str, Any]) -> dict[str, Any]:
    return {role: value for role, value in parts.items() if role not in MEASURING}


def _spoken(parts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts that a user would name, by their bare names."""
    said = {}
    for role, value in _bare(parts).items():
        names = [name.rpartition("/")[2] for name in _listed(value) if name != "none"]
        if names:
            said[role] = tuple(names) if isinstance(value, list) else names[0]
    return said


def _listed(value: Any) -> list[str]:
    return list(value) if isinstance(value, list | tuple) else [value]


def _words(start: Mapping[str, Any]) -> list[str]:
    if start.get("recipe"):
        return ["--recipe", str(start["recipe"]).rpartition("/")[2]]
    words: list[str] = []
    for role, value in start["parts"].items():
        words += [ROLES[role].flag, ",".join(_listed(value))]
    return [*words, "--no-recipe"]


def _differences(base: Mapping[str, Any], own: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for section, values in own.items():
        if section.partition(".")[0] in MEASURING:
            continue
        for name, value in values.items():
            if _json(base.get(section, {}).get(name)) != _json(value):
                words += ["-o", f"{section}.{name}={_text(value)}"]
    return words


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _text(value: Any) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(_text(piece) for piece in value)
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    return str(value)
