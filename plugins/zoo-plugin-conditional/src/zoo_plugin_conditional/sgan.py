"""Semi-supervised GAN (Salimans et al. 2016, arXiv:1606.03498, sec. 5; also arXiv:1606.01583)."""

from typing import Annotated, ClassVar

from torch import Tensor

from zoo_core import Between
from zoo_core.interfaces import Condition, Discriminator, Scores, Terms, Turn
from zoo_plugin_conditional.classifying import (
    Classifier,
    class_accuracy,
    class_entropy,
    known_fraction,
)


class SemiSupervised(Condition):
    """The critic tells K classes of real images and, as class K + 1, generated ones.

    l_1 .. l_K are the logits of a linear classifier on the critic's features, l_{K+1} = -head of
    the critic itself. The loss gets log p(real) / p(fake) = logsumexp(l_1 .. l_K) - l_{K+1}, so
    any loss trains all of them on every image. The critic's move also has the cross entropy of
    labelled images among the K classes: of a batch of their own where the data has a table of them
    (`--data few-labels:...`), else of the real images whose label is known; -1 is unknown and left
    out of the mean. The generator is unconditional: it neither gets nor needs labels.

    The notes are `class accuracy`, of the known labels of a batch and 0 in a batch without one, and
    `labelled`, the fraction of images whose label is known.

    Args:
        classes: K of the paper.
        weight: factor on the cross entropy.

    Shapes:
        features (N, F) or (N, F, h, w), logits (N,).

    Raises:
        ZooError: features of another form.
    """

    reads_labels: ClassVar[bool] = True
    hides_labels: ClassVar[bool] = True
    needs_single_score: ClassVar[bool] = True

    def __init__(self, *, classes: int, weight: Annotated[float, Between(0, 1e6)] = 1.0) -> None:
        super().__init__()
        self.classes, self.weight = classes, weight

    def prepare(self, features: tuple[int, ...]) -> None:
        head = Classifier(features, classes=self.classes, owner="condition 'sgan'")
        self.critic_side.add_module("classifier", head)

    def scores(self, critic: Discriminator, images: Tensor, labels: Tensor | None) -> Scores:
        features = critic.features(images)
        generated = -critic.head(features)
        classes: Tensor = self.critic_side.get_submodule("classifier")(features)
        return Scores(classes.logsumexp(1) - generated, features, classes)

    def terms(self, turn: Turn) -> Terms:
        if turn.player != "critic":
            return Terms()
        scores, labels = turn.real_scores, turn.real.labels
        notes = {"labelled": known_fraction(labels)}
        if (labelled := turn.beside.get("labelled")) is not None:
            scores, labels = turn.critic(labelled.images, None), labelled.labels
        notes["class accuracy"] = class_accuracy(scores, labels)
        return Terms({"class": self.weight * class_entropy(scores, labels)}, notes)
