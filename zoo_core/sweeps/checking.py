"""A sweep is refused before its first run, if one of its runs would be."""

from __future__ import annotations

from dataclasses import replace
from importlib.util import find_spec

from zoo_core.composition import Composition
from zoo_core.composition.metrics import directions_of, metrics_of
from zoo_core.config.values import Value
from zoo_core.errors import ZooError
from zoo_core.interfaces.metrics import Better
from zoo_core.registry.lookup import Registry
from zoo_core.sweeps.axes import MOST
from zoo_core.sweeps.definition import SEED, Sweep, value_text
from zoo_core.sweeps.reach import Reach

INSTALL = "`pip install 'gan-zoo[sweep]'`"


def checked(sweep: Sweep, registry: Registry, *, most: int = MOST) -> Sweep:
    """Return a sweep whose runs all fit, with the options that a study's runs have by themselves.

    Every run of a grid is composed, but for its seed; of a study every choice, and both ends of
    every range.

    Args:
        sweep: what is asked for.
        registry: where names are looked up.
        most: runs that a grid may have.

    Raises:
        ZooError: a name, an option or a value that does not fit, more runs than may be, no trial,
            a study without its package or over seeds.
    """
    _check_count(sweep, most)
    reach = Reach(sweep, registry)
    for axis in sweep.axes:
        reach.check(axis)
    if not sweep.is_study:
        for point in _without_seeds(sweep):
            _composed(sweep, point, registry)
        return sweep
    _check_study(sweep)
    sweep = _measured(sweep)
    composed = [_composed(sweep, point, registry) for point in _corners(sweep)]
    better = _direction(sweep, composed[0])
    return replace(sweep, search=replace(sweep.search, better=better))


def _check_count(sweep: Sweep, most: int) -> None:
    count = sweep.count
    if count < 1:
        raise ZooError(f"a study of {count} trials has none", hint="`--trials 20`")
    if not sweep.is_study and count > most:
        sizes = " x ".join(f"{len(axis.listed()):,} {axis.name}" for axis in sweep.axes)
        seeded = any(SEED in axis.sets for axis in sweep.axes)
        drawn = "" if seeded else ", or `--trials 50` for 50 runs that are drawn from it"
        raise ZooError(
            f"this grid has {count:,} runs ({sizes}), and {most:,} are allowed",
            hint=f"`--most {count}` allows them; fewer values{drawn}",
        )


def _check_study(sweep: Sweep) -> None:
    if find_spec("optuna") is None:
        raise ZooError(
            "`--trials` needs the package optuna, which is not installed",
            hint=f"{INSTALL}; without `--trials` a sweep is a grid and needs no package",
        )
    if not sweep.axes:
        raise ZooError(
            "a study needs something to vary", hint="such as `-o critic.lr=1e-5..1e-3:log`"
        )
    if any(SEED in axis.sets for axis in sweep.axes):
        raise ZooError(
            "a study cannot vary the seed: the best of many seeds is luck",
            hint="one `--seed`; then a grid of the best values over seeds, such as `--seed 0..4`",
        )


def _measured(sweep: Sweep) -> Sweep:
    """Return a study whose runs keep the best by its score, and end where they collapse."""
    run = {
        "keep_best": sweep.search.score,
        "on_collapse": "stop",
        **sweep.options.get("run", {}),
    }
    return replace(sweep, options={**sweep.options, "run": run})


def _direction(sweep: Sweep, composition: Composition) -> Better:
    ways = directions_of(metrics_of(composition.plan))
    score = sweep.search.score
    way = ways.get(score) or ways.get(score.partition(".")[2])
    if way is None:
        raise ZooError(
            f"no metric of this study gives the score {score!r}",
            hint=f"`--score` takes one of {', '.join(ways)}; `--metrics` takes others",
        )
    return way


def _composed(sweep: Sweep, point: dict[str, Value], registry: Registry) -> Composition:
    try:
        return sweep.composed(point, registry)
    except ZooError as error:
        said = ", ".join(f"{name} {value_text(value)}" for name, value in point.items())
        where = f"the run with {said}: " if said else ""
        raise type(error)(f"{where}{error.message}", hint=error.hint) from error


def _without_seeds(sweep: Sweep) -> list[dict[str, Value]]:
    """Return the points of a grid, each once for all its seeds."""
    found: dict[tuple[Value, ...], dict[str, Value]] = {}
    for point in sweep.points():
        key = tuple(value for name, value in point.items() if name != "seed")
        found.setdefault(key, point)
    return list(found.values())


def _corners(sweep: Sweep) -> list[dict[str, Value]]:
    """Return points that have every choice and both ends of every range at least once."""
    longest = max(len(axis.ends()) for axis in sweep.axes)
    return [
        {axis.name: axis.ends()[place % len(axis.ends())] for axis in sweep.axes}
        for place in range(longest)
    ]
