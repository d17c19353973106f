"""Train the classifier that `zoo-plugin-metrics` ships, and write its weights.

`python tools/train_classifier.py --data-dir DIR` reads MNIST from `DIR/MNIST/raw` and the embedded
digits, trains `DigitNet` for some minutes on a CPU, rounds the weights to float16, and measures
the rounded net on the held-out images of both. It writes nothing where MNIST is read worse than
99 of 100. Afterwards `DIGEST` in `zoo_plugin_metrics/classifier.py` must be the hash that it
prints: a changed classifier changes every score, and the tests compare the two.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor, nn
from torch.nn import functional as F

from zoo_core.data.sets.digits import Digits
from zoo_core.data.sets.mnist import Mnist
from zoo_core.digests import sha256_of_bytes
from zoo_core.interfaces.data import Dataset, Split
from zoo_plugin_metrics.classifier_net import SIDE, DigitNet, as_input, net_of

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "plugins/zoo-plugin-metrics/src/zoo_plugin_metrics/weights/digits.safetensors"
LEAST = 0.99
"""Share of MNIST's test images that must be read right."""

CHUNK = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How the net is trained.

    Args:
        epochs: passes over the training images.
        batch: images of a step.
        lr: highest learning rate of the one-cycle schedule, with AdamW.
        weight_decay: of AdamW.
        digits_times: how often a pass has each embedded digit, since they are few beside MNIST's.
        shift: largest shift of an image, as a share of its side.
        scale: largest change of its size, as a share.
        turn: largest turn, in radians.
        seed: of the first weights, the order and the augmentation.
    """

    epochs: int = 8
    batch: int = 128
    lr: float = 3e-3
    weight_decay: float = 0.01
    digits_times: int = 4
    shift: float = 0.08
    scale: float = 0.15
    turn: float = 0.15
    seed: int = 0


def read(data: Dataset, split: Split) -> tuple[Tensor, Tensor]:
    """Return the images of a split as the net reads them, and their labels."""
    table = data.tables(split)["images"]
    rows = table.take(torch.arange(len(table)))
    assert rows.labels is not None
    return as_input(rows.images), rows.labels


def training_images(mnist: Dataset, digits: Dataset, times: int) -> tuple[Tensor, Tensor]:
    """Return MNIST's training images and the embedded ones, these several times."""
    (many, many_labels), (few, few_labels) = read(mnist, "train"), read(digits, "train")
    images = torch.cat([many, few.repeat(times, 1, 1, 1)])
    return images, torch.cat([many_labels, few_labels.repeat(times)])


def augmented(images: Tensor, options: Options) -> Tensor:
    """Return images (N, 1, 32, 32), each shifted, scaled and turned a little, black outside."""
    shift_x, shift_y, scale, turn = torch.rand(4, len(images)) * 2 - 1
    angle, factor = turn * options.turn, 1 + scale * options.scale
    cos, sin = angle.cos() * factor, angle.sin() * factor
    # the grid runs from -1 to 1, so a share of the side is twice that
    rows = (
        torch.stack([cos, -sin, shift_x * 2 * options.shift], 1),
        torch.stack([sin, cos, shift_y * 2 * options.shift], 1),
    )
    grid = F.affine_grid(torch.stack(rows, 1), [len(images), 1, SIDE, SIDE], align_corners=False)
    return F.grid_sample(images + 1, grid, align_corners=False) - 1


def batches(images: Tensor, labels: Tensor, size: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield one shuffled pass; a last partial batch is dropped."""
    order = torch.randperm(len(images))
    for start in range(0, len(order) - size + 1, size):
        rows = order[start : start + size]
        yield images[rows], labels[rows]


def train(images: Tensor, labels: Tensor, options: Options) -> DigitNet:
    """Return a net that is trained with cross-entropy; says the mean loss of each pass."""
    torch.manual_seed(options.seed)
    # convolutions on a CPU are about twice as fast with channels last
    net = DigitNet().to(memory_format=torch.channels_last)
    steps = options.epochs * (len(images) // options.batch)
    optimiser = torch.optim.AdamW(net.parameters(), options.lr, weight_decay=options.weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, options.lr, total_steps=steps)
    for epoch in range(options.epochs):
        losses = []
        for few, wanted in batches(images, labels, options.batch):
            seen = augmented(few, options).contiguous(memory_format=torch.channels_last)
            loss = F.cross_entropy(net(seen)[1], wanted)
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
            schedule.step()
            losses.append(loss.detach())
        print(
            f"pass {epoch + 1} of {options.epochs}: loss {torch.stack(losses).mean():.4f}",
            flush=True,
        )
    return net


def rounded(net: nn.Module) -> dict[str, Tensor]:
    """Return the weights in float16, without the counts of batch norm."""
    state = net.state_dict()
    return {name: t.half().contiguous() for name, t in state.items() if t.is_floating_point()}


def accuracy(weights: dict[str, Tensor], images: Tensor, labels: Tensor) -> float:
    """Return the share of images that a net of these weights reads right, in float32."""
    net = net_of(weights)
    with torch.no_grad():
        found = torch.cat([net(few)[1].argmax(1) for few in torch.split(images, CHUNK)])
    return (found == labels).double().mean().item()


def write(weights: dict[str, Tensor], accuracies: dict[str, float], options: Options) -> None:
    """Write the weights with how they came about, and say what they hash to."""
    metadata = {
        "accuracy": json.dumps(accuracies),
        "options": json.dumps(asdict(options)),
        "torch": str(torch.__version__),
        "licence": "Apache-2.0",
    }
    stored = save(weights, metadata=metadata)
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    TARGET.write_bytes(stored)
    print(f"{TARGET.name}: {len(stored):,} bytes, sha256 {sha256_of_bytes(stored)}")


def main() -> None:
    """Train, measure, and write where it is good enough."""
    usual = Options()
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data-dir", required=True, help="folder with MNIST/raw in it")
    parser.add_argument("--epochs", type=int, default=usual.epochs, help="passes")
    parser.add_argument("--seed", type=int, default=usual.seed)
    given = parser.parse_args()
    options = Options(epochs=given.epochs, seed=given.seed)
    mnist, digits = Mnist(root=given.data_dir, download=False), Digits()
    images, labels = training_images(mnist, digits, options.digits_times)
    weights = rounded(train(images, labels, options))
    held_out = {"mnist": read(mnist, "test"), "digits": read(digits, "test")}
    accuracies = {name: accuracy(weights, *pair) for name, pair in held_out.items()}
    for name, share in accuracies.items():
        print(f"{name}: {share:.4f} of {len(held_out[name][1]):,} held-out images read right")
    if accuracies["mnist"] < LEAST:
        raise SystemExit(f"nothing is written: MNIST is read worse than {LEAST}")
    write(weights, accuracies, options)


if __name__ == "__main__":
    main()
