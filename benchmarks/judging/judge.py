"""The judge: a small convolutional classifier that has seen real images only."""

from __future__ import annotations

import time
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.judging.real import RealImages

CHUNK = 512
"""Images per pass when judging."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeOptions:
    """How the judge is trained; stored beside every figure.

    Args:
        seed: of weights, order and shifts.
        images: how many training images it sees at most.
        epochs: passes over them.
        batch: images per step.
        lr: highest learning rate of AdamW, one cycle.
        shift: pixels by which a batch is moved at most, in both directions.
        smoothing: share of each label given to all classes, so that the judge is less sure of
            what it has never seen.
    """

    seed: int = 0
    images: int = 20_000
    epochs: int = 20
    batch: int = 64
    lr: float = 3e-3
    shift: int = 2
    smoothing: float = 0.1


class JudgeNet(nn.Module):
    """Three strided convolutions and two linear layers.

    Args:
        channels: of the images.
        classes: how many.
        width: channels of the first convolution.

    Shapes:
        images (N, C, H, W) -> features (N, 64) -> logits (N, classes).
    """

    def __init__(self, channels: int, classes: int, *, width: int = 16) -> None:
        super().__init__()
        self.features = nn.Sequential(
            *_stage(channels, width),
            *_stage(width, 2 * width),
            *_stage(2 * width, 4 * width),
            nn.AdaptiveAvgPool2d(2),
            nn.Flatten(),
            nn.Linear(16 * width, 64),
            nn.ReLU(),
        )
        self.logits = nn.Linear(64, classes)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.logits(self.features(images))
        return logits


class Judge:
    """A trained judge.

    Args:
        net: with fixed weights.
        options: how it was trained.
        trained_on: number of training images.
        held_out: what its accuracy is measured on.
        seconds: training time.
    """

    def __init__(
        self,
        net: JudgeNet,
        options: JudgeOptions,
        *,
        trained_on: int,
        held_out: RealImages,
        seconds: float,
    ) -> None:
        self.net = net.eval().requires_grad_(requires_grad=False)
        self.options, self.trained_on, self.seconds = options, trained_on, seconds
        probabilities, _ = self(held_out.images)
        right = probabilities.argmax(1) == held_out.labels
        self.accuracy = right.double().mean().item()

    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return probabilities (N, classes) and penultimate features (N, 64)."""
        features = torch.cat([self.net.features(chunk) for chunk in torch.split(images, CHUNK)])
        logits: Tensor = self.net.logits(features)
        return logits.softmax(1), features


def train_judge(
    real: RealImages, held_out: RealImages, classes: int, options: JudgeOptions
) -> Judge:
    """Train a judge; a function of the images and the options at one thread count.

    Args:
        real: training images.
        held_out: what its accuracy is measured on, never trained on.
        classes: how many.
        options: how.
    """
    began = time.perf_counter()
    seen = real.some(options.images, options.seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed)
        net = JudgeNet(seen.images.shape[1], classes)
    _fit(net, seen, options)
    seconds = time.perf_counter() - began
    return Judge(net, options, trained_on=len(seen), held_out=held_out, seconds=seconds)


def _fit(net: JudgeNet, real: RealImages, options: JudgeOptions) -> None:
    rng = torch.Generator().manual_seed(options.seed)
    batch = min(options.batch, len(real))
    batches = len(real) // batch
    optimiser = torch.optim.AdamW(net.parameters(), lr=options.lr)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, options.lr, total_steps=options.epochs * batches
    )
    for _ in range(options.epochs):
        order = torch.randperm(len(real), generator=rng)[: batches * batch]
        for rows in torch.split(order, batch):
            images = _shifted(real.images[rows], options.shift, rng)
            loss = F.cross_entropy(
                net(images), real.labels[rows], label_smoothing=options.smoothing
            )
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()


def _shifted(images: Tensor, most: int, rng: torch.Generator) -> Tensor:
    """Return a batch moved by one random number of pixels, its border repeated."""
    down, right = torch.randint(0, 2 * most + 1, (2,), generator=rng).tolist()
    height, width = images.shape[-2:]
    padded = F.pad(images, (most,) * 4, mode="replicate")
    return padded[..., down : down + height, right : right + width]


def _stage(before: int, after: int) -> list[nn.Module]:
    return [
        nn.Conv2d(before, after, 3, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(),
    ]
