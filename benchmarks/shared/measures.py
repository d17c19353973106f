"""What is measured of conditional models: labels, codes, and a classifier from few labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.shared.controls import PIECE, real_images
from zoo_core import Composition, ImageSpec, Measures, Pretrained, ZooError, evaluate
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Batch, Duel, Table, as_bytes, as_floats
from zoo_core.pictures.samples import labels_in_turn
from zoo_core.pictures.sheets import save_grid
from zoo_plugin_metrics.classifier import DigitClassifier

SEED = 2
"""Of latents, so that no measure uses the samples that are pictured."""

COLUMNS = 10
"""Values of a continuous code in a picture."""

SUPERVISED_STEPS = 1000
"""Steps of the classifier that sees the labelled images only."""

Figures = dict[str, Any]


@torch.no_grad()
def measured(name: str, run: Path, model: Pretrained, count: int, picture: Path) -> Figures:
    """Return the extra figures of a row as JSON data; pictures are written beside its own.

    Args:
        name: "labels", "codes", "classes", or empty for nothing.
        run: what was trained.
        model: the same, with its data.
        count: samples to draw.
        picture: the row's picture, whose name those of the measure begin with.
    """
    if not name:
        return {}
    held_out = real_images(model.composition.dataset, "test")
    if name == "labels":
        found = labels_read(run, model.composition, held_out, count)
    elif name == "codes":
        found = codes_found(model, held_out, count, picture)
    else:
        found = classes_learned(model, held_out)
    return {"kind": name, **found}


def labels_read(run: Path, composition: Composition, held_out: Batch, count: int) -> Figures:
    """Return the share of samples that are read as the label they were asked for."""
    options = {"data": composition.settings["data"].plain()}
    asked = Measures(metrics=("label-accuracy",), count=count, splits=("test",), options=options)
    (found,) = evaluate(run, asked, device="cpu")
    return {**found.to_json(), "held_out": _right(read(held_out.images), held_out)}


def read(images: Tensor) -> Tensor:
    """Return the digit that the classifier of zoo-plugin-metrics reads in each image, (N,)."""
    classifier = DigitClassifier(image=ImageSpec(*images.shape[1:]))
    logits = [classifier(as_bytes(piece)).logits for piece in torch.split(images, PIECE)]
    return torch.cat([piece.argmax(1) for piece in logits if piece is not None])


def codes_found(model: Pretrained, held_out: Batch, count: int, picture: Path) -> Figures:
    """Return how pure the categorical code is, and picture the codes.

    Purity is the share of images that belong to the most frequent class of their code's value
    (Manning et al. 2008, section 16.3): of samples as they are read, and of held-out images by the
    reader of codes. One value for all would give the share of the largest class.
    """
    condition: Any = getattr(model.game, "condition", None)
    chosen = labels_in_turn(count, condition.categories)
    rng = CounterDraws(SEED, 0, path=("codes",))
    continuous = rng.uniform(count, condition.continuous) * 2 - 1
    classes = read(_from_codes(model, condition, chosen, continuous))
    features, labels = model.score(held_out.images).features, held_out.labels
    if features is None or labels is None:
        raise ZooError("the critic has no features", hint="measure a run of `--condition infogan`")
    found = condition.read(features).category.argmax(1)
    return {
        "purity_samples": round(purity(chosen, classes), 4),
        "purity_held_out": round(purity(found, labels), 4),
        "classes_covered": len(set(_table(chosen, classes).argmax(1).tolist())),
        "purity_of_one_value": round(float(labels.bincount().max() / len(labels)), 4),
        "pictures": [
            _picture_of_code(model, condition, number, picture)
            for number in range(condition.continuous)
        ],
    }


def purity(groups: Tensor, classes: Tensor) -> float:
    """Return the share of items that belong to the most frequent class of their group.

    Shapes:
        groups (N,) int64, classes (N,) int64.
    """
    return float(_table(groups, classes).amax(1).sum() / len(groups))


def _table(groups: Tensor, classes: Tensor) -> Tensor:
    """Return how many items of each group (row) are of each class (column)."""
    return F.one_hot(groups).double().T @ F.one_hot(classes).double()


def _from_codes(
    model: Pretrained, condition: Any, category: Tensor, continuous: Tensor, *, same: bool = False
) -> Tensor:
    """Return images of chosen codes, from fresh noise or all from the same."""
    count = len(category)
    rng = CounterDraws(SEED, 0, path=("noise",))
    noise = rng.normal(1 if same else count, model.composition.task.latent_dim)
    latents = condition.with_codes(noise.expand(count, -1), category, continuous)
    generator = model.generator.eval()
    images: Tensor = torch.cat([generator(some, None) for some in latents.split(256)])
    return images


def _picture_of_code(model: Pretrained, condition: Any, number: int, picture: Path) -> str:
    """Write rows of one category each, along which one continuous code goes from -2 to 2."""
    category = torch.arange(condition.categories).repeat_interleave(COLUMNS)
    continuous = torch.zeros(len(category), condition.continuous)
    continuous[:, number] = torch.linspace(-2, 2, COLUMNS).repeat(condition.categories)
    path = picture.with_name(f"{picture.stem}-code-{number + 1}.png")
    save_grid(_from_codes(model, condition, category, continuous, same=True), path, columns=COLUMNS)
    return path.name


def classes_learned(model: Pretrained, held_out: Batch) -> Figures:
    """Return the held-out accuracy of the critic's classes, and of the same nets without a GAN."""
    dataset = model.composition.dataset
    tables = dataset.tables("train")
    if "labelled" not in tables:
        raise ZooError("all labels were used", hint="measure a run with `--data few-labels:...`")
    alone = _supervised(model.composition, tables["labelled"])
    return {
        "labels": model.composition.settings["data"].values["count"].value,
        "accuracy": _right(_classes(model, held_out.images), held_out),
        "supervised_accuracy": _right(_classes(alone, held_out.images), held_out),
        "supervised_steps": SUPERVISED_STEPS,
        "held_out": len(held_out),
    }


@torch.enable_grad()
def _supervised(composition: Composition, table: Table) -> Pretrained:
    """Train the same nets, from the same weights, on the labelled images alone."""
    game = composition.build()
    duel = getattr(game, "duel", None)
    if not isinstance(duel, Duel):
        raise ZooError("the game has no critic of single images", hint="`--game adversarial`")
    rows = table.take(torch.arange(len(table)))
    images, labels = as_floats(rows.images), rows.labels
    assert labels is not None, "the table has labels"
    weights = [*duel.critic.parameters(), *duel.condition.critic_side.parameters()]
    optimiser = torch.optim.Adam(weights, lr=composition.settings["critic"].plain()["lr"])
    rng = torch.Generator().manual_seed(composition.run.seed)
    for _ in range(SUPERVISED_STEPS):
        batch = torch.randint(len(images), (composition.run.batch,), generator=rng)
        logits = duel.score(images[batch], None).class_logits
        assert logits is not None, "the condition classifies"
        optimiser.zero_grad()
        torch.autograd.backward(F.cross_entropy(logits, labels[batch]))
        optimiser.step()
    return Pretrained(composition, game, torch.device("cpu"))


def _classes(model: Pretrained, images: Tensor) -> Tensor:
    logits = model.score(images).class_logits
    if logits is None:
        raise ZooError("the critic tells no classes", hint="measure a run of `--condition sgan`")
    return logits.argmax(1)


def _right(classes: Tensor, images: Batch) -> float:
    assert images.labels is not None, "real_images"
    return round((classes == images.labels).double().mean().item(), 4)
