"""Import state dicts that were trained elsewhere, and write them as a bundle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatch
from pathlib import Path

from zoo_core.composition import Composition, compose
from zoo_core.config.configuration import Configuration, RecordedTask
from zoo_core.config.options import checked, options_of, task_names_of
from zoo_core.config.request import Options
from zoo_core.config.values import value_of
from zoo_core.digests import sha256_of
from zoo_core.engine.state import load_tensors
from zoo_core.errors import ZooError, nearest
from zoo_core.interfaces import Game
from zoo_core.interfaces.importers import Imported, Importer, StateDict
from zoo_core.registry.lookup import Registered, Registry
from zoo_core.weights.bundle.bundle import Bundle
from zoo_core.weights.bundle.game import critics_of, limited
from zoo_core.weights.convert.reference import TOLERANCE, Difference, compare_reference
from zoo_core.weights.convert.state_dicts import read_state_dict
from zoo_core.weights.publication.contents import Contents
from zoo_core.weights.publication.provenance import used_distributions
from zoo_core.weights.publication.writer import write_contents

SECTION = "importer"
"""Section of the options that are the importer's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedWeights:
    """A bundle made of weights from elsewhere.

    Args:
        bundle: where it lies, and what it holds.
        composition: what the nets are.
        files: role to the file that was read.
        differences: of each generator from its reference; empty without one.
        remarks: what a user should be told.
    """

    bundle: Bundle
    composition: Composition
    files: Mapping[str, Path]
    differences: tuple[Difference, ...]
    remarks: tuple[str, ...]


def import_weights(
    name: str,
    files: Sequence[str | Path],
    *,
    to: str | Path,
    reference: str | Path | None = None,
    tolerance: float = TOLERANCE,
    size: tuple[int, int] | None = None,
    options: Options | None = None,
    registry: Registry | None = None,
) -> ImportedWeights:
    """Read state dicts in a format, and write them as a bundle that `load` takes.

    Args:
        name: of the format: an entry of kind `importer`.
        files: of one net each; `ROLE=FILE` where a file's name does not tell whose it is.
        to: folder of the bundle; new, empty or a bundle.
        reference: safetensors file with `inputs` of the original net and its `outputs`.
        tolerance: largest difference of a pixel in [-1, 1] from the reference.
        size: (height, width) of the images, for formats that do not tell.
        options: section to values that are stronger than what the importer found;
            section "importer" has its own.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        ZooError: an unknown format, files that are not plain, tensors that do not fit, a net that
            differs from the reference, or a folder that cannot be written.
    """
    known = registry or Registry.from_installed()
    item = known.find("importer", name)
    own, others = _parted(options or {})
    importer = _built(item, size, own)
    assigned = assign_files(importer, files, item.entry.name)
    states = {role: StateDict(read_state_dict(p), file=str(p)) for role, p in assigned.items()}
    found = importer.read(states)
    with limited():
        composition = compose(
            options=others,
            config=_config(found),
            registry=known,
            recipe="none",
            without_data=True,
        )
        game = composition.build()
    _load(game, found, item)
    compared = compare_reference(game, Path(reference), tolerance=tolerance) if reference else []
    config = _shipped(composition)
    contents = Contents(
        composition=config,
        tensors=found.nets,
        distributions=used_distributions(config, _versions(known)),
        origin=_origin(item, assigned),
    )
    return ImportedWeights(
        bundle=write_contents(contents, to, registry=known),
        composition=composition,
        files=assigned,
        differences=tuple(compared),
        remarks=(*found.remarks, *composition.remarks),
    )


def assign_files(importer: Importer, files: Sequence[str | Path], name: str) -> dict[str, Path]:
    """Return role to file, in the importer's order: by `ROLE=FILE`, or by the file's name.

    Raises:
        ZooError: a file of no role, two of one, or none of the first.
    """
    roles = importer.roles
    first = next(iter(roles))
    found: dict[str, Path] = {}
    for file in files:
        role, path = _role_of(roles, str(file))
        if not role and len(files) == 1:
            role = first
        if not role:
            raise ZooError(
                f"the name of {str(path)!r} does not tell which net of {name!r} it is",
                hint="say it, such as "
                + " or ".join(f"`{each}={path.name}`" for each in list(roles)[:2]),
            )
        if role in found:
            raise ZooError(
                f"{str(found[role])!r} and {str(path)!r} are both the {role}",
                hint=f"say which is what: `ROLE=FILE`, with {', '.join(roles)}",
            )
        found[role] = path
    if first not in found:
        raise ZooError(f"no file is the {first}, which {name!r} needs", hint=f"`{first}=FILE`")
    return {role: found[role] for role in roles if role in found}


