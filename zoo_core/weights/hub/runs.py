"""From pushed weights with their state to a run directory that goes on."""

from __future__ import annotations

import shlex
import shutil
from dataclasses import replace
from pathlib import Path

from zoo_core.config.configuration import Configuration, Environment
from zoo_core.config.file import read_config_file
from zoo_core.config.options import Bookkeeping, marked
from zoo_core.config.run import RunOptions
from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.runs.atomic import json_bytes, whole_folder
from zoo_core.runs.checkpoint import MANIFEST, read_checkpoint
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.layout import CONFIG, LOG, SCORES
from zoo_core.weights.bundle.bundle import STATE, Bundle, read_bundle
from zoo_core.weights.bundle.private import private, without_pushing
from zoo_core.weights.hub.client import Hub
from zoo_core.weights.hub.names import hub_name
from zoo_core.weights.hub.pull import pull

BESIDE = (LOG, SCORES)
"""Files of a state that lie beside the checkpoints of a run."""


def run_from_hub(
    name: str,
    directory: str | Path | None = None,
    *,
    hub: Hub | None = None,
    registry: Registry | None = None,
) -> Path:
    """Make a run directory of what was pushed with its state; `resume` goes on from there.

    Args:
        name: of the repository, such as `ada/digits@v1`.
        directory: new or empty; by default one under runs/ with the name of the repository.
        hub: how the Hub is asked.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        ZooError: it was pushed without its state, is not what it claims to be, or the directory
            holds something; nothing is left half done.
    """
    wanted = hub_name(name)
    target = Path(directory) if directory else Path("runs") / wanted.repo.partition("/")[2]
    _check_new(target)
    found = pull(wanted, hub=hub, registry=registry, with_state=True)
    bundle = read_bundle(found.path)
    step = _checked_step(bundle)
    with whole_folder(target, over=False, hint="`directory` names another directory") as whole:
        _lay_out(bundle, RunDirectory(whole), step)
    return target


def _check_new(target: Path) -> None:
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise ZooError(
            f"{str(target)!r} is not empty",
            hint=f"`zoo train --resume {shlex.quote(str(target))}` goes on with a run that is "
            "there; `directory` names another one",
        )


def _lay_out(bundle: Bundle, run: RunDirectory, step: int) -> None:
    checkpoint = run.checkpoint(step)
    checkpoint.mkdir(parents=True)
    (run.path / "samples").mkdir()
    for name in bundle.state:
        place = run.path if name in BESIDE else checkpoint
        if name != CONFIG:
            shutil.copyfile(bundle.directory / STATE / name, place / name)
    config = without_pushing(read_config_file(bundle.directory / STATE / CONFIG))
    run.config.write_bytes(json_bytes(config.to_json()))
    _check_checkpoint(checkpoint, step)


def _checked_step(bundle: Bundle) -> int:
    """Return the step of a state whose configuration is that of the weights."""
    if bundle.step is None or not {CONFIG, MANIFEST} <= set(bundle.state):
        raise _unsound(bundle.directory, "lacks its configuration or its manifest")
    config = read_config_file(bundle.directory / STATE / CONFIG)
    if config.plugins:
        raise _unsound(bundle.directory, "asks for plugin files, which would execute code")
    if _trained(config) != _trained(bundle.composition):
        raise _unsound(bundle.directory, "is of another composition than its weights")
    return bundle.step


def _check_checkpoint(checkpoint: Path, step: int) -> None:
    """Read a checkpoint that a stranger wrote as a whole, and what is expected of its state."""
    _, state = read_checkpoint(checkpoint)
    numbers = [state.get("step"), state.get("stream", 0)]
    seconds = state.get("seconds")
    if (
        any(type(number) is not int or number < 0 for number in numbers)
        or state["step"] != step
        or isinstance(seconds, bool)
        or not isinstance(seconds, int | float)
        or not isinstance(state.get("identity"), str)
    ):
        raise _unsound(checkpoint, "is not what a run writes")


def _trained(config: Configuration) -> Configuration:
    """Return what a configuration trains, without how a run is kept and what its data were."""
    kept = marked(RunOptions, Bookkeeping())
    run = {n: value for n, value in config.options.get("run", {}).items() if n not in kept}
    return replace(private(config.with_options("run", run)), data=None, environment=Environment())


def _unsound(place: Path, what: str) -> ZooError:
    return ZooError(
        f"the state in {str(place)!r} {what}",
        hint="`zoo train --init` begins a new run with the weights alone",
    )
