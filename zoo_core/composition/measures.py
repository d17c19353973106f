"""Data, metrics and features without a game: what measuring pictures takes that lie in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from zoo_core.composition.build import Blueprint
from zoo_core.composition.composing import Composition, opened_dataset, task_of_run
from zoo_core.composition.datasets import settled_dataset
from zoo_core.composition.metrics import check_measures, default_measures, metrics_of
from zoo_core.composition.selection import Choice, choose
from zoo_core.composition.settings import Settings, argument_layers, settle
from zoo_core.config.configuration import Configuration
from zoo_core.config.options import options_of
from zoo_core.config.request import Layer, Options, Parts
from zoo_core.errors import ZooError
from zoo_core.interfaces import Dataset
from zoo_core.registry.lookup import Registry

_WHOLE = Layer("measuring", options={"data": {"held_out": 0.0}})
"""A folder without a split of its own is taken whole: nothing was trained on it."""

MEASURED = ("data", "metric", "features")
"""Roles that measuring takes where nothing is trained."""


def compose_measures(
    parts: Parts, options: Options, *, data: Configuration, registry: Registry
) -> Composition:
    """Return data, metrics and features that fit, without a game.

    Args:
        parts: metrics and features; chosen as for runs by default.
        options: of these, of data, and of the run: `eval_count`, `eval_every` and `size`.
        data: names the data, with its options.
        registry: where names are looked up.

    Raises:
        ZooError: an unknown name or option, or parts that do not fit together.
    """
    asked = [
        Layer("user", parts, options, strict=True),
        Layer("config", data.parts, data.options, strict=True),
        _WHOLE,
    ]
    chosen, settings = _decided(registry, asked)
    dataset = opened_dataset(settings, registry)
    measures = default_measures(registry, chosen, settings, dataset)
    if measures.parts:
        chosen, settings = _decided(registry, [*asked, measures])
        dataset = opened_dataset(settings, registry)
    plan = Blueprint(chosen, settings, task_of_run(settings, dataset))
    _refuse_labels(plan)
    return Composition(
        registry=registry,
        plan=plan,
        dataset=dataset,
        recipe=None,
        by_itself=False,
        remarks=check_measures(plan, dataset),
        plugin_files=(),
    )


def open_pictures(text: str, options: Mapping[str, object], like: Composition) -> Dataset:
    """Open the pictures that are measured, in the size and channels of what they are compared with.

    Args:
        text: as `--data` takes it.
        options: of data; those that this data set does not have are left out.
        like: what they are compared with.

    Raises:
        ZooError: an unknown data set, one that cannot be opened, or several sets of images.
    """
    chosen = {"data": choose(like.registry, "data", [Layer("user", {"data": text})])}
    target = chosen["data"].items[0].entry.load()
    image = like.dataset.image
    # labels of pictures are not looked at, and "auto" refuses unclear ones
    ours = {"labels": "none", "channels": str(image.channels), **options}
    known = options_of(target).keys()
    layer = Layer("user", {}, {"data": {n: v for n, v in ours.items() if n in known}})
    section = settle((*argument_layers(chosen), layer), chosen)["data"]
    asked = like.settings["run"].values["size"].source != like.settings["data"].owner
    size = (image.height, image.width) if asked else None
    found = settled_dataset(section, like.registry, size)
    check_one_table(found, text)
    return found


def check_one_table(dataset: Dataset, text: str) -> None:
    """Refuse data of several sets of images.

    Raises:
        ZooError: it has them.
    """
    if "images" not in dataset.images:
        raise ZooError(
            f"{text!r} has several sets of images: {', '.join(dataset.images)}",
            hint="name one of them alone, such as `folder:PATH`",
        )


def _decided(registry: Registry, asked: Sequence[Layer]) -> tuple[dict[str, Choice], Settings]:
    chosen = {role: choose(registry, role, asked) for role in MEASURED}
    return chosen, settle((*argument_layers(chosen), *asked), chosen)


def _refuse_labels(plan: Blueprint) -> None:
    for name, metric in metrics_of(plan).items():
        if metric.needs_labels:
            raise ZooError(
                f"metric {name!r} reads the labels that samples are asked for, and pictures in "
                "files were asked for none",
                hint="another metric: `zoo list metric`",
            )
