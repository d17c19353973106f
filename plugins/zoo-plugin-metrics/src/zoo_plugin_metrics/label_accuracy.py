"""GAN-test (Shmelkov et al. 2018, arXiv:1807.09499, section 3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from torch import Tensor

from zoo_core import ZooError
from zoo_core.interfaces import Comparison, Draws, ImageSet, Metric, Real, Reference
from zoo_core.interfaces.metrics import Better
from zoo_plugin_metrics.reading import logits_of

KNOWN = 0.5
"""Share of the real images whose label a classifier has to read right to be believed."""

OTHERS = "`--features digit-classifier` knows digits and MNIST; see `zoo list features`"


class LabelAccuracy(Metric):
    """Count the samples that a classifier, which has seen real images only, reads as asked.

    `label-accuracy` is the share of samples that are read as the label they were asked for,
    `label-accuracy.worst` that of the label that does worst. A translation is asked for the class
    of its source. The classifier's own mistakes on real images bound both from above.

    Raises:
        ZooError: data without labels, or a classifier that does not know their classes.
    """

    scores: ClassVar[Mapping[str, Better]] = {
        "label-accuracy": "higher",
        "label-accuracy.worst": "higher",
    }
    least = 1
    needs_logits = True
    needs_labels = True

    def reference(self, real: Real, rng: Draws) -> Reference:
        right, _ = read_right(real.compared(), whose="real images")
        share = right.double().mean()
        if share < KNOWN:
            raise ZooError(
                f"the classifier reads {float(share):.1%} of the real images as their label says: "
                "it knows other classes than the data has",
                hint=OTHERS,
            )
        return {"right": share}

    def __call__(self, compared: Comparison) -> Mapping[str, float]:
        right, labels = read_right(compared.fake, whose="samples")
        asked = labels.bincount()
        shares = labels[right].bincount(minlength=len(asked)).double() / asked
        return {
            "label-accuracy": float(right.double().mean()),
            "label-accuracy.worst": float(shares[asked > 0].min()),
        }


def read_right(images: ImageSet, *, whose: str) -> tuple[Tensor, Tensor]:
    """Return whether each image of a known label is read as such, and its label, (N,) both.

    Raises:
        ZooError: none has a label.
    """
    labels = images.labels
    known = None if labels is None else labels >= 0
    if labels is None or known is None or not known.any():
        raise ZooError(
            f"this metric reads the labels of the {whose}, and they have none",
            hint="labelled data and `--condition concat`, or another metric: `zoo list metric`",
        )
    read = logits_of(images, whose=whose, least=1).argmax(1)
    return (read == labels)[known], labels[known]
