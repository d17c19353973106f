"""What goes into a bundle, gathered from a run, a checkpoint or another bundle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from torch import Tensor

from zoo_core.composition import Composition, compose
from zoo_core.composition.meta import on_meta
from zoo_core.config.configuration import Configuration
from zoo_core.engine.state import EMA
from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.runs.atomic import json_bytes
from zoo_core.runs.checkpoint import MANIFEST, read_state
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.jsonl import lines_until
from zoo_core.runs.layout import LOG, SCORES
from zoo_core.runs.lines import Evaluation, read_scores
from zoo_core.weights.bundle.bundle import CONFIG, SAMPLES, STATE, is_bundle, read_bundle
from zoo_core.weights.bundle.config import Training
from zoo_core.weights.bundle.game import composed, critics_of, no_plain_weights, shapes_of
from zoo_core.weights.bundle.private import private, without_places
from zoo_core.weights.bundle.tensors import read_tensors
from zoo_core.weights.checkpoints import checkpoint_of, read_weights, run_of
from zoo_core.weights.publication.provenance import (
    command_of,
    scores_of,
    used_distributions,
)
from zoo_core.weights.sources import find_source


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What goes into a bundle.

    Args:
        composition: what the nets are.
        tensors: name of a net in `Game.nets()` to its tensors.
        weights: "average" or "plain".
        step: of the checkpoint; None where there is none.
        distributions: where the parts come from, with versions.
        scores: the evaluations of these weights.
        training: what is known of it.
        state: name below state/ to what is written there.
        picture: a PNG that is taken as it is, where the game draws nothing by itself.
        origin: of imported weights: the format and what else is known.
        licence: of the weights, such as "apache-2.0"; empty where nobody said.
    """

    composition: Configuration
    tensors: Mapping[str, Mapping[str, Tensor]]
    weights: str = "plain"
    step: int | None = None
    distributions: Mapping[str, str] = field(default_factory=dict)
    scores: Sequence[Evaluation] = ()
    training: Training = field(default_factory=Training)
    state: Mapping[str, Path | bytes] = field(default_factory=dict)
    picture: Path | None = None
    origin: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of a source's weights are wanted.

    Args:
        average: the moving average, where there is one.
        critic: all nets, not only those that drawing needs.
        state: also the whole checkpoint.
    """

    average: bool = True
    critic: bool = False
    state: bool = False


def gathered(source: str | Path, wanted: Wanted, registry: Registry) -> Contents:
    """Gather the weights of what `load` takes: a run, a checkpoint, a bundle, a name, a Hub id.

    Raises:
        ZooError: no such source, or it has not what is wanted.
    """
    path = find_source(source, registry=registry)
    return (from_bundle if is_bundle(path) else from_run)(path, wanted, registry)


def from_run(path: Path, wanted: Wanted, registry: Registry) -> Contents:
    """Gather the weights of a run's newest checkpoint, or of the one that is named.

    Raises:
        ZooError: no whole checkpoint, or parts that came from a plugin file.
    """
    run, checkpoint = run_of(path), checkpoint_of(path)
    config = RunDirectory(run).read_config()
    _refuse_plugin_files(config, run)
    composition = compose(config=config, registry=registry, without_data=True)
    _refuse_classes(composition.task.classes)
    state = read_state(checkpoint)
    step = int(state["step"])
    names = _wanted_nets(composition, wanted)
    files = read_weights(checkpoint, [stem for name in names for stem in (name, name + EMA)])
    own = replace(private(composition.config()), plugins=())
    averaged = wanted.average and any(stem.endswith(EMA) for stem in files)
    picture = RunDirectory(run).sample(step)
    return Contents(
        composition=own,
        tensors={name: _taken(files, name, wanted, checkpoint) for name in names},
        weights="average" if averaged else "plain",
        step=step,
        distributions=used_distributions(own, config.environment.distributions),
        scores=scores_of(
            read_scores(run / SCORES), step, weights="average" if averaged else "plain"
        ),
        training=Training(
            seconds=round(float(state["seconds"]), 1),
            images=step * composition.run.batch,
            command=command_of(own, registry),
        ),
        state=_state_of(run, checkpoint, step) if wanted.state else {},
        picture=picture if picture.is_file() else None,
    )


def from_bundle(path: Path, wanted: Wanted, registry: Registry) -> Contents:
    """Gather the weights of a bundle.

    Raises:
        ZooError: a bundle that is not sound, or one that has not what is wanted.
    """
    bundle = read_bundle(path)
    config = bundle.config
    if not wanted.average and bundle.weights == "average":
        raise no_plain_weights(path)
    game = shapes_of(composed(bundle, registry))
    critics = critics_of(game)
    if wanted.critic and not critics <= set(bundle.components):
        raise ZooError(
            f"{str(path)!r} has no critic",
            hint="only a run, or a bundle that was made with its critic, has one",
        )
    if wanted.state and not bundle.state:
        raise ZooError(
            f"{str(path)!r} has no state to go on from",
            hint="`with_state=True` takes a run, or a bundle that was made with its state",
        )
    names = [name for name in bundle.components if wanted.critic or name not in critics]
    picture = path / SAMPLES
    return Contents(
        composition=bundle.composition,
        tensors={name: read_tensors(bundle.path(name)) for name in names},
        weights=bundle.weights,
        step=bundle.step,
        distributions=config.distributions,
        scores=config.scores,
        training=config.training,
        state={name: path / STATE / name for name in bundle.state} if wanted.state else {},
        picture=picture if picture.is_file() else None,
        origin=config.origin,
        licence=config.licence,
    )


def _wanted_nets(composition: Composition, wanted: Wanted) -> list[str]:
    with on_meta():
        game = composition.build()
    critics = critics_of(game)
    return [name for name in game.nets() if wanted.critic or name not in critics]


def _taken(
    files: Mapping[str, Mapping[str, Tensor]], name: str, wanted: Wanted, checkpoint: Path
) -> Mapping[str, Tensor]:
    stems = (name + EMA, name) if wanted.average else (name,)
    found = next((files[stem] for stem in stems if stem in files), None)
    if found is None:
        raise ZooError(
            f"{str(checkpoint)!r} has no weights for {name!r}",
            hint="the checkpoint is from another configuration",
        )
    return found


def _refuse_classes(classes: Iterable[str]) -> None:
    """Refuse names that a reader of bundles refuses, since a terminal cannot show them."""
    for name in classes:
        if not name.isprintable():
            raise ZooError(
                f"the class {name!r} is no plain text, as weights for others must be",
                hint="rename its folder and train again; `zoo sample` draws from the run as it is",
            )


def _refuse_plugin_files(config: Configuration, run: Path) -> None:
    """Refuse parts that no `pip install` brings: nobody else could load them."""
    files = {Path(file).stem.replace("_", "-") for file in config.plugins}
    for role in config.parts:
        for name in config.names(role):
            source, _, bare = name.rpartition("/")
            if source in files:
                raise ZooError(
                    f"{role} {bare!r} of {str(run)!r} comes from the plugin file {source!r}, "
                    "which does not travel with the weights",
                    hint="make a distribution of it, with `zoo plugin new`, and train with that",
                )


def _state_of(run: Path, checkpoint: Path, step: int) -> dict[str, Path | bytes]:
    """Return what resuming needs: the checkpoint's files, and the log until then."""
    found: dict[str, Path | bytes] = {
        file.name: file
        for file in sorted(checkpoint.iterdir())
        if file.name == MANIFEST or file.suffix in (".json", ".safetensors")
    }
    config = replace(without_places(RunDirectory(run).read_config()), plugins=())
    found[CONFIG] = json_bytes(config.to_json())
    logs = {name: lines_until(run / name, step) for name in (LOG, SCORES)}
    return {**found, **{name: lines for name, lines in logs.items() if lines}}
