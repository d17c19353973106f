"""Auxiliary classifier GAN (Odena et al. 2017, arXiv:1610.09585, section 3)."""

from typing import Annotated

from torch import Tensor

from zoo_core import Between
from zoo_core.interfaces import Discriminator, Scores, Terms, Turn
from zoo_plugin_conditional.classifying import Classifier, class_accuracy, class_entropy
from zoo_plugin_conditional.labels import ClassLatents


class AuxiliaryClassifier(ClassLatents):
    """The critic also tells the class; both players want it told right.

    The generator gets the class as more latents. The critic's move has the cross entropy of real
    and of generated images, equation 3 of the paper, the generator's that of generated ones. The
    note `class accuracy` is that of real images. A label of -1 is unknown: it gives the generator
    zeros, and is left out of the means.

    Args:
        classes: number of classes.
        weight: factor on the cross entropies.
        learn_fakes: the critic learns the class of generated images too, as in the paper. It may
            then agree with the generator on shapes that no real image of the class has.

    Shapes:
        latents (N, n) -> (N, n + classes); features (N, F) or (N, F, h, w).

    Raises:
        ZooError: features of another form.
    """

    def __init__(
        self,
        *,
        classes: int,
        weight: Annotated[float, Between(0, 1e6)] = 1.0,
        learn_fakes: bool = True,
    ) -> None:
        super().__init__(classes=classes)
        self.weight, self.learn_fakes = weight, learn_fakes

    def prepare(self, features: tuple[int, ...]) -> None:
        head = Classifier(features, classes=self.classes, owner="condition 'ac'")
        self.critic_side.add_module("classifier", head)

    def scores(self, critic: Discriminator, images: Tensor, labels: Tensor | None) -> Scores:
        features = critic.features(images)
        classifier = self.critic_side.get_submodule("classifier")
        return Scores(critic.head(features), features, classifier(features))

    def terms(self, turn: Turn) -> Terms:
        fake = self.weight * class_entropy(turn.fake_scores, turn.fake.labels)
        if turn.player != "critic":
            return Terms({"class_fake": fake})
        real = self.weight * class_entropy(turn.real_scores, turn.real.labels)
        accuracy = class_accuracy(turn.real_scores, turn.real.labels)
        losses = {"class_real": real, **({"class_fake": fake} if self.learn_fakes else {})}
        return Terms(losses, {"class accuracy": accuracy})
