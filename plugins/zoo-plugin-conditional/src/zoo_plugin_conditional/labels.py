"""Labels as numbers: what the conditions on classes have in common."""

from typing import ClassVar

import torch
from torch import Tensor

from zoo_core.interfaces import Condition, Draws


class ClassLatents(Condition):
    """Give the generator its class as more latents: a one, and zeros for the other classes.

    A label of -1 is unknown, and gives zeros only.

    Args:
        classes: number of classes.
    """

    reads_labels: ClassVar[bool] = True

    def __init__(self, *, classes: int) -> None:
        super().__init__()
        self.classes = classes

    def latent_dim(self, count: int) -> int:
        return count + self.classes

    def latents(self, latents: Tensor, labels: Tensor | None, rng: Draws) -> Tensor:
        return torch.cat([latents, one_hot(labels, self.classes, latents)], 1)


def one_hot(labels: Tensor | None, classes: int, like: Tensor) -> Tensor:
    """Return a one at each label, and zeros only where it is unknown.

    Args:
        labels: (N,) int64, -1 where unknown, or None where all are.
        classes: number of classes.
        like: any tensor (N, ...), for number, type and device.

    Shapes:
        -> (N, classes).
    """
    if labels is None:
        return like.new_zeros(like.shape[0], classes)
    numbers = torch.arange(classes, device=labels.device)
    return (labels[:, None] == numbers).to(like.dtype)
