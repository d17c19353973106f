"""From the command line to what is asked of the core: only what the user said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from zoo_cli.training.options import ALL_PART_FLAGS, ALL_VALUE_FLAGS, Flag
from zoo_core.config.configuration import Configuration
from zoo_core.config.options import Resumable, marked
from zoo_core.config.request import Options, Parts
from zoo_core.config.run import RunOptions
from zoo_core.registry.kinds import ARGUED, MANY

_ALWAYS = {"resume", "run", "plugins", "as_json", "quiet", "options"}

_DATA = {"data": "--data", "data_dir": "--data-dir", "other_data": "--other-data"}
"""What says where the data of a run lie that goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What the user asks for.

    Args:
        parts: role to name or names.
        options: section to values.
        recipe: name of a recipe, "none", or None where nothing is said.
        config: path of a configuration, or of a recipe that is a file.
        init: source of weights.
        run: the run directory.
        plugins: plugin files.
    """

    parts: Parts
    options: Options
    recipe: str | None
    config: str | None
    init: str | None
    run: str | None
    plugins: tuple[str, ...]


def requested(given: Mapping[str, Any]) -> Request:
    """Return what the parameters of `zoo train` ask for.

    Raises:
        UsageError: nothing to train is named, or one value is said twice.
        ZooError: an `-o` of another form.
    """
    if given["no_recipe"] and given["recipe"]:
        raise click.UsageError("--recipe and --no-recipe contradict each other")
    if not (given["gen"] or given["game"] or given["config"] or given["recipe"]):
        raise click.UsageError(
            "say what to train, such as `zoo train --gen dcgan --loss wgan-gp`; "
            "`zoo list generator` shows all generators"
        )
    if given["other_data"]:
        raise click.UsageError("--other-data belongs to --resume")
    recipe, config = _recipe_and_config(given)
    return Request(
        parts=named_parts(given, ALL_PART_FLAGS),
        options=given_options(given),
        recipe=recipe,
        config=config,
        init=given["init"],
        run=given["run"],
        plugins=given["plugins"],
    )


def begun_from(request: Request) -> tuple[Configuration | None, tuple[str, ...]]:
    """Return the configuration that a request begins with, and the plugin files it needs.

    Raises:
        ZooError: the file cannot be read.
    """
    from zoo_core.config.file import read_config_file

    file = Path(request.config) if request.config else None
    config = read_config_file(file).located(file.parent) if file else None
    # a plugin file that has moved is named again
    named = {Path(file).name for file in request.plugins}
    needed = config.plugins if config else ()
    recorded = [file for file in needed if Path(file).name not in named]
    return config, (*request.plugins, *recorded)


def _recipe_and_config(given: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """Return the name of a recipe and the path of a file; a recipe can be a file too."""
    recipe, config = given["recipe"], given["config"]
    if given["no_recipe"]:
        return "none", config
    if recipe is None or not recipe.endswith(".json"):
        return recipe, config
    if config is not None:
        raise click.UsageError("--recipe and --config both name a file; one is possible")
    return None, recipe


def given_options(given: Mapping[str, Any]) -> dict[str, dict[str, object]]:
    """Return section to values, from flags and from `-o`.

    Raises:
        UsageError: a flag and an `-o` set the same value.
    """
    from zoo_core.composition import parse_options

    said = parse_options(given["options"])
    found: dict[str, dict[str, object]] = {section: {**values} for section, values in said.items()}
    for flag in ALL_VALUE_FLAGS:
        value = given[flag.parameter]
        for target in flag.sets if value is not None else ():
            section, _, name = target.partition(".")
            if name in found.setdefault(section, {}):
                raise click.UsageError(f"{flag.names[0]} and -o {target} both set {target}")
            found[section][name] = value
    keep = kept(given["keep"])
    for name in keep.keys() & found.get("run", {}).keys():
        raise click.UsageError(f"--keep and -o run.{name} both set run.{name}")
    if keep:
        found["run"] = {**found.get("run", {}), **keep}
    return found


def kept(values: Sequence[str]) -> dict[str, str]:
    """Read `--keep 5` and `--keep best=fid`, each at most once.

    Raises:
        UsageError: one of them twice.
    """
    found: dict[str, str] = {}
    for value in values:
        best = value.startswith("best=")
        name = "keep_best" if best else "keep"
        if name in found:
            raise click.UsageError(f"--keep {found[name]} and --keep {value} contradict each other")
        found[name] = value.removeprefix("best=")
    return found


def check_resumable(context: click.Context) -> None:
    """Refuse what cannot change when a run goes on.

    Raises:
        UsageError: such an option was given.
    """
    resumable = marked(RunOptions, Resumable())
    refused = [
        max(parameter.opts, key=len)
        for parameter in context.command.params
        if parameter.name not in {*resumable, *_ALWAYS, *_DATA}
        and context.get_parameter_source(parameter.name or "") == ParameterSource.COMMANDLINE
    ]
    if refused:
        allowed = ", ".join(
            (*("--" + name.replace("_", "-") for name in resumable), *_DATA.values())
        )
        raise click.UsageError(
            f"--resume goes on with the run as it was and takes no {', '.join(refused)}; "
            f"these may change: {allowed}"
        )


def check_sections(pairs: Sequence[str]) -> None:
    """Refuse options of parts, which cannot change when a run goes on.

    Raises:
        UsageError: such an option was given.
    """
    from zoo_core.composition import parse_options

    for section, values in parse_options(pairs).items():
        if section != "data":
            raise click.UsageError(
                "--resume goes on with the run as it was and takes no "
                f"--option {section}.{next(iter(values))}"
            )


def named_parts(given: Mapping[str, Any], flags: Iterable[Flag]) -> Parts:
    """Return role to name or names, from the flags that were given."""
    from zoo_core.composition import split_names

    found: dict[str, str | tuple[str, ...]] = {}
    for flag in flags:
        value, (role,) = given[flag.parameter], flag.sets
        if value is not None:
            # where one part is possible, the core says so; a comma in data belongs to its path
            several = role in MANY or ("," in value and role not in ARGUED)
            found[role] = split_names(value) if several else value
    return found
