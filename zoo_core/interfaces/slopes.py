"""The slope of a critic at its images, sample by sample."""

from __future__ import annotations

import torch
from torch import Tensor


def slopes(logits: Tensor, images: Tensor) -> Tensor:
    """Return d score / d image of each sample, differentiable once more.

    An image's score is one number: a critic of patches is differentiated through the mean of its
    patches, which is what losses average. Norms over dimension 1 are over C, H and W together.

    Shapes:
        logits (N,) or patches (N, h, w), computed from images (N, C, H, W) -> (N, C * H * W).
    """
    total = logits.flatten(1).mean(1).sum() if logits.ndim > 1 else logits.sum()
    (gradient,) = torch.autograd.grad(total, images, create_graph=True)
    return gradient.flatten(1)
