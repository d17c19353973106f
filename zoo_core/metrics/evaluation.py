"""Measure what was trained: metrics of samples against the data, with their protocol."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from zoo_core.composition import Composition, compose
from zoo_core.config.configuration import Configuration
from zoo_core.engine.hardware import choose_device
from zoo_core.engine.modes import evaluating
from zoo_core.errors import ZooError, memory_errors
from zoo_core.metrics import Panel, critic_of, samples_of
from zoo_core.metrics.made import evaluate_pictures, names_pictures
from zoo_core.metrics.measures import Measures, Told, counted
from zoo_core.metrics.samples import splits_with_images
from zoo_core.notebooks import shown
from zoo_core.registry.lookup import Registry
from zoo_core.runs.checkpoint import read_state
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.lines import Evaluation
from zoo_core.spec import ImageSpec
from zoo_core.weights.bundle.bundle import CONFIG, is_bundle, read_bundle_config
from zoo_core.weights.checkpoints import checkpoint_of, run_of
from zoo_core.weights.loading import load_pretrained
from zoo_core.weights.sources import config_of, find_source


def evaluate(
    source: str | Path,
    measures: Measures | None = None,
    *,
    device: str = "auto",
    average: bool = True,
    registry: Registry | None = None,
    told: Told | None = None,
) -> list[Evaluation]:
    """Measure a trained generator, or pictures; every score comes with its protocol.

    The first samples of a seed are those of `Pretrained.sample` with that seed.

    Args:
        source: a run, one of its checkpoints, `RUN@best` or `RUN@step-1000`, a bundle, a
            pretrained name or a repository on the Hub; or pictures that anything made, as
            `--data` takes them, such as "folder:made", which are compared with `measures.data`.
        measures: what, and against what; the run's own measures by default.
        device: where to draw and measure.
        average: take the moving average where there is one.
        registry: where names are looked up; all installed plugins by default.
        told: hears how many samples have been drawn and looked at so far; by default a notebook
            shows it.

    Raises:
        ZooError: no such source, metric or feature, or data, model and metrics that do not fit.
    """
    measures = measures or Measures()
    known = registry or Registry.from_installed()
    pictures = names_pictures(str(source), known)
    total = measures.count if pictures else measures.samples
    with memory_errors(), shown("measuring", total, unit="picture") as default:
        hears = told or default
        if pictures:
            data = _data_of(str(source), measures, known)
            return evaluate_pictures(
                str(source),
                measures,
                data,
                device=choose_device(device),
                registry=known,
                told=hears,
            )
        return _of_model(
            source, measures, device=device, average=average, registry=registry, told=hears
        )


def _of_model(
    source: str | Path,
    measures: Measures,
    *,
    device: str,
    average: bool,
    registry: Registry | None,
    told: Told,
) -> list[Evaluation]:
    path = find_source(source, registry=registry)
    asked = _composition(path, measures, registry)
    model = load_pretrained(path, device=device, average=average, registry=asked.registry)
    _check_same_images(model.composition, asked)
    wanted = splits_with_images(asked.dataset, measures.splits)
    found = []
    for samples in samples_of(asked, model.game, device=model.device, seed=measures.seed):
        first = Panel(
            asked, table=samples.table, split=wanted[0], seed=measures.seed, device=model.device
        )
        panels = [first, *(first.against(split) for split in wanted[1:])]
        nets = model.game.nets()
        with evaluating({**nets, "game": model.game}):
            fake = first.see(counted(samples.chunks(nets, measures.samples), told))
            critic = critic_of(asked, model.game, model.device) if model.has_critic else None
            scored = [panel.measure(fake, critic=critic) for panel in panels]
        found += [
            one.recorded(
                step=_step_of(path),
                by="eval",
                weights=_weights_of(path, average=average),
                direction=samples.direction,
            )
            for one in scored
        ]
    return found


def keep_scores(path: Path, evaluations: Sequence[Evaluation]) -> Path | None:
    """Add evaluations to the `scores.jsonl` of the run that a source belongs to.

    A bundle belongs to none and stays as it is: the result is then None.

    Raises:
        ZooError: it cannot be written.
    """
    if is_bundle(path):
        return None
    run = RunDirectory(run_of(path))
    for one in evaluations:
        run.append(one)
    return run.scores


def _data_of(source: str, measures: Measures, registry: Registry) -> Configuration:
    """Return the configuration whose data pictures are compared with.

    Raises:
        ZooError: nothing says what they are compared with, or there is nothing of that name.
    """
    if not measures.data:
        raise ZooError(
            f"nothing says what the pictures of {source!r} are compared with",
            hint=f"`zoo eval {shlex.quote(source)} --data folder:PATH`, with the real ones",
        )
    if names_pictures(measures.data, registry):
        return Configuration(parts={"data": measures.data})
    return _data_of_source(measures.data, registry)


def _data_of_source(source: str, registry: Registry | None) -> Configuration:
    """Return the data of a run or of weights, with their options and the size of their images."""
    found = config_of(find_source(source, registry=registry))
    kept = {name: found.options.get(name, {}) for name in ("data", "run")}
    size = {name: value for name, value in kept["run"].items() if name == "size"}
    return Configuration(
        parts={"data": found.parts["data"]}, options={"data": kept["data"], "run": size}
    )


def _composition(path: Path, measures: Measures, registry: Registry | None) -> Composition:
    """Return the run's composition with what is to be measured."""
    config = config_of(path)
    run = {**measures.options.get("run", {}), "eval_count": measures.samples}
    asked = {
        "metric": tuple(measures.metrics),
        "features": measures.features,
        "data": measures.data,
    }
    parts = {role: name for role, name in asked.items() if name}
    options = dict(measures.options)
    if measures.data and Path(measures.data.partition("@")[0]).is_dir():
        theirs = _data_of_source(measures.data, registry)
        parts["data"] = theirs.parts["data"]
        options["data"] = {**theirs.options["data"], **options.get("data", {})}
    if "metric" in parts:
        # what the run itself asks of its scores does not concern other metrics
        run |= {"keep_best": None, "stop_on": None, "eval_every": 1}
    elif not config.names("metric"):
        run["eval_every"] = config.value("run", "eval_every") or 1
    return compose(
        parts, {**options, "run": run}, config=_without(config, parts), registry=registry
    )


