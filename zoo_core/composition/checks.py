"""What does not fit is refused before anything trains: on the meta device, without memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from zoo_core.composition.build import Blueprint, build_game, keywords
from zoo_core.composition.meta import on_meta
from zoo_core.composition.shapes import ONE_IS_TOO_FEW, Case, Trial, tried
from zoo_core.config.options import reads_images
from zoo_core.errors import ZooError
from zoo_core.interfaces import Head, Penalty, Role
from zoo_core.spec import ImageSpec

OTHERS = "another `--size`, a larger `--batch` or another part; `zoo matrix` shows what fits"
MORE_THAN_ONE = (
    "`--batch 2` or more, or another part; a folder of few images trains on all of them with "
    "`-o data.held_out=0`"
)


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
    """Try the nets on the meta device and compare shapes.

    Raises:
        ZooError: two parts that do not fit, by name, with what would fit.
    """
    check_parts(plan)
    trials = {name: _trial(plan, role) for name, role in plan.roles.items()}
    features: tuple[int, ...] = ()
    patches = False
    for name, role in plan.roles.items():
        if role.part == "generator":
            _check_generator(plan, role, trials[name])
        if role.part == "critic":
            _check_critic(plan, role, trials[name])
            features, patches = trials[name].features, len(trials[name].output) == 3
        if role.part == "encoder":
            _check_encoder(plan, role, trials[name])
    _check_single_score(plan, patches=patches)
    _check_per_sample(plan, trials)
    with on_meta():
        build_game(plan, features, 0)
    return Findings({name: t.parameters for name, t in trials.items()}, features, patches)


def check_parts(plan: Blueprint) -> None:
    """Compare what the parts say of themselves; no net is built.

    Raises:
        ZooError: two parts that do not fit, by name, with what would fit.
    """
    _check_game(plan)
    _check_labels(plan)


def needs_unmixed_critic(plan: Blueprint) -> str:
    """Return the name of a penalty that needs per-sample gradients, or an empty string."""
    for item in plan.chosen["penalty"].items:
        target = item.entry.load()
        if isinstance(target, type) and issubclass(target, Penalty) and target.per_sample:
            return item.entry.name
    return ""


def _check_game(plan: Blueprint) -> None:
    """Refuse generators of the other sort."""
    translates = reads_images(plan.target("generator"))
    for role in plan.roles.values():
        if role.part == "generator" and translates and role.source is None:
            raise ZooError(
                f"generator {plan.name('generator')!r} translates images, "
                f"but game {plan.name('game')!r} draws latents",
                hint="`--game cycle --data unpaired:A,B` or `--game paired --data paired:PATH`, "
                "or another generator",
            )
        if role.part == "generator" and not translates and role.source is not None:
            raise ZooError(
                f"generator {plan.name('generator')!r} draws from latents, "
                f"but game {plan.name('game')!r} translates images",
                hint="a generator that translates, such as `--gen cyclegan`, or "
                "`--game adversarial`",
            )


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


def _trial(plan: Blueprint, role: Role) -> Trial:
    section = plan.settings[role.part]
    if section.target is None:
        raise AssertionError("only parts are tried")
    needs = plan.needs(role)
    inputs: ImageSpec | None = role.source if role.part == "generator" else needs["image"]
    found = tried(
        Case(
            part=role.part,
            target=section.target,
            keywords=tuple(sorted(keywords(section, needs).items())),
            inputs=(plan.trial, *(inputs.shape if inputs else (needs["latent_dim"],))),
            labelled=bool(plan.task.classes),
        )
    )
    if found.said:
        raise ZooError(found.problem, hint=found.hint) from found.cause
    if found.hint:
        raise ZooError(f"{plan.described(role.part)} {found.problem}", hint=found.hint)
    if found.problem:
        raise _misfit(plan, role, found.problem) from found.cause
    return found


def _check_generator(plan: Blueprint, role: Role, trial: Trial) -> None:
    if trial.output != (plan.trial, *role.image.shape):
        raise _misfit(
            plan, role, f"makes images of shape {_shape(trial.output)} where {role.image} is needed"
        )


def _check_critic(plan: Blueprint, role: Role, trial: Trial) -> None:
    if len(trial.output) not in (1, 3) or trial.output[0] != plan.trial:
        raise _misfit(
            plan,
            role,
            f"scores with shape {_shape(trial.output)}; one score (N,) or patches (N, h, w)",
        )


def _check_encoder(plan: Blueprint, role: Role, trial: Trial) -> None:
    needed = (plan.trial, plan.needs(role)["latent_dim"])
    if trial.output != needed:
        raise _misfit(
            plan,
            role,
            f"gives latents of shape {_shape(trial.output)} where {_shape(needed)} is needed",
        )
    if role.log_variance and not trial.spreads:
        raise ZooError(
            f"{plan.described('encoder')} gives latents without a log variance, which "
            f"{plan.described('game')} needs",
            hint="another `--encoder`; its author can ask for `log_variance`",
        )


def _check_single_score(plan: Blueprint, *, patches: bool) -> None:
    for role in ("loss", "condition"):
        if patches and getattr(plan.target(role), "needs_single_score", False):
            raise ZooError(
                f"{plan.described(role)} needs one score per image, "
                f"but critic {plan.name('critic')!r} scores patches",
                hint=f"a critic with one score, such as `--disc dcgan`, or another {role}",
            )


def _check_per_sample(plan: Blueprint, trials: Mapping[str, Trial]) -> None:
    penalty = needs_unmixed_critic(plan)
    if not penalty:
        return
    for item in plan.chosen["head"].items:
        head = item.entry.load()
        if isinstance(head, type) and issubclass(head, Head) and head.mixes:
            raise ZooError(
                f"penalty {penalty!r} needs the gradient of each sample, "
                f"but head {item.entry.name!r} compares the images of a batch",
                hint="`--head none`, or another penalty",
            )
    for name, role in plan.roles.items():
        if role.part == "critic" and trials[name].mixes:
            raise ZooError(
                f"penalty {penalty!r} needs the gradient of each sample, "
                f"but critic {plan.name('critic')!r} has batch normalisation, which mixes them",
                hint="a critic without it, such as `--disc dcgan -o critic.norm=layer`",
            )


def _misfit(plan: Blueprint, role: Role, what: str) -> ZooError:
    partner = "critic" if role.part == "generator" else "generator"
    other = f" with {partner} {plan.name(partner)!r}" if plan.chosen[partner].items else ""
    return ZooError(
        f"{plan.described(role.part)} at {role.image}{other} {what}",
        hint=MORE_THAN_ONE if what == ONE_IS_TOO_FEW else OTHERS,
    )


def _shape(sides: tuple[int, ...]) -> str:
    return "(" + ", ".join(str(side) for side in sides) + ")"
