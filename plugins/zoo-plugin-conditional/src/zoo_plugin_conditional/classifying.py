"""A linear classifier on a critic's features, and how it is judged where labels are known."""

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from zoo_core.interfaces import UNKNOWN, Scores
from zoo_plugin_conditional.pooling import feature_count, flattened


class Classifier(nn.Module):
    """Tell the class from features and their places.

    Args:
        features: shape of the critic's features, without the batch.
        classes: number of classes.
        owner: which condition it belongs to, for the error.

    Shapes:
        features (N, F) or (N, F, h, w) -> (N, classes).

    Raises:
        ZooError: features of another form.
    """

    def __init__(self, features: tuple[int, ...], *, classes: int, owner: str) -> None:
        super().__init__()
        self.linear = nn.Linear(feature_count(features, owner=owner), classes)

    def forward(self, features: Tensor) -> Tensor:
        logits: Tensor = self.linear(flattened(features))
        return logits


def class_entropy(scores: Scores | None, labels: Tensor | None) -> Tensor:
    """Return the mean cross entropy of the known labels, 0 if there are none.

    The mean is over those that a device has. It divides by their number and not by the batch's, so
    that few labels weigh as much as many.
    """
    logits, labels = _classified(scores, labels)
    total = cross_entropy(logits, labels, ignore_index=UNKNOWN, reduction="sum")
    return total / _count(labels)


def class_accuracy(scores: Scores | None, labels: Tensor | None) -> Tensor:
    """Return how many of the known labels are told right, 0 if there are none."""
    logits, labels = _classified(scores, labels)
    return (logits.argmax(1) == labels).sum() / _count(labels)


def known_fraction(labels: Tensor | None) -> Tensor:
    """Return how many of the labels are known, from 0 to 1."""
    return (_given(labels) != UNKNOWN).float().mean()


def _classified(scores: Scores | None, labels: Tensor | None) -> tuple[Tensor, Tensor]:
    if scores is None or scores.class_logits is None:
        raise AssertionError("a condition that classifies reads scores of its own")
    return scores.class_logits, _given(labels)


def _given(labels: Tensor | None) -> Tensor:
    if labels is None:
        raise AssertionError("a condition that reads labels is composed with labelled data only")
    return labels


def _count(labels: Tensor) -> Tensor:
    """Return the number of known labels, at least 1."""
    return (labels != UNKNOWN).sum().clamp_min(1)
