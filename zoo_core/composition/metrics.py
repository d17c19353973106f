"""Which metrics and features a run is measured with, where nobody says so, and building them."""

from __future__ import annotations

from collections.abc import Mapping

from zoo_core.composition.build import Blueprint, instance
from zoo_core.composition.datasets import origin
from zoo_core.composition.selection import Selection
from zoo_core.composition.settings import Settings, run_options
from zoo_core.config.options import task_names_of
from zoo_core.config.request import Layer
from zoo_core.config.run import RunOptions
from zoo_core.config.stop_rule import parse_plateau
from zoo_core.errors import ZooError, nearest
from zoo_core.interfaces import Dataset, Features, Metric
from zoo_core.interfaces.metrics import Better
from zoo_core.registry.kinds import ROLES
from zoo_core.registry.lookup import Registered, Registry
from zoo_core.spec import ImageSpec

CHEAP = "cheap"
"""Tag of the metrics that an evaluation has by default."""

INSTALL = "`pip install zoo-plugin-metrics` brings metrics and features"


def default_measures(
    registry: Registry, chosen: Selection, settings: Settings, dataset: Dataset
) -> Layer:
    """Return the metrics and features that a measured run has where none are named.

    Raises:
        ZooError: measures are asked for and none are installed.
    """
    run = run_options(settings)
    parts: dict[str, str | tuple[str, ...]] = {}
    metrics, features = chosen["metric"].items, chosen["features"].items
    by_itself = not metrics and bool(run.eval_every or run.keep_best or run.stop_on)
    if by_itself and not registry.entries("metric"):
        raise ZooError("no metric is installed", hint=INSTALL)
    if (metrics or by_itself) and not features:
        data = origin(registry, chosen["data"].items[0], dataset)
        features = (_fitting(registry, data, dataset),)
        parts["features"] = features[0].qualified
    if by_itself:
        classifies = features[0].entry.load().classifies
        parts["metric"] = _wanted(registry, _scores_asked_for(run), classifies=classifies)
    return Layer("engine", parts)


def check_measures(plan: Blueprint, dataset: Dataset) -> tuple[str, ...]:
    """Refuse measures that cannot be taken; return what a user should be told of them.

    Raises:
        ZooError: images that the features cannot read, too few samples or held-out images, or a
            score that no metric gives.
    """
    if not plan.chosen["metric"].items:
        return ()
    run, metrics = run_options(plan.settings), metrics_of(plan)
    for image in dataset.images.values():
        features_of(plan, image)
    for name, metric in metrics.items():
        _check_needs(name, metric, plan, dataset)
        if run.eval_count < metric.least:
            raise ZooError(
                f"metric {name!r} needs at least {metric.least} samples, and {run.eval_count} "
                "are asked for",
                hint=f"`--eval-count {metric.least}` or more",
            )
    for score in _scores_asked_for(run):
        _check_score(score, _named(directions_of(metrics), plan))
    return _remarks(plan)


def _check_needs(name: str, metric: Metric, plan: Blueprint, dataset: Dataset) -> None:
    if metric.needs_logits and not plan.target("features").classifies:
        raise ZooError(
            f"metric {name!r} reads a classifier's answers, and "
            f"{plan.described('features')} give none",
            hint="`--features digit-classifier` or `--features inception`, or another metric",
        )
    # a translation is asked for the class of its source
    asked = plan.labelled or any(role.source for role in plan.roles.values())
    if metric.needs_labels and not (asked and dataset.classes):
        raise ZooError(
            f"metric {name!r} reads the labels that samples are asked for, and "
            f"{plan.described('generator')} is asked for none",
            hint="labelled data and `--condition concat`, or another metric",
        )


def features_of(plan: Blueprint, image: ImageSpec) -> Features:
    """Return the chosen features, for images of a shape.

    Raises:
        ZooError: they cannot read such images, or their weights are missing.
    """
    found = instance(plan.settings["features"], {**plan.task_needs(), "image": image})
    if not isinstance(found, Features):
        raise TypeError(f"{plan.described('features')} is no zoo_core.interfaces.Features")
    return found


def metrics_of(plan: Blueprint) -> dict[str, Metric]:
    """Return the chosen metrics by name."""
    found = {}
    for item in plan.chosen["metric"].items:
        name = item.entry.name
        metric = instance(plan.settings[ROLES["metric"].section(name)], plan.task_needs())
        if not isinstance(metric, Metric):
            raise TypeError(f"metric {name!r} is no zoo_core.interfaces.Metric")
        found[name] = metric
    return found


def directions_of(metrics: Mapping[str, Metric]) -> dict[str, Better]:
    """Return every score's name to which way is better."""
    return {score: way for metric in metrics.values() for score, way in metric.scores.items()}


def _scores_asked_for(run: RunOptions) -> list[str]:
    found = [run.keep_best] if run.keep_best else []
    return [*found, parse_plateau(run.stop_on)[0]] if run.stop_on else found


def _wanted(registry: Registry, scores: list[str], *, classifies: bool) -> tuple[str, ...]:
    """Return the metrics that give the scores that are asked for, else the cheap ones that can."""
    items = registry.entries("metric")
    able = [item for item in items if classifies or not item.entry.load().needs_logits]
    cheap = [item for item in able if CHEAP in item.entry.tags] or able[:1]
    # of a translation, the direction comes first: "ab.fid"
    wanted = {*scores, *(score.partition(".")[2] for score in scores)}
    giving = [item for item in items if wanted & set(item.entry.load().scores)]
    chosen = {item.qualified: item for item in (*giving, *([] if giving else cheap))}
    return tuple(chosen)


def _fitting(registry: Registry, data: Registered, dataset: Dataset) -> Registered:
    """Return the features for a data set: made for it, general ones that are there, or any."""
    items = registry.entries("features")
    if not items:
        raise ZooError("no features are installed to measure with", hint=INSTALL)
    for tag in (f"for:{data.entry.name}", "general", "fallback"):
        for item in items:
            if tag in item.entry.tags and _can_read(item, dataset):
                return item
    raise ZooError(
        f"none of the installed features reads images of {dataset.image}",
        hint="`--features NAME` takes one of " + ", ".join(item.entry.name for item in items),
    )


def _can_read(item: Registered, dataset: Dataset) -> bool:
    target = item.entry.load()
    for image in dataset.images.values():
        needs = {"image": image, "classes": len(dataset.classes)}
        try:
            target(
                **{name: value for name, value in needs.items() if name in task_names_of(target)}
            )
        except ZooError:
            return False
    return True


def _named(scores: Mapping[str, Better], plan: Blueprint) -> list[str]:
    """Return the names under which scores are logged: a game of several generators has each."""
    sides = [name.partition(".")[2] for name in plan.roles if name.startswith("generator.")]
    return [f"{side}.{score}" for side in sides for score in scores] if sides else list(scores)


def _check_score(score: str, known: list[str]) -> None:
    if score not in known:
        raise ZooError(
            f"no metric of this run gives the score {score!r}",
            hint=f"{nearest(score, known)}it measures {', '.join(known)}; `--metrics` takes others",
        )


def _remarks(plan: Blueprint) -> tuple[str, ...]:
    item = plan.chosen["features"].items[0]
    by_itself = plan.chosen["features"].chosen_by == "engine"
    if by_itself and "fallback" in item.entry.tags:
        return (
            f"scores are measured on {item.entry.name}, which say little of photos: "
            "`--features inception` takes the usual ones",
        )
    return ()
