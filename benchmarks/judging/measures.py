"""What is measured of conditional models: labels, codes, and a classifier from few labels."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from benchmarks.judging.panel import Panel
from zoo_core import Pretrained, ZooError
from zoo_core.data.sets.few_labels import FewLabels
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Duel, as_floats
from zoo_core.pictures.samples import labels_in_turn
from zoo_core.pictures.sheets import save_grid

SEED = 2
"""Of latents, so that no measure uses the samples that the figures are of."""

COLUMNS = 10
"""Values of a continuous code in a picture."""

SUPERVISED_STEPS = 1000
"""Steps of the classifier that sees the labelled images only."""

Measures = dict[str, Any]


def measured(name: str, model: Pretrained, panel: Panel, count: int, picture: Path) -> Measures:
    """Return the extra figures of a row as JSON data; pictures are written beside its own.

    Args:
        name: "labels", "codes", "classes", or empty for nothing.
        model: what was trained.
        panel: the judge and the real images.
        count: samples to draw.
        picture: the row's picture, whose name those of the measure begin with.
    """
    if not name:
        return {}
    kinds: dict[str, Callable[[], Measures]] = {
        "labels": lambda: labels_read(model, panel, count),
        "codes": lambda: codes_found(model, panel, count, picture),
        "classes": lambda: classes_learned(model, panel),
    }
    return {"kind": name, **kinds[name]()}


@torch.no_grad()
def labels_read(model: Pretrained, panel: Panel, count: int) -> Measures:
    """Return the share of samples that the judge reads as the label asked for."""
    classes = len(model.classes)
    labels = labels_in_turn(count, classes)
    images = model.sample(count, seed=SEED, labels=labels)
    read = panel.judge(images)[0].argmax(1)
    right = (read == labels).double()
    each = [right[labels == number].mean().item() for number in range(classes)]
    return {
        "as_asked": round(right.mean().item(), 4),
        "worst_class": round(min(each), 4),
        "each_class": [round(share, 4) for share in each],
    }


@torch.no_grad()
def codes_found(model: Pretrained, panel: Panel, count: int, picture: Path) -> Measures:
    """Return how pure the categorical code is, and picture the codes.

    Purity is the share of images that belong to the most frequent class of their code's value
    (Manning et al. 2008, section 16.3): of samples by the judge, and of held-out images by the
    reader of codes. One value for all would give the share of the largest class.
    """
    condition: Any = getattr(model.game, "condition", None)
    chosen = labels_in_turn(count, condition.categories)
    rng = CounterDraws(SEED, 0, path=("codes",))
    continuous = rng.uniform(count, condition.continuous) * 2 - 1
    images = _from_codes(model, condition, chosen, continuous)
    read = panel.judge(images)[0].argmax(1)
    held_out = model.score(panel.held_out.images)
    if held_out.features is None:
        raise ZooError("the critic has no features", hint="judge a run of `--condition infogan`")
    found = condition.read(held_out.features).category.argmax(1)
    shares = F.one_hot(panel.held_out.labels).double().mean(0)
    pictures = [
        _picture_of_code(model, condition, number, picture)
        for number in range(condition.continuous)
    ]
    return {
        "purity_samples": round(purity(chosen, read), 4),
        "purity_held_out": round(purity(found, panel.held_out.labels), 4),
        "classes_covered": len(set(_majorities(chosen, read).tolist())),
        "purity_of_one_value": round(shares.max().item(), 4),
        "pictures": pictures,
    }


def purity(groups: Tensor, classes: Tensor) -> float:
    """Return the share of items that belong to the most frequent class of their group.

    Shapes:
        groups (N,) int64, classes (N,) int64.
    """
    return float(_table(groups, classes).amax(1).sum() / len(groups))


def _majorities(groups: Tensor, classes: Tensor) -> Tensor:
    return _table(groups, classes).argmax(1)


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


@torch.no_grad()
def classes_learned(model: Pretrained, panel: Panel) -> Measures:
    """Return the held-out accuracy of the critic's classes, and of the same nets without a GAN."""
    dataset = model.composition.dataset
    if not isinstance(dataset, FewLabels):
        raise ZooError("all labels were used", hint="judge a run of `--data few-labels:...`")
    held_out = panel.held_out
    logits = model.score(held_out.images).class_logits
    if logits is None:
        raise ZooError("the critic tells no classes", hint="judge a run of `--condition sgan`")
    accuracy = (logits.argmax(1) == held_out.labels).double().mean().item()
    return {
        "labels": dataset.count,
        "accuracy": round(accuracy, 4),
        "supervised_accuracy": round(_supervised(model, dataset, panel), 4),
        "supervised_steps": SUPERVISED_STEPS,
        "held_out": len(held_out),
    }


@torch.enable_grad()
def _supervised(model: Pretrained, dataset: FewLabels, panel: Panel) -> float:
    """Train the same nets, from the same weights, on the labelled images alone."""
    composition = model.composition
    game = composition.build()
    duel = getattr(game, "duel", None)
    if not isinstance(duel, Duel):
        raise ZooError("the game has no critic of single images", hint="`--game adversarial`")
    table = dataset.tables("train")["images"]
    rows = table.take(torch.arange(len(table)))
    assert rows.labels is not None, "the data has labels"
    known = rows.labels >= 0
    images, labels = as_floats(rows.images[known]), rows.labels[known]
    weights = [*duel.critic.parameters(), *duel.condition.critic_side.parameters()]
    optimiser = torch.optim.Adam(weights, lr=composition.settings["critic"].plain()["lr"])
    rng = torch.Generator().manual_seed(composition.run.seed)
    for _ in range(SUPERVISED_STEPS):
        batch = torch.randint(len(images), (composition.run.batch,), generator=rng)
        logits = duel.score(images[batch], None).class_logits
        assert logits is not None, "the condition classifies"
        optimiser.zero_grad()
        F.cross_entropy(logits, labels[batch]).backward()  # type: ignore[no-untyped-call]
        optimiser.step()
    alone = Pretrained(composition, game, torch.device("cpu"))
    found = alone.score(panel.held_out.images).class_logits
    assert found is not None, "the condition classifies"
    return (found.argmax(1) == panel.held_out.labels).double().mean().item()
