"""Compose: names and options to a checked composition that can be built and written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, get_args

from zoo_core.composition import checks
from zoo_core.composition.build import Blueprint, build_game
from zoo_core.composition.datasets import settled_dataset
from zoo_core.composition.metrics import check_measures, default_measures
from zoo_core.composition.recipes import asked_recipe, loaded, matching_recipe, recipe_layer
from zoo_core.composition.selection import ENGINE, Choice, part_layers, select
from zoo_core.composition.settings import (
    Section,
    Setting,
    Settings,
    argument_layers,
    run_options,
    sections,
    settle,
)
from zoo_core.config.configuration import Configuration, Names, RecordedTask
from zoo_core.config.request import NOTHING, Layer, Options, Parts
from zoo_core.config.run import RunOptions, parts_of_batch
from zoo_core.data.tables.recorded import RecordedDataset, task_of
from zoo_core.errors import ZooError
from zoo_core.interfaces import Condition, Dataset, Game, Task
from zoo_core.registry.kinds import MANY
from zoo_core.registry.lookup import Registered, Registry
from zoo_core.registry.recipe import Recipe
from zoo_core.spec import parse_size


@dataclass(frozen=True)
class Composition:
    """A checked composition.

    Args:
        registry: where the parts came from.
        plan: chosen parts, settled values and the task.
        dataset: the data, not yet loaded.
        recipe: the recipe that took part, or None.
        by_itself: the recipe was chosen because the user asked for just its composition.
        remarks: what was decided that a user should be told.
        plugin_files: single-file plugins that are needed.
    """

    registry: Registry
    plan: Blueprint
    dataset: Dataset
    recipe: Registered | None
    by_itself: bool
    remarks: tuple[str, ...]
    plugin_files: tuple[str, ...]

    @property
    def settings(self) -> Settings:
        """Return every value, who set it, and whom that overrode."""
        return self.plan.settings

    @property
    def task(self) -> Task:
        """Return what the data and the run ask of the parts."""
        return self.plan.task

    @property
    def run(self) -> RunOptions:
        """Return the run's options."""
        return run_options(self.settings)

    @cached_property
    def findings(self) -> checks.Findings:
        """Return what the trial on the meta device found."""
        return checks.check(self.plan)

    @property
    def recipe_details(self) -> Recipe | None:
        """Return the recipe, if one takes part."""
        return loaded(self.recipe) if self.recipe else None

    @property
    def features(self) -> tuple[int, ...]:
        """Return the shape of the critic's features; empty where nothing is built for it."""
        condition = self.plan.target("condition") or Condition
        is_prepared = getattr(condition, "prepare", None) is not Condition.prepare
        asked = is_prepared or self.plan.chosen["head"].items
        return self.findings.features if asked else ()

    def build(self) -> Game:
        """Build the game on the CPU with the seed's weights."""
        return build_game(self.plan, self.features, self.run.seed)

    def config(self) -> Configuration:
        """Return the composition as a configuration; `compose(config=...)` composes it again."""
        parts: dict[str, Names] = {}
        for role, choice in self.plan.chosen.items():
            names = tuple(item.qualified for item in choice.items)
            parts[role] = names if role in MANY else (names[0] if names else NOTHING)
        return Configuration(
            parts=parts,
            options={name: section.recorded() for name, section in self.settings.items()},
            recipe=self.recipe.qualified if self.recipe else "",
            plugins=self.plugin_files,
            task=task_of(self.dataset),
        )


def compose(
    parts: Parts | None = None,
    options: Options | None = None,
    *,
    registry: Registry | None = None,
    recipe: str | None = None,
    config: Configuration | Mapping[str, Any] | None = None,
    plugins: Sequence[str | Path] = (),
    without_data: bool = False,
    untried: bool = False,
) -> Composition:
    """Compose parts and check that they fit, before anything is trained.

    Args:
        parts: role to name, such as `{"generator": "dcgan", "loss": "wgan-gp"}`; names may be
            qualified by a distribution, data may carry an argument (`folder:photos/`).
        options: section to values, such as `{"generator": {"width": 32}, "run": {"steps": 500}}`.
        registry: where names are looked up; all installed plugins by default.
        recipe: name of a recipe; "none" keeps one from being chosen by itself.
        config: a configuration as `Composition.config` returns it, or its JSON data.
        plugins: single-file plugins.
        without_data: take shapes and classes from the configuration's record instead of opening
            the data, where it has one: enough to sample, not to train.
        untried: do not run the nets on the meta device, which takes longer than to sample from
            them: for what was composed before, such as weights.

    Raises:
        ZooError: an unknown name, an option that does not exist or does not fit, or parts that do
            not fit together.
    """
    said = Configuration.from_json(config) if isinstance(config, Mapping) else config
    file = said or Configuration()
    if registry is None:
        registry = Registry.from_installed(files=(*plugins, *file.plugins))
    user = Layer("user", parts or {}, options or {}, strict=True)
    chosen_recipe, by_itself = _recipe(registry, user, recipe, said)
    asked = [user, Layer("config", file.parts, file.options, strict=True)]
    if chosen_recipe is not None:
        asked.append(recipe_layer(chosen_recipe))
    plan, dataset, remarks = _settled(registry, asked, file.task if without_data else None)
    composition = Composition(
        registry=registry,
        plan=plan,
        dataset=dataset,
        recipe=chosen_recipe or _recorded_recipe(registry, file.recipe),
        by_itself=by_itself,
        remarks=remarks,
        plugin_files=tuple(str(p.source.file) for p in registry.plugins if p.source.file),
    )
    if untried:
        checks.check_parts(plan)
    else:
        _ = composition.findings
    parts_of_batch(composition.run)
    return composition


