"""The training loop: step, log, picture, checkpoint, stop."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from torch import Tensor

from zoo_core.composition import Composition, compose
from zoo_core.config.configuration import Configuration
from zoo_core.config.file import read_config_file
from zoo_core.config.identity import identity
from zoo_core.config.options import Resumable, marked
from zoo_core.config.recorded_data import RecordedData
from zoo_core.config.run import RunOptions
from zoo_core.config.values import value_of
from zoo_core.draws import CounterDraws
from zoo_core.engine.assembling import engine_of
from zoo_core.engine.core import check_finite
from zoo_core.engine.hardware import determinism, slow_bfloat16
from zoo_core.engine.modes import evaluating
from zoo_core.errors import ZooError, memory_errors
from zoo_core.pictures.samples import labels_in_turn
from zoo_core.pictures.sheets import save_grid
from zoo_core.registry.lookup import Registry
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.lines import LogLine
from zoo_core.runs.records import Ending
from zoo_core.training.data_of_run import Relocation, reopened, with_recorded_places
from zoo_core.training.extras import check_extras
from zoo_core.training.held_out import held_out
from zoo_core.training.run import Run, Watcher, environment_differences, full_config
from zoo_core.training.saving import go_back, restore_newest, save_checkpoint
from zoo_core.training.scoring import Evaluations, Measured
from zoo_core.training.signals import stop_on_signals
from zoo_core.training.warm_start import initialise
from zoo_core.training.watchers import usual_watcher

Trainable = Composition | Configuration | Mapping[str, Any] | str | Path
"""A composition, a configuration, its JSON data, or the path of a file that holds it."""

GRID = 64
"""Images in a run's sample grid."""


def train(
    config: Trainable,
    directory: str | Path | None = None,
    *,
    init: str | Path | None = None,
    watcher: Watcher | None = None,
) -> Run:
    """Train a composition in a new run directory.

    Args:
        config: a composition, a configuration, its JSON data, or the path of a file that holds it.
        directory: where the run is kept, new or empty; by default one under runs/, named after
            what is trained.
        init: a run or weights directory whose weights the nets begin with.
        watcher: who is told how it goes; by default a bar in a notebook, and nobody elsewhere.

    Raises:
        ZooError: the composition, the data or the directory do not allow it, or training breaks
            down; what was saved before is intact, and a run that never stepped leaves no directory.
    """
    composition = _composition(config)
    check_extras(composition)
    place = _claimed(composition, directory)
    run = None
    try:
        with memory_errors(), _torch_state(composition):
            run = _prepared(composition, place, watcher or usual_watcher())
            taken: list[str] = []
            if init is not None:
                taken = initialise(run.engine, init, registry=composition.registry)
            run.engine.game.check_begun(taken)
            place.create(full_config(composition, run.hardware, place.path))
            for remark in (*composition.remarks, slow_bfloat16(run.hardware)):
                if remark:
                    run.say(remark)
            return _trained(run)
    finally:
        if run is None or not run.step:
            place.let_go()


def resume(
    directory: str | Path,
    *,
    overrides: Mapping[str, object] | None = None,
    data: Relocation | None = None,
    registry: Registry | None = None,
    watcher: Watcher | None = None,
) -> Run:
    """Go on with a run from its newest whole checkpoint, also after a crash.

    Args:
        directory: the run directory.
        overrides: new values of run options that are `Resumable`, such as `steps` or `device`.
        data: where its data lie now, and whether others will do.
        registry: where names are looked up; all installed plugins by default.
        watcher: who is told how it goes; by default a bar in a notebook, and nobody elsewhere.

    Raises:
        ZooError: no run is there, another process trains in it, its data are not there or not
            what they were, it has more steps than are asked for, or no checkpoint is whole.
    """
    place = RunDirectory(Path(directory))
    config = place.read_config()
    place.lock()
    try:
        asked = _recorded(config, overrides or {})
        composition, found = reopened(place.path, asked, data or Relocation(), registry)
        check_extras(composition)
        with memory_errors(), _torch_state(composition):
            run = _prepared(composition, place, watcher or usual_watcher())
            run.identity = identity(with_recorded_places(composition.config(), config))
            restore_newest(run)
            place.record(_continued(config, composition, found.data))
            for remark in found.remarks:
                run.say(remark)
            for remark in environment_differences(config.environment, run.hardware):
                run.say(remark)
            if _stretches(run, config):
                run.say("the schedules are those of the new number of steps")
            return _trained(run)
    finally:
        place.unlock()


def _claimed(composition: Composition, directory: str | Path | None) -> RunDirectory:
    """Return the run directory, claimed; by default one under runs/ that has the parts' names."""
    if directory is not None:
        place = RunDirectory(Path(directory))
        place.claim()
        return place
    plan = composition.plan
    how = "loss" if plan.chosen["loss"].items else "game"
    name = "-".join(plan.name(role) for role in ("generator", how, "data"))
    return RunDirectory.claimed(Path("runs"), name)


def _composition(config: Trainable) -> Composition:
    if isinstance(config, Composition):
        return config
    return compose(
        config=read_config_file(Path(config)) if isinstance(config, str | Path) else config
    )


def _recorded(config: Configuration, overrides: Mapping[str, object]) -> Configuration:
    """Return the configuration with the recorded choices of the hardware, and the overrides."""
    resumable = marked(RunOptions, Resumable())
    for name in overrides:
        if name not in resumable:
            raise ZooError(
                f"{name!r} cannot change when a run is resumed",
                hint=f"these can: {', '.join(resumable)}; anything else is another run",
            )
    facts = config.environment.facts
    fixed = {name: facts[name] for name in ("precision", "layout") if name in facts}
    said = {name: value_of(value) for name, value in overrides.items()}
    return config.with_options("run", {**config.options.get("run", {}), **fixed, **said})


