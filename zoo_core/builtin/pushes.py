"""Push a run's checkpoints to the Hub while it trains, where `--push-to` asks for it.

A push that fails costs a remark: training goes on, and the next checkpoint is pushed instead.
"""

from __future__ import annotations

from pathlib import Path
from weakref import WeakKeyDictionary

from zoo_core.errors import ZooError
from zoo_core.training.run import Run
from zoo_core.weights.hub.client import Hub
from zoo_core.weights.publication.package import Wishes
from zoo_core.weights.publication.push import push

_pushed: WeakKeyDictionary[Run, int] = WeakKeyDictionary()
"""Run to the step that was pushed last."""


def started(run: Run) -> None:
    """Say at once what would otherwise be said after hours."""
    # a run that is resumed has pushed what was due before
    _pushed[run] = run.step
    if not Hub().has_token:
        run.say(
            f"there is no token to push to {run.options.push_to!r} with: `hf auth login` makes one "
            "known; training goes on without"
        )


def saved(run: Run, path: Path) -> None:
    """Push a checkpoint where a multiple of `push_every` was passed since the last push."""
    every, last = run.options.push_every, _pushed.get(run, 0)
    # a run that went back is behind what it pushed
    if every and (run.step // every > last // every or run.step < last):
        _push(run, path, run.step, "it is tried again at the next checkpoint")


def finished(run: Run, outcome: str) -> None:
    """Push the last checkpoint, unless the run failed or somebody waits for it to end."""
    steps = run.directory.steps()
    if outcome in ("done", "stopped") and steps and _pushed.get(run) != steps[-1]:
        command = f"`zoo push {run.path} {run.options.push_to}` pushes it"
        _push(run, run.directory.checkpoint(steps[-1]), steps[-1], command)


def _push(run: Run, path: Path, step: int, otherwise: str) -> None:
    wishes = Wishes(private=run.options.push_private, with_state=run.options.push_state)
    try:
        done = push(path, str(run.options.push_to), wishes, registry=run.composition.registry)
    except ZooError as error:
        run.say(f"step {step:,} was not pushed: {error.message}; {error.hint}; {otherwise}")
        return
    _pushed[run] = step
    run.say(f"pushed step {step:,} to {done.page} (commit {done.commit[:12]})")