def _role_of(roles: Mapping[str, Sequence[str]], text: str) -> tuple[str, Path]:
    before, equals, after = text.partition("=")
    if equals and not Path(text).exists():
        if before not in roles:
            raise ZooError(
                f"no net {before!r} in this format",
                hint=f"{nearest(before, roles)}its nets are {', '.join(roles)}",
            )
        return before, Path(after)
    path = Path(text)
    for role, patterns in roles.items():
        if any(fnmatch(path.stem.lower(), pattern) for pattern in patterns):
            return role, path
    return "", path


def _parted(options: Options) -> tuple[Mapping[str, object], Options]:
    others = {section: values for section, values in options.items() if section != SECTION}
    return options.get(SECTION, {}), others


def _built(item: Registered, size: tuple[int, int] | None, own: Mapping[str, object]) -> Importer:
    target = item.entry.load()
    owner = f"importer {item.entry.name!r}"
    given = checked(options_of(target), own, owner)
    if "size" in task_names_of(target):
        given["size"] = size
    elif size is not None:
        raise ZooError(f"{owner} takes no size: the tensors tell it", hint="leave `size` out")
    importer = target(**given)
    if not isinstance(importer, Importer):
        raise TypeError(f"{owner} is no zoo_core.interfaces.importers.Importer")
    return importer


def _config(found: Imported) -> Configuration:
    """Return the composition as a configuration, with what is known of the images as its task."""
    return Configuration(
        parts=found.parts,
        options={
            section: {name: value_of(value) for name, value in values.items()}
            for section, values in found.options.items()
        },
        task=RecordedTask(images=found.images, source=found.source, classes=found.classes),
    )


def _load(game: Game, found: Imported, item: Registered) -> None:
    """Copy the tensors into the nets that were built.

    Raises:
        ZooError: options of the user's changed a net, a generator or one critic of two is missing.
    """
    nets = game.nets()
    missing = nets.keys() - found.nets.keys()
    if missing not in (set(), critics_of(game)):
        raise ZooError(
            f"{sorted(missing)[0]!r} is missing among the files",
            hint="all generators are needed, and all critics or none",
        )
    for name, tensors in found.nets.items():
        try:
            load_tensors(nets[name], tensors, name)
        except ZooError as error:
            raise ZooError(
                f"{error.message.replace('the checkpoint', 'the imported file')}",
                hint=f"importer {item.qualified!r} found other options than `options` says: leave "
                "those of the nets out",
            ) from error


def _shipped(composition: Composition) -> Configuration:
    """Return the composition as a bundle holds it: without plugin files.

    Raises:
        ZooError: a part, not only the importer, comes from one.
    """
    plugins = composition.registry.plugins
    files = {plugin.source.distribution for plugin in plugins if plugin.source.file}
    for choice in composition.plan.chosen.values():
        for item in choice.items:
            if item.source in files:
                raise ZooError(
                    f"{item.entry.kind} {item.entry.name!r} comes from the plugin file "
                    f"{item.source!r}, which does not travel with the weights",
                    hint="make a distribution of it, with `zoo plugin new`",
                )
    return replace(composition.config(), plugins=())


def _versions(registry: Registry) -> dict[str, str]:
    return {plugin.source.distribution: plugin.source.version for plugin in registry.plugins}


def _origin(item: Registered, files: Mapping[str, Path]) -> dict[str, str]:
    """Return what the bundle records of where its weights came from."""
    sums = {role: f"{path.name} (sha256 {sha256_of(path)})" for role, path in files.items()}
    return {"format": item.qualified, **sums}
