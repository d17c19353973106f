"""What a game lets one look at: the images that it makes, and the critics that judge them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from zoo_core.interfaces import Batch, Draws, Duel, Table
from zoo_core.metrics import per_image, tables_of
from zoo_core.pictures.samples import labels_in_turn
from zoo_core.training.run import Run

Nets = Mapping[str, nn.Module]
Make = Callable[[Nets, Batch, Draws], Batch]
Score = Callable[[Batch], Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One kind of image that a game makes, and who judges it.

    Args:
        prefix: of its measurements, such as "b." where several kinds are made.
        target: table of the real images of this kind.
        source: table of what it is made from; the target's where it is drawn.
        make: nets, a batch of the source and a stream to as many images.
        score: a batch to logits (N,); None where no critic of these images is found.
    """

    prefix: str
    target: str
    source: str
    make: Make
    score: Score | None


def views_of(run: Run, tables: Mapping[str, Table]) -> tuple[View, ...]:
    """Return what a run's game makes, as far as it is made of known pieces."""
    directions = run.engine.game.translators()
    if not directions:
        return (_drawn(run),) if "images" in tables else ()
    found = (_translated(run, tables, *item) for item in directions.items())
    return tuple(view for view in found if view is not None)


def _drawn(run: Run) -> View:
    game, plan = run.engine.game, run.composition.plan
    classes = len(run.composition.task.classes)
    hidden = getattr(plan.target("condition"), "hides_labels", False)

    def make(nets: Nets, batch: Batch, rng: Draws) -> Batch:
        count = len(batch)
        turns = labels_in_turn(count, classes, device=batch.images.device) if classes else None
        images = game.sample(nets, rng, count=count, labels=turns if plan.labelled else None)
        return Batch(images, None if hidden else turns)

    score = _score(run, "discriminator")
    return View(prefix="", target="images", source="images", make=make, score=score)


def _translated(run: Run, tables: Mapping[str, Table], direction: str, net: str) -> View | None:
    """Return the view of a direction between two tables, or from sources to their images."""
    source, target = tables_of(direction, tables)
    paired = source == target
    if not {source, target} <= set(tables):
        return None

    def make(nets: Nets, batch: Batch, _rng: Draws) -> Batch:
        given = batch.latents if paired else batch.images
        labels = batch.labels if paired else None
        return Batch(nets[net](given, labels).float(), labels, given)

    prefix = "" if paired else f"{target}."
    score = _score(run, "discriminator" if paired else f"discriminator.{target}")
    return View(prefix=prefix, target=target, source=source, make=make, score=score)


def _score(run: Run, name: str) -> Score | None:
    """Return how the critic of a name scores a batch, with the sources that it may also read."""
    game, role = run.engine.game, run.composition.plan.roles.get(name)
    critic = game.nets().get(name)
    duel = next((found for found in _duels(game) if found.critic is critic), None)
    if role is None or duel is None:
        return None
    reads = role.image.channels

    def score(batch: Batch) -> Tensor:
        images, beside = batch.images, batch.latents
        if images.shape[1] != reads and beside is not None:
            images = torch.cat([beside, images], 1)
        return per_image(duel.score(images, batch.labels).logits)

    return score


def _duels(game: nn.Module) -> Iterator[Duel]:
    return (module for module in game.modules() if isinstance(module, Duel))
