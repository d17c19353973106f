"""From the command line to a sweep: what has alternatives varies, and the rest is for all runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import click

from zoo_cli.sweeping.options import SEARCH
from zoo_cli.training.options import ALL_VALUE_FLAGS
from zoo_cli.training.request import begun_from, requested
from zoo_core.registry.kinds import ROLES
from zoo_core.registry.lookup import Registry
from zoo_core.sweeps.axes import Axis, axis_of, part_domain
from zoo_core.sweeps.definition import Search, Sweep
from zoo_core.sweeps.reach import Reach

_MARKS = (",", ";", "..")
"""Where none of these stands, there is one value."""


def asked(given: Mapping[str, Any], registry: Registry) -> Sweep:
    """Return the sweep that the parameters of `zoo sweep` ask for.

    Raises:
        UsageError: nothing to train is named, one value is said twice, or what belongs to a study
            stands without `--trials`.
        ZooError: a name that no part has, or a range that does not parse.
    """
    _check_study(given)
    request = requested({**given, "run": None, "other_data": False, "resume": None})
    config, plugins = begun_from(request)
    parts, axes = _parts(given)
    sweep = Sweep(
        parts=parts,
        options=request.options,
        axes=axes,
        trials=given["trials"],
        search=_search(given),
        recipe=request.recipe,
        config=config,
        init=request.init,
        plugins=tuple(plugins),
    )
    return _with_options(sweep, registry)


def _check_study(given: Mapping[str, Any]) -> None:
    if given["trials"] is not None:
        return
    for name in SEARCH:
        if given[name] is not None:
            raise click.UsageError(
                f"--{name.replace('_', '-')} belongs to a study: `--trials N` begins one"
            )


def _parts(given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Axis, ...]]:
    fixed: dict[str, Any] = {}
    axes = []
    for role, kind in ROLES.items():
        text = given[kind.flag.removeprefix("--").replace("-", "_")]
        if text is None:
            continue
        domain = part_domain(role, text)
        if len(domain) > 1:
            axes.append(axis_of(role, domain))
        else:
            fixed[role] = domain[0] if domain else "none"
    return fixed, tuple(axes)


def _search(given: Mapping[str, Any]) -> Search:
    named = {
        "score": given["score"],
        "pruner": given["pruner"],
        "how": given["search"],
        "startup": given["startup"],
        "seed": given["search_seed"],
    }
    return Search(**{name: value for name, value in named.items() if value is not None})


def _with_options(sweep: Sweep, registry: Registry) -> Sweep:
    """Return the sweep with an axis in place of each option that has alternatives."""
    options = {section: dict(values) for section, values in sweep.options.items()}
    listed = [sets for sets in _targets(options) if _is_listed(_said(options, sets))]
    if not listed:
        return sweep
    reach, axes = Reach(sweep, registry), list(sweep.axes)
    for sets in listed:
        domain = reach.domain(sets, str(_said(options, sets)))
        if isinstance(domain, tuple) and len(domain) < 2:
            continue
        axes.append(axis_of(" ".join(sets), domain))
        for target in sets:
            section, _, name = target.rpartition(".")
            del options[section][name]
    return replace(sweep, options=options, axes=tuple(axes))


def _targets(options: Mapping[str, Mapping[str, object]]) -> list[tuple[str, ...]]:
    """Return what is set, options that one flag sets together."""
    each: list[tuple[str, ...]] = [
        (f"{section}.{name}",) for section in options for name in options[section]
    ]
    together = [tuple(flag.sets) for flag in ALL_VALUE_FLAGS if len(flag.sets) > 1]
    for sets in together:
        if all((target,) in each for target in sets) and _are_same(options, sets):
            each = [one for one in each if one[0] not in sets] + [sets]
    return each


def _are_same(options: Mapping[str, Mapping[str, object]], sets: tuple[str, ...]) -> bool:
    return len({str(_said(options, (target,))) for target in sets}) == 1


def _said(options: Mapping[str, Mapping[str, object]], sets: tuple[str, ...]) -> object:
    section, _, name = sets[0].rpartition(".")
    return options[section][name]


def _is_listed(value: object) -> bool:
    return isinstance(value, str) and any(mark in value for mark in _MARKS)
