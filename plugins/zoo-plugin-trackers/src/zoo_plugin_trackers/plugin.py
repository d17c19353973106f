"""Trackers for the GAN zoo: what this distribution provides. Imports no torch and no tracker."""

from __future__ import annotations

from zoo_core import Entry, hookimpl

TRACKERS = (
    Entry(
        kind="tracker",
        name="tensorboard",
        target="zoo_plugin_trackers.tensorboard:TensorBoard",
        summary="Event files in `tensorboard/` of the run directory.",
    ),
    Entry(
        kind="tracker",
        name="wandb",
        target="zoo_plugin_trackers.wandb:WeightsAndBiases",
        summary="Weights & Biases: the service, or a folder where nobody is logged in.",
    ),
    Entry(
        kind="tracker",
        name="mlflow",
        target="zoo_plugin_trackers.mlflow:MLflow",
        summary="MLflow: a server, or a database in a file.",
    ),
    Entry(
        kind="tracker",
        name="trackio",
        target="zoo_plugin_trackers.trackio:Trackio",
        summary="Trackio: a database of your own, a Space on the Hub, or a server.",
    ),
)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return TRACKERS
