"""Projection discriminator (Miyato and Koyama 2018, arXiv:1802.05637, equation 3)."""

from torch import Tensor, nn

from zoo_core.interfaces import Discriminator, Scores
from zoo_plugin_conditional.labels import ClassLatents, one_hot
from zoo_plugin_conditional.pooling import feature_count, flattened, places


class Projection(ClassLatents):
    """The score gains the inner product of the class's embedding with the image's features.

    f(x, y) = y^T V phi(x) + psi(phi(x)), where psi is the critic's head and phi(x) its features
    with their places, which are what a head such as DCGAN's reads; the paper's critics have summed
    them over their places before. The generator gets the class as more latents. Every patch of a
    critic of patches gains the same, the product divided by the number of places: the mean of the
    patches is what the loss reads, and it should not grow with their number.

    V starts at zero, so that training starts from the unconditional critic; the paper's code draws
    it and divides it by its spectral norm. A label of -1 is unknown, and adds nothing.

    Args:
        classes: number of classes.

    Shapes:
        latents (N, n) -> (N, n + classes); features (N, F) or (N, F, h, w).

    Raises:
        ZooError: features of another form.
    """

    def prepare(self, features: tuple[int, ...]) -> None:
        length = feature_count(features, owner="condition 'projection'")
        embedding = nn.Linear(self.classes, length, bias=False)
        nn.init.zeros_(embedding.weight)
        self.critic_side.add_module("embedding", embedding)

    def scores(self, critic: Discriminator, images: Tensor, labels: Tensor | None) -> Scores:
        features = critic.features(images, labels)
        logits = critic.head(features)
        embedding = self.critic_side.get_submodule("embedding")
        embedded: Tensor = embedding(one_hot(labels, self.classes, images))
        product = (embedded * flattened(features)).sum(1)
        if logits.ndim > 1:
            product = product / places(tuple(features.shape[1:]))
        return Scores(logits + product.reshape(-1, *[1] * (logits.ndim - 1)), features)
