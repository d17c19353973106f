"""Checkpoints of a run: saved, restored when it is resumed, and gone back to."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from zoo_core.engine.state import restore, snapshot
from zoo_core.errors import ZooError
from zoo_core.runs.checkpoint import Files, read_checkpoint, write_checkpoint
from zoo_core.training.run import Run


def save_checkpoint(run: Run) -> Path:
    """Write a checkpoint of the run as it is, and remove what `keep` does not cover."""
    path = run.directory.checkpoint(run.step)
    state = {
        "step": run.step,
        "seconds": run.seconds,
        "stream": run.engine.stream,
        "identity": run.identity,
        "torch": torch.__version__,
    }
    write_checkpoint(path, snapshot(run.engine), state)
    run.directory.keep(run.options.keep, best=run.options.keep_best)
    run.composition.registry.call("zoo_checkpoint_saved", run=run, path=path)
    return path


def restore_newest(run: Run) -> None:
    """Bring a run back to its newest whole checkpoint, and its directory with it.

    Raises:
        ZooError: checkpoints are there and none is whole, or one is of another configuration.
    """
    problems: list[str] = []
    found = run.directory.newest_whole(problems)
    for problem in problems:
        run.say(f"{problem}; the checkpoint before it is used")
    if found is None and problems:
        raise ZooError(
            f"no checkpoint of {str(run.path)!r} is whole",
            hint="start again in another directory with `zoo train --config "
            f"{shlex.quote(str(run.directory.config))}`",
        )
    step = 0
    if found is not None:
        step, files, state = found
        if state.get("identity") != run.identity:
            raise ZooError(
                f"checkpoint {str(run.directory.checkpoint(step))!r} was written with another "
                "configuration",
                hint=f"restore {run.directory.config} as it was, or start another run",
            )
        _check_ahead(run, step)
        _put(run, step, files, state)
    run.directory.cut_back(step)


def _check_ahead(run: Run, step: int) -> None:
    """Refuse to go on to a step that lies behind."""
    asked = run.options.steps
    if step > asked:
        path = shlex.quote(str(run.path))
        raise ZooError(
            f"{str(run.path)!r} has done {step:,} steps already, so it cannot go on to {asked:,}",
            hint=f"`zoo train --resume {path} --steps {step + asked}` goes on for as many again; "
            f"`zoo report {path}` shows what there is",
        )


def go_back(run: Run) -> None:
    """Bring a run back to its best checkpoint, or the newest before this step, on another stream.

    The checkpoint is saved again with the new stream, so that a resumed run takes it too. Where
    there is no checkpoint to go back to, the run ends.
    """
    reason, left, stream = run.back_reason, run.step, run.engine.stream
    run.back_reason = ""
    step = _step_to_go_back_to(run)
    if step is None:
        run.stop(f"{reason}, and no checkpoint lies before step {left:,}")
        return
    files, state = read_checkpoint(run.directory.checkpoint(step))
    _put(run, step, files, state)
    run.engine.stream = max(stream, run.engine.stream) + 1
    run.directory.cut_back(step)
    save_checkpoint(run)
    text = f"went back from step {left:,} to the checkpoint of step {step:,}: {reason}"
    run.remark("rollback", text, left=left, stream=run.engine.stream)


def _step_to_go_back_to(run: Run) -> int | None:
    best = run.directory.best(run.options.keep_best) if run.options.keep_best else None
    earlier = [step for step in run.directory.steps() if step < run.step]
    steps = [step for step in earlier if step < run.back_before] or earlier
    if best in steps:
        return best
    return steps[-1] if steps else None


def _put(run: Run, step: int, files: Files, state: Mapping[str, Any]) -> None:
    restore(run.engine, files, step)
    run.engine.stream = int(state.get("stream", 0))
    run.seconds = max(run.seconds, float(state["seconds"]))
