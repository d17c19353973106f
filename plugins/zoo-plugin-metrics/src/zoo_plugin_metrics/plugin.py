"""Metrics and features for the GAN zoo: what this distribution provides. Imports no torch."""

from __future__ import annotations

from zoo_core import Entry, hookimpl

CHEAP = ("cheap",)
"""Tag of the metrics that a run is measured by where none is named."""

METRICS = (
    Entry(
        kind="metric",
        name="fid",
        target="zoo_plugin_metrics.fid:Fid",
        summary="Frechet distance of two normal distributions fitted to the features.",
        paper="arXiv:1706.08500",
        tags=CHEAP,
    ),
    Entry(
        kind="metric",
        name="kid",
        target="zoo_plugin_metrics.kid:Kid",
        summary="Squared maximum mean discrepancy under a cubic kernel: unbiased, for few images.",
        paper="arXiv:1801.01401",
        tags=CHEAP,
    ),
    Entry(
        kind="metric",
        name="inception-score",
        target="zoo_plugin_metrics.inception_score:InceptionScore",
        summary="How sure a classifier is of each sample, and how evenly the classes come.",
        paper="arXiv:1606.03498",
    ),
    Entry(
        kind="metric",
        name="precision-recall",
        target="zoo_plugin_metrics.precision_recall:PrecisionRecall",
        summary="Samples among real images, and real images among samples.",
        paper="arXiv:1904.06991",
    ),
    Entry(
        kind="metric",
        name="wasserstein",
        target="zoo_plugin_metrics.wasserstein:Wasserstein",
        summary="Exact earth mover's distance of features, beside the critic's estimate.",
        paper="arXiv:1701.07875",
    ),
    Entry(
        kind="metric",
        name="modes",
        target="zoo_plugin_metrics.modes:Modes",
        summary="Classes that samples cover, and how evenly.",
        paper="arXiv:1712.04086",
        tags=CHEAP,
    ),
    Entry(
        kind="metric",
        name="label-accuracy",
        target="zoo_plugin_metrics.label_accuracy:LabelAccuracy",
        summary="Samples that a classifier reads as the label they were asked for.",
        paper="arXiv:1807.09499",
    ),
    Entry(
        kind="metric",
        name="memorisation",
        target="zoo_plugin_metrics.memorisation:Memorisation",
        summary="Samples that are closer to a training image than held-out images are.",
        paper="arXiv:2004.05675",
    ),
)

FEATURES = (
    Entry(
        kind="features",
        name="digit-classifier",
        target="zoo_plugin_metrics.classifier:DigitClassifier",
        summary="A small classifier of digits and of MNIST-like images, shipped with the plugin.",
        tags=("for:digits", "for:mnist", "for:stacked-mnist", "for:fashion-mnist"),
    ),
    Entry(
        kind="features",
        name="inception",
        target="zoo_plugin_metrics.inception:Inception",
        summary="InceptionV3 as published FIDs use it; its weights are given, found or fetched.",
        paper="arXiv:1512.00567",
        tags=("general", "needs:download"),
    ),
    Entry(
        kind="features",
        name="pixels",
        target="zoo_plugin_metrics.pixels:Pixels",
        summary="The image itself, averaged down: no weights, and no understanding.",
        tags=("fallback",),
    ),
)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (*METRICS, *FEATURES)