def _without(config: Configuration, roles: Iterable[str]) -> Configuration:
    """Return a configuration without the parts that other ones take the place of."""
    gone = set(roles)
    kept = {role: names for role, names in config.parts.items() if role not in gone}
    options = {
        name: values
        for name, values in config.options.items()
        if name.partition(".")[0] not in gone
    }
    return replace(config, parts=kept, options=options)


def _check_same_images(trained: Composition, asked: Composition) -> None:
    for name, image in trained.dataset.images.items():
        other = asked.dataset.images.get(name)
        if other != image:
            raise ZooError(
                f"the model makes images of {image}, and the data has {other or 'none of them'}",
                hint=_ways_to(image, other),
            )


def _ways_to(image: ImageSpec, other: ImageSpec | None) -> str:
    """Return what makes data have the images that a model makes."""
    if other is None:
        return "data of the same sets of images, as the model was trained on"
    if other.channels != image.channels:
        kind = "grey" if image.channels == 1 else "colour"
        return (
            f"`options={{'data': {{'channels': {image.channels}}}}}` reads folders as {kind}; "
            "other data sets have channels of their own"
        )
    return f"`size={image.height, image.width}` scales and crops the data"


def _step_of(path: Path) -> int | None:
    if is_bundle(path):
        return read_bundle_config(path / CONFIG).step
    found = read_state(checkpoint_of(path)).get("step")
    return int(found) if isinstance(found, int) else None


def _weights_of(path: Path, *, average: bool) -> str:
    if is_bundle(path):
        return read_bundle_config(path / CONFIG).weights
    return "average" if average else "plain"
