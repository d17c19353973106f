"""Conditional GAN (Mirza and Osindero 2014, arXiv:1411.1784, figure 1)."""

import torch
from torch import Tensor

from zoo_core import ImageSpec, ZooError
from zoo_core.interfaces import Discriminator, Scores
from zoo_core.spec import MAX_CHANNELS
from zoo_plugin_conditional.labels import ClassLatents, one_hot


class Concat(ClassLatents):
    """Both nets get the class as more input: latents here, constant channels there.

    A label of -1 is unknown, and gives zeros.

    Args:
        classes: number of classes.

    Shapes:
        latents (N, n) -> (N, n + classes); the critic sees images (N, C + classes, H, W).

    Raises:
        ZooError: more classes than an image can have channels.
    """

    def image(self, image: ImageSpec) -> ImageSpec:
        if image.channels + self.classes > MAX_CHANNELS:
            raise ZooError(
                f"condition 'concat' gives each of {self.classes} classes a channel of its own, "
                f"but an image has at most {MAX_CHANNELS} channels",
                hint="`--condition projection` takes any number of classes",
            )
        return image.with_channels(image.channels + self.classes)

    def scores(self, critic: Discriminator, images: Tensor, labels: Tensor | None) -> Scores:
        planes = one_hot(labels, self.classes, images)[:, :, None, None]
        planes = planes.expand(-1, -1, *images.shape[2:])
        return super().scores(critic, torch.cat([images, planes], 1), labels)
