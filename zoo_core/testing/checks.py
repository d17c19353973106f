"""What every part promises, as functions that raise `AssertionError`."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from fnmatch import fnmatch

import torch
from torch import Tensor

from zoo_core.composition import Composition, compose
from zoo_core.config.options import options_of
from zoo_core.config.request import Options, Parts
from zoo_core.draws import CounterDraws
from zoo_core.engine.assembling import engine_of
from zoo_core.engine.core import Engine, averaged_nets
from zoo_core.engine.modes import evaluating
from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registered, Registry
from zoo_core.training.held_out import held_out
from zoo_core.weights.loading import load_pretrained
from zoo_core.weights.pretrained import Pretrained
from zoo_core.weights.shipped import folder_of, hub_text, told_of

STEPS = 5
PICTURES = 3


def check_entry(item: Registered) -> None:
    """Check that an entry loads and that each of its options has a type and a meaning.

    Weights are no object that could be loaded; `check_weights` is for them.

    Raises:
        AssertionError: it does not.
    """
    name = item.qualified
    assert item.entry.summary, f"{name} has no summary"
    if item.entry.kind == "weights":
        return
    try:
        target = item.entry.load()
        options = options_of(target) if inspect.isclass(target) else {}
    except ZooError as error:
        raise AssertionError(f"{name}: {error}") from error
    assert inspect.getdoc(target), f"{name}: its target has no docstring"
    for option in options.values():
        assert option.help, f"{name}: the docstring's Args do not explain {option.name!r}"


def check_weights(item: Registered, registry: Registry | None = None) -> None:
    """Check that the weights in a plugin's wheel load, and draw the same pictures twice.

    Args:
        item: an entry of the kind `weights` whose bundle is in the wheel.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        AssertionError: they do not.
    """
    name = item.qualified
    assert not hub_text(item.entry), f"{name} are on the Hub"
    try:
        trained = load_pretrained(folder_of(item), device="cpu", registry=registry)
        told = told_of(item)
    except ZooError as error:
        raise AssertionError(f"{name}: {error}") from error
    assert told.licence, f"{name} name no licence: a tag such as 'licence:cc0-1.0' does"
    draw = _translated if trained.game.translators() else _drawn
    images = draw(trained)
    assert bool(torch.isfinite(images).all()), f"{name} draw values that are not finite"
    assert images.abs().max() <= 1 + 1e-6, f"{name} draw values up to {images.abs().max():.3g}"
    assert torch.equal(images, draw(trained)), f"{name} draw other pictures of the same seed"


def _drawn(trained: Pretrained) -> Tensor:
    images = trained.sample(PICTURES)
    assert images.shape == (PICTURES, *trained.composition.task.image.shape)
    return images


def _translated(trained: Pretrained) -> Tensor:
    role = trained.composition.plan.roles[trained.translator()]
    assert role.source is not None
    rng = CounterDraws(0, 0, path=("testing",))
    return trained.translate(rng.uniform(PICTURES, *role.source.shape) * 2 - 1)


def check_composition(
    parts: Parts,
    options: Options | None = None,
    *,
    size: str | None = None,
    registry: Registry | None = None,
    exempt: Mapping[str, str] | None = None,
) -> Engine:
    """Check shapes, reproducibility and learning of a composition; return the trained engine.

    Args:
        parts: role to name.
        options: section to values; 8 images a batch unless they say otherwise.
        size: of the images.
        registry: where names are looked up.
        exempt: pattern of parameter names that need not move, with the reason.

    Raises:
        AssertionError: a promise is not kept.
        ZooError: the parts do not fit.
    """
    given = dict(options or {})
    run = {"batch": 8, **({"size": size} if size else {}), **given.get("run", {})}
    composition = compose(parts, {**given, "run": run}, registry=registry, recipe="none")
    check_shapes(composition)
    check_reproducible(composition)
    return check_learning(composition, exempt=exempt)


def check_shapes(composition: Composition) -> None:
    """Check that pictures have the asked shape, are finite, float32 and within [-1, 1].

    Raises:
        AssertionError: they are not.
    """
    images = _pictures(composition, engine_of(composition, device="cpu"))
    shape = tuple(images.shape)
    assert 0 < len(images) <= PICTURES, f"{len(images)} pictures instead of {PICTURES} at most"
    assert shape[1:] == composition.task.image.shape, f"pictures are {shape}"
    assert images.dtype == torch.float32, f"pictures are {images.dtype}"
    assert bool(torch.isfinite(images).all()), "pictures have values that are not finite"
    assert images.abs().max() <= 1 + 1e-6, f"pictures reach {float(images.abs().max()):.3g}"


def check_reproducible(composition: Composition) -> None:
    """Check that the same seed gives the same pictures after two steps.

    Raises:
        AssertionError: it does not, so a part uses randomness that is not its stream's.
    """
    pictures = []
    for disturbance in (1, 2):
        torch.manual_seed(disturbance)
        engine = engine_of(composition, device="cpu")
        for _ in range(2):
            torch.manual_seed(disturbance)
            engine.step()
        pictures.append(_pictures(composition, engine))
    assert torch.equal(*pictures), "the same seed gives other pictures"


def check_learning(composition: Composition, *, exempt: Mapping[str, str] | None = None) -> Engine:
    """Check that every trainable parameter has a finite gradient and has moved after five steps.

    Args:
        composition: what is trained.
        exempt: pattern of parameter names that need not move, with the reason.

    Raises:
        AssertionError: a parameter that did not move, or one that is not finite.
    """
    engine = engine_of(composition, device="cpu")
    before = {name: p.detach().clone() for name, p in engine.game.named_parameters()}
    for _ in range(STEPS):
        engine.step(watch=True)
    for player, norm in engine.gradient_norms.items():
        assert bool(torch.isfinite(norm)), f"the gradient of {player} is not finite"
    for name, parameter in engine.game.named_parameters():
        assert bool(torch.isfinite(parameter).all()), f"{name} is not finite"
        if not parameter.requires_grad or any(fnmatch(name, p) for p in exempt or {}):
            continue
        assert not torch.equal(parameter, before[name]), f"{name} did not move in {STEPS} steps"
    assert averaged_nets(engine.game).keys() == engine.average.nets.keys()
    return engine


def _pictures(composition: Composition, engine: Engine) -> Tensor:
    rng = CounterDraws(engine.run.seed, 0, path=("testing",), deliver=engine.hardware.device)
    images = held_out(composition, engine.game, engine.hardware, PICTURES)
    labels = torch.zeros(PICTURES, dtype=torch.int64) if composition.plan.labelled else None
    with evaluating(engine.picture_nets()) as nets:
        return engine.game.picture(nets, rng, count=PICTURES, labels=labels, held_out=images)