def sections_of_parts(
    parts: Parts,
    *,
    registry: Registry,
    recipe: str | None = None,
    config: Configuration | None = None,
) -> Settings:
    """Return the sections of what `compose` would choose, with their options and no values yet.

    Args:
        parts: role to name or names.
        registry: where names are looked up.
        recipe: as `compose` takes it.
        config: as `compose` takes it.

    Raises:
        ZooError: an unknown name, or a part that is needed and that nobody names.
    """
    user, file = Layer("user", parts), config or Configuration()
    asked = [user, Layer("config", file.parts)]
    chosen_recipe, _ = _recipe(registry, user, recipe, config)
    if chosen_recipe is not None:
        asked.append(recipe_layer(chosen_recipe))
    return sections(select(registry, asked))


def _recipe(
    registry: Registry, user: Layer, name: str | None, config: Configuration | None
) -> tuple[Registered | None, bool]:
    if name is not None or config is not None:
        return asked_recipe(registry, user, name, config), False
    found = matching_recipe(registry, user)
    return found, found is not None


def _recorded_recipe(registry: Registry, name: str) -> Registered | None:
    matching = [item for item in registry.entries("recipe") if item.qualified == name]
    return matching[0] if matching else None


def _settled(
    registry: Registry, asked: Sequence[Layer], recorded: RecordedTask | None
) -> tuple[Blueprint, Dataset, tuple[str, ...]]:
    chosen, settings = _decided(registry, asked)
    if recorded is not None:
        dataset: Dataset = RecordedDataset(recorded)
    else:
        dataset = opened_dataset(settings, registry)
        measures = default_measures(registry, chosen, settings, dataset)
        if measures.parts:
            # first: a recorded configuration says that it has no measures
            chosen, settings = _decided(registry, [measures, *asked])
            dataset = opened_dataset(settings, registry)
    task = task_of_run(settings, dataset)
    game = settings["game"].target
    roles = game.roles(task) if isinstance(game, type) and issubclass(game, Game) else {}
    plan = Blueprint(chosen, settings, task, roles)
    measures_remarks = () if recorded is not None else check_measures(plan, dataset)
    return plan, dataset, (*_unmix_critic(plan), *measures_remarks)


def _decided(registry: Registry, asked: Sequence[Layer]) -> tuple[dict[str, Choice], Settings]:
    chosen = select(registry, asked)
    layers = (*argument_layers(chosen), *asked, *part_layers(chosen), ENGINE)
    return chosen, settle(layers, chosen)


def opened_dataset(settings: Settings, registry: Registry) -> Dataset:
    """Return the data set of settled values, and record the size that it has.

    Raises:
        ZooError: it cannot be opened.
    """
    values = settings["run"].values
    size = values["size"]
    asked = None if size.value is None else parse_size(str(size.value))
    section = settings["data"]
    batch = run_options(settings).batch
    dataset = settled_dataset(section, registry, asked, batch=batch)
    _forget_unread(section, dataset)
    text = f"{dataset.image.height}x{dataset.image.width}"
    source = section.owner if asked is None else size.source
    values["size"] = replace(size, value=text, source=source)
    return dataset


def _forget_unread(section: Section, dataset: Dataset) -> None:
    """Take back what parts asked of options that nothing in the data reads."""
    for name in dataset.unread:
        setting = section.values[name]
        if setting.source not in ("user", "config", section.owner):
            overrode = ((setting.source, setting.value), *setting.overrode)
            default = section.options[name].default
            section.values[name] = Setting(default, section.owner, overrode)


def task_of_run(settings: Settings, dataset: Dataset) -> Task:
    """Return what the data and the run's options ask of parts."""
    run = run_options(settings)
    return Task(
        images=dataset.images,
        classes=dataset.classes,
        latent_dim=run.latent_dim,
        source=dataset.source,
        batch=run.batch,
        critic_steps=run.critic_steps,
    )


def _unmix_critic(plan: Blueprint) -> tuple[str, ...]:
    """Take batch normalisation out of a critic whose per-sample gradients a penalty needs."""
    penalty = checks.needs_unmixed_critic(plan)
    critic = plan.settings.get("critic")
    norm = critic.values.get("norm") if critic else None
    if not penalty or critic is None or norm is None or norm.value != "batch":
        return ()
    if "layer" not in get_args(critic.options["norm"].annotation):
        return ()
    if norm.source in ("user", "config"):
        raise ZooError(
            f"penalty {penalty!r} needs the gradient of each sample, but {norm.source} asks "
            f"critic {plan.name('critic')!r} for norm 'batch', which mixes them",
            hint="`-o critic.norm=layer`, or leave it out",
        )
    critic.values["norm"] = Setting(
        "layer", f"penalty {penalty}", ((norm.source, norm.value), *norm.overrode)
    )
    return (
        f"critic {plan.name('critic')!r} is built with norm=layer instead of batch: "
        f"penalty {penalty!r} needs the gradient of each sample",
    )
