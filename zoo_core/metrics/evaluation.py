"""Measure what was trained: metrics of samples against the data, with their protocol."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from zoo_core.composition import Composition, compose
from zoo_core.config.configuration import Configuration
from zoo_core.config.request import Options
from zoo_core.engine.modes import evaluating
from zoo_core.errors import ZooError
from zoo_core.interfaces import Split
from zoo_core.metrics import Panel, critic_of, has_images, samples_of
from zoo_core.registry.lookup import Registry
from zoo_core.runs.checkpoint import read_state
from zoo_core.runs.directory import RunDirectory
from zoo_core.runs.lines import Evaluation
from zoo_core.weights.bundle.bundle import CONFIG, is_bundle, read_bundle_config
from zoo_core.weights.checkpoints import checkpoint_of, run_of
from zoo_core.weights.pretrained import load
from zoo_core.weights.sources import config_of, find_source

SPLITS: tuple[Split, ...] = ("test", "train")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """What is measured, and against what.

    Args:
        metrics: names; those of the run by default, else the cheap ones.
        features: what metrics see images through; by default the run's, else those for its data.
        data: what samples are compared with, if not the run's own data.
        options: of metrics, features and data, such as `{"metric.kid": {"subsets": 10}}`.
        count: samples; a translation has no more than its source has images.
        splits: what samples are compared with; an empty split is passed over if another is there.
        seed: of the samples and of the metrics' choices.
    """

    metrics: Sequence[str] = ()
    features: str | None = None
    data: str | None = None
    options: Options = field(default_factory=dict)
    count: int = 10_000
    splits: Sequence[Split] = SPLITS
    seed: int = 0


def evaluate(
    source: str | Path,
    measures: Measures | None = None,
    *,
    device: str = "auto",
    average: bool = True,
    registry: Registry | None = None,
) -> list[Evaluation]:
    """Measure a trained generator; every score comes with its protocol.

    The first samples of a seed are those of `Pretrained.sample` with that seed.

    Args:
        source: a run, one of its checkpoints, `RUN@best` or `RUN@step-1000`, a bundle, a
            pretrained name or a repository on the Hub.
        measures: what, and against what; the run's own measures by default.
        device: where to draw and measure.
        average: take the moving average where there is one.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        ZooError: no such source, metric or feature, or data, model and metrics that do not fit.
    """
    measures = measures or Measures()
    path = find_source(source, registry=registry)
    asked = _composition(path, measures, registry)
    model = load(path, device=device, average=average, registry=asked.registry)
    _check_same_images(model.composition, asked)
    wanted = _with_images(asked, measures.splits)
    found = []
    for samples in samples_of(asked, model.game, device=model.device, seed=measures.seed):
        first = Panel(
            asked, table=samples.table, split=wanted[0], seed=measures.seed, device=model.device
        )
        panels = [first, *(first.against(split) for split in wanted[1:])]
        nets = model.game.nets()
        with evaluating({**nets, "game": model.game}):
            fake = first.see(samples.chunks(nets, measures.count))
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


def _composition(path: Path, measures: Measures, registry: Registry | None) -> Composition:
    """Return the run's composition with what is to be measured."""
    config = config_of(path)
    run = {**measures.options.get("run", {}), "eval_count": measures.count}
    asked = {
        "metric": tuple(measures.metrics),
        "features": measures.features,
        "data": measures.data,
    }
    parts = {role: name for role, name in asked.items() if name}
    if "metric" in parts:
        # what the run itself asks of its scores does not concern other metrics
        run |= {"keep_best": None, "stop_on": None, "eval_every": 1}
    elif not config.names("metric"):
        run["eval_every"] = config.value("run", "eval_every") or 1
    options = {**measures.options, "run": run}
    return compose(parts, options, config=_without(config, parts), registry=registry)


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


def _with_images(composition: Composition, splits: Sequence[Split]) -> list[Split]:
    found = [split for split in splits if has_images(composition.dataset, split)]
    if not found:
        raise ZooError(
            f"the data has no images in the split {splits[0]!r}",
            hint="`--split train`, or hold some out, such as `-o data.held_out=0.1`",
        )
    return found


def _check_same_images(trained: Composition, asked: Composition) -> None:
    for name, image in trained.dataset.images.items():
        other = asked.dataset.images.get(name)
        if other != image:
            raise ZooError(
                f"the model makes images of {image}, and the data has {other or 'none of them'}",
                hint=f"`--size {image.height}x{image.width}`, or data of {image.channels} channels",
            )


def _step_of(path: Path) -> int | None:
    if is_bundle(path):
        return read_bundle_config(path / CONFIG).step
    found = read_state(checkpoint_of(path)).get("step")
    return int(found) if isinstance(found, int) else None


def _weights_of(path: Path, *, average: bool) -> str:
    if is_bundle(path):
        return read_bundle_config(path / CONFIG).weights
    return "average" if average else "plain"
