"""The form of a bundle's configuration, key by key. Imports no torch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NoReturn

from zoo_core.errors import ZooError, nearest
from zoo_core.weights.bundle.formats import FORMAT
from zoo_core.weights.bundle.untrusted import AGAIN, is_plain_name

SAMPLES = "samples.png"
STATE = "state"
DTYPE_NAMES = ("float32", "float16")

REQUIRED: Mapping[str, type | tuple[type, ...]] = {
    "format": int,
    "kind": str,
    "composition": dict,
    "components": dict,
    "weights": str,
    "dtype": str,
    "step": (int, type(None)),
    "sha256": dict,
    "distributions": dict,
    "scores": list,
    "training": dict,
    "digest": str,
}
"""Keys that every configuration of a bundle has, and their types."""

OPTIONAL: Mapping[str, type] = {"state": list, "origin": dict, "licence": str}
"""Keys that it may have: files below state/, where imported weights came from, their licence."""

MANY = 64
"""Most parts of a role, sections and components."""

MOST_SCORES = 1000

_HEX = re.compile(r"[0-9a-f]{64}")
_NET = re.compile(r"[a-z][a-z0-9_]{0,60}(\.[a-z0-9_]{1,60}){0,4}")


def check_bundle_form(config: Mapping[str, Any], name: str) -> None:
    """Check the form of a configuration, not yet the parts that it names.

    Args:
        config: in the newest format.
        name: of the bundle, for messages.

    Raises:
        ZooError: a missing or unknown key, a value of another type, or a name of a file that is no
            plain one.
    """
    _check_keys(config, name)
    _check_values(config, name)
    _check_files(config, name)


def refuse_plugin_files(composition: Mapping[str, Any], name: str) -> None:
    """Refuse a configuration that asks for plugin files.

    Raises:
        ZooError: it does: its author could have put code there.
    """
    if "plugins" in composition:
        raise ZooError(
            f"the weights in {name!r} ask for plugin files, which would execute code",
            hint="weights name installed plugins only; ask their author for a distribution",
        )


def _check_keys(config: Mapping[str, Any], name: str) -> None:
    known = {**REQUIRED, **OPTIONAL}
    for key, value in config.items():
        if key not in known:
            _wrong(name, f"has the unknown key {key!r}", nearest(key, known))
        if not isinstance(value, known[key]) or isinstance(value, bool):
            _wrong(name, f"has a {key!r} of another type")
    for key in REQUIRED:
        if key not in config:
            _wrong(name, f"has no {key!r}")


def _check_values(config: Mapping[str, Any], name: str) -> None:
    if config["weights"] not in ("average", "plain"):
        _wrong(name, f"has weights that are {config['weights'][:40]!r}", "average or plain; ")
    if config["dtype"] not in DTYPE_NAMES:
        _wrong(name, f"has the dtype {config['dtype'][:40]!r}", f"{' or '.join(DTYPE_NAMES)}; ")
    if config["step"] is not None and not 0 <= config["step"] <= 2**53:
        _wrong(name, "has a step that no run gets to")
    texts = config["distributions"]
    if len(texts) > MANY or not all(isinstance(v, str) for v in texts.values()):
        _wrong(name, "has distributions that are no versions by name")
    scores = config["scores"]
    if len(scores) > MOST_SCORES or not all(isinstance(score, dict) for score in scores):
        _wrong(name, "has scores that are no records")
    _check_composition(config["composition"], name)


def _check_composition(composition: Mapping[str, Any], name: str) -> None:
    refuse_plugin_files(composition, name)
    if not {"format", "parts", "options", "task"} <= composition.keys():
        _wrong(name, "has a composition without format, parts, options or task")
    parts, options = composition["parts"], composition["options"]
    if not (isinstance(parts, dict) and isinstance(options, dict)):
        _wrong(name, "has parts or options that are no objects")
    sizes = [len(parts), len(options)]
    sizes += [len(value) for value in (*parts.values(), *options.values()) if _is_many(value)]
    if max(sizes) > 4 * MANY:
        _wrong(name, "has more parts or options than a composition can have")


def _is_many(value: object) -> bool:
    return isinstance(value, list | dict)


def _check_files(config: Mapping[str, Any], name: str) -> None:
    components, sums = config["components"], config["sha256"]
    if not 1 <= len(components) <= MANY or len(config.get("state", ())) > MANY:
        _wrong(name, "has no components, or too many")
    for net, file in components.items():
        if not _NET.fullmatch(net):
            _wrong(name, f"has a component named {net[:80]!r}")
        if not is_plain_name(file) or not file.endswith(".safetensors"):
            _wrong(name, f"names the file {str(file)[:80]!r}, which is no plain file of its own")
    for file in config.get("state", ()):
        if not is_plain_name(file) or not file.endswith((".safetensors", ".json", ".jsonl")):
            _wrong(name, f"names the file {str(file)[:80]!r}, which is no plain file of its state")
    files = [*components.values(), *(f"{STATE}/{file}" for file in config.get("state", ()))]
    if len({file.casefold() for file in files}) != len(files):
        _wrong(name, "names a file twice")
    if set(sums) - {SAMPLES} != set(files):
        _wrong(name, "has checksums of other files than it names")
    if not all(isinstance(one, str) and _HEX.fullmatch(one) for one in sums.values()):
        _wrong(name, "has a checksum that is none")


def _wrong(name: str, what: str, hint: str = "") -> NoReturn:
    raise ZooError(f"config.json of {name!r} {what}", hint=f"{hint}{AGAIN}; format {FORMAT}")