def _continued(
    config: Configuration, composition: Composition, data: RecordedData | None
) -> Configuration:
    """Return the record of a run that goes on: what began it, how far it goes, where its data lie.

    The record keeps the options as they were, which make the run the run that it is.
    """
    steps = composition.run.steps
    return replace(
        config.with_options("run", {**config.options.get("run", {}), "steps": steps}), data=data
    )


def _stretches(run: Run, config: Configuration) -> bool:
    """Return whether other learning rates follow from another number of steps."""
    falling = ("linear", "cosine")
    schedules = [optimiser.options.schedule for optimiser in run.engine.optimisers.values()]
    changed = config.value("run", "steps") not in (None, run.options.steps)
    return changed and any(schedule in falling for schedule in schedules)


def _prepared(composition: Composition, directory: RunDirectory, watcher: Watcher) -> Run:
    engine = engine_of(composition)
    return Run(composition, directory, engine, engine.hardware, watcher)


def _torch_state(composition: Composition) -> Any:
    return determinism(asked=composition.run.deterministic)


def _trained(run: Run) -> Run:
    """Train to the end, whatever the end is."""
    registry = run.composition.registry
    run.directory.begin()
    run.watcher.started(run)
    registry.call("zoo_run_started", run=run)
    with stop_on_signals(run):
        try:
            _loop(run)
        except BaseException as error:
            run.outcome, run.stop_reason = "failed", _reason(error)
            raise
        finally:
            run.directory.end(Ending.said(run.outcome, run.stop_reason))
            run.directory.unlock()
            run.watcher.finished(run, run.outcome)
            registry.call("zoo_run_finished", run=run, outcome=run.outcome)
    return run


def _reason(error: BaseException) -> str:
    named = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return error.message if isinstance(error, ZooError) else named


def _loop(run: Run) -> None:
    options, engine = run.options, run.engine
    limit = math.inf if options.max_minutes is None else options.max_minutes * 60
    evaluations = Evaluations(run)
    began = time.perf_counter()
    before = run.seconds
    while run.step < options.steps and not run.stop_outcome:
        measured = evaluations.due(run.step + 1)
        logs = measured or _logs(run, run.step + 1)
        engine.step(watch=logs)
        run.seconds = before + time.perf_counter() - began
        if logs:
            pause = time.perf_counter()
            found = evaluations.measure() if measured else Measured()
            # what is measured is no part of training's time
            began += time.perf_counter() - pause
            _log(run, found)
        _save_if_due(run, measured=measured)
        if run.back_reason:
            go_back(run)
        run.watcher.stepped(run)
        if run.seconds - before >= limit:
            run.stop(f"{options.max_minutes:g} minutes are over")
    run.outcome = run.stop_outcome or "done"
    _finish(run)


def _logs(run: Run, step: int) -> bool:
    return step % run.options.log_every == 0 or step == run.options.steps


def _log(run: Run, measured: Measured) -> None:
    scalars = run.engine.sums.take()
    for player, norm in run.engine.gradient_norms.items():
        scalars[f"{player}.gradient_norm"] = float(norm)
    _check_finite(run, scalars)
    registry = run.composition.registry
    for more in registry.call("zoo_scalars", run=run, step=run.step):
        scalars |= more
    scalars |= measured.scores
    run.scalars = scalars
    line = LogLine(
        step=run.step,
        seconds=round(run.seconds, 3),
        images_per_second=round(run.images_per_second, 2),
        scalars=scalars,
        protocols=measured.protocols,
    )
    run.directory.append(line)
    run.watcher.logged(run, run.step, scalars)
    registry.call("zoo_logged", run=run, step=run.step, scalars=scalars)


def _check_finite(run: Run, scalars: Mapping[str, float]) -> None:
    try:
        check_finite(scalars, run.step)
    except ZooError as error:
        run.remark("non-finite", error.message, advice=error.hint)
        raise


def _save_if_due(run: Run, *, measured: bool) -> None:
    options = run.options
    if options.sample_every and run.step % options.sample_every == 0:
        save_sample(run)
    due = options.checkpoint_every and run.step % options.checkpoint_every == 0
    best = options.keep_best if measured else None
    if due or (best and run.directory.best(best) == run.step):
        save_checkpoint(run)


def _finish(run: Run) -> None:
    """Save the last picture and checkpoint, unless they are there already."""
    if run.step == 0:
        return
    if not run.directory.sample(run.step).exists():
        save_sample(run)
    if run.step not in run.directory.steps():
        save_checkpoint(run)


def save_sample(run: Run) -> Path:
    """Write a picture from the same latents each time."""
    path = run.directory.sample(run.step)
    rng = CounterDraws(run.options.seed, 0, path=("samples",), deliver=run.hardware.device)
    game = run.engine.game
    images = held_out(run.composition, game, run.hardware, GRID)
    with evaluating(run.engine.picture_nets(), seed=run.options.seed) as nets:
        picture = game.picture(
            nets,
            rng.child("grid"),
            count=GRID,
            labels=_grid_labels(run),
            held_out=images,
        )
    save_grid(picture, path, columns=8, rows=game.picture_rows(images), hint=None)
    return path


def _grid_labels(run: Run) -> Tensor | None:
    """Return the labels in turn, where the composition knows labels."""
    classes = len(run.composition.task.classes)
    if not classes or not run.composition.plan.labelled:
        return None
    return labels_in_turn(GRID, classes, device=run.hardware.device)
