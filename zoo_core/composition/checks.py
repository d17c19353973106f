"""What does not fit is refused before anything trains: on the meta device, without memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from zoo_core.composition.build import Blueprint, instance
from zoo_core.errors import ZooError
from zoo_core.interfaces import Discriminator, Generator, Penalty, Role
from zoo_core.spec import ImageSpec


@dataclass(frozen=True, slots=True)
class Findings:
    """What the trial on the meta device found.

    Args:
        parameters: role to number of trainable parameters.
        features: shape of one critic's features, without the batch.
        patches: the critic scores patches.
    """

    parameters: Mapping[str, int]
    features: tuple[int, ...]
    patches: bool


def check(plan: Blueprint) -> Findings:
    """Build the nets on the meta device, run them once, and compare shapes.

    Raises:
        ZooError: two parts that do not fit, by name, with what would fit.
    """
    _check_labels(plan)
    nets = {name: _on_meta(plan, role) for name, role in plan.roles.items()}
    features: tuple[int, ...] = ()
    patches = False
    for name, role in plan.roles.items():
        if role.part == "generator":
            _check_generator(plan, role, nets[name])
        if role.part == "critic":
            features, patches = _check_critic(plan, role, nets[name])
    _check_loss(plan, patches=patches)
    _check_per_sample(plan, nets)
    return Findings({name: count(net) for name, net in nets.items()}, features, patches)


def count(net: nn.Module) -> int:
    """Return the number of trainable parameters."""
    return sum(p.numel() for p in net.parameters() if p.requires_grad)


def needs_unmixed_critic(plan: Blueprint) -> str:
    """Return the name of a penalty that needs per-sample gradients, or an empty string."""
    for item in plan.chosen["penalty"].items:
        target = item.entry.load()
        if isinstance(target, type) and issubclass(target, Penalty) and target.per_sample:
            return item.entry.name
    return ""


def _check_labels(plan: Blueprint) -> None:
    data = plan.name("data")
    for part in ("generator", "critic"):
        target = plan.target(part)
        if getattr(target, "conditional", False) and not plan.task.classes:
            raise ZooError(
                f"{part} {plan.name(part)!r} reads labels, but data {data!r} has none",
                hint="choose labelled data, or a part that is not conditional",
            )
        if getattr(target, "conditional", False) and plan.chosen["condition"].items:
            raise ZooError(
                f"{part} {plan.name(part)!r} is conditional by nature, and the condition "
                f"{plan.name('condition')!r} is asked for as well",
                hint="`--condition none`, or a part that is not conditional",
            )
    if getattr(plan.target("condition"), "reads_labels", False) and not plan.task.classes:
        raise ZooError(
            f"condition {plan.name('condition')!r} reads labels, but data {data!r} has none",
            hint="choose labelled data, such as `--data digits`",
        )


def _on_meta(plan: Blueprint, role: Role) -> nn.Module:
    with torch.device("meta"):
        try:
            net: nn.Module = instance(plan.settings[role.part], plan.needs(role))
        except ZooError:
            raise
        except Exception as error:
            raise _misfit(plan, role, f"cannot be built: {_one_line(error)}") from error
    expected = Generator if role.part == "generator" else Discriminator
    if role.part != "encoder" and not isinstance(net, expected):
        raise ZooError(
            f"{plan.described(role.part)} is a {type(net).__name__}, which is no "
            f"zoo_core.interfaces.{expected.__name__}",
            hint="a critic has `features` and `head`"
            if role.part == "critic"
            else "derive it from the interface",
        )
    return net


def _check_generator(plan: Blueprint, role: Role, net: nn.Module) -> None:
    if role.source is not None:
        latents = torch.empty(plan.trial, *role.source.shape, device="meta")
    else:
        latents = torch.empty(plan.trial, plan.latent_dim, device="meta")
    images = _run(plan, role, net, latents, _labels(plan))
    expected = (plan.trial, *role.image.shape)
    if tuple(images.shape) != expected:
        raise _misfit(
            plan, role, f"makes images of shape {_shape(images)} where {role.image} is needed"
        )


def _check_critic(plan: Blueprint, role: Role, net: nn.Module) -> tuple[tuple[int, ...], bool]:
    assert isinstance(net, Discriminator), "checked when it was built"
    image: ImageSpec = plan.condition_image(role.image)
    images = torch.empty(plan.trial, *image.shape, device="meta")
    features = _run(plan, role, net.features, images, _labels(plan))
    logits = _run(plan, role, net.head, features)
    if logits.ndim not in (1, 3) or logits.shape[0] != plan.trial:
        raise _misfit(
            plan, role, f"scores with shape {_shape(logits)}; one score (N,) or patches (N, h, w)"
        )
    return tuple(features.shape[1:]), logits.ndim == 3


def _check_loss(plan: Blueprint, *, patches: bool) -> None:
    if patches and getattr(plan.target("loss"), "needs_single_score", False):
        raise ZooError(
            f"loss {plan.name('loss')!r} needs one score per image, "
            f"but critic {plan.name('critic')!r} scores patches",
            hint="a critic with one score, such as `--disc dcgan`, or another loss",
        )


def _check_per_sample(plan: Blueprint, nets: Mapping[str, nn.Module]) -> None:
    penalty = needs_unmixed_critic(plan)
    if not penalty:
        return
    for name, role in plan.roles.items():
        if role.part != "critic":
            continue
        mixing = [m for m in nets[name].modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
        if mixing:
            raise ZooError(
                f"penalty {penalty!r} needs the gradient of each sample, "
                f"but critic {plan.name('critic')!r} has batch normalisation, which mixes them",
                hint="a critic without it, such as `--disc dcgan -o critic.norm=layer`",
            )


def _labels(plan: Blueprint) -> Tensor | None:
    if not plan.task.classes:
        return None
    return torch.zeros(plan.trial, dtype=torch.int64, device="meta")


def _run(plan: Blueprint, role: Role, function: Any, *inputs: Tensor | None) -> Tensor:
    try:
        with torch.no_grad():
            result = function(*inputs)
    except ZooError:
        raise
    except Exception as error:
        raise _misfit(plan, role, f"does not run: {_one_line(error)}") from error
    if not isinstance(result, Tensor):
        raise _misfit(plan, role, f"returns a {type(result).__name__}, not a tensor")
    return result


def _misfit(plan: Blueprint, role: Role, what: str) -> ZooError:
    partner = "critic" if role.part == "generator" else "generator"
    other = f" with {partner} {plan.name(partner)!r}" if plan.chosen[partner].items else ""
    return ZooError(
        f"{plan.described(role.part)} at {role.image}{other} {what}",
        hint="another `--size`, a larger `--batch` or another part; `zoo matrix` shows what fits",
    )


def _shape(value: Tensor) -> str:
    return "(" + ", ".join(str(side) for side in value.shape) + ")"


def _one_line(error: Exception) -> str:
    text = f"{type(error).__name__}: {error}".split("\n", 1)[0]
    return text if len(text) < 200 else text[:197] + "..."
