"""Begin with the weights of another run."""

from __future__ import annotations

from pathlib import Path

from zoo_core.composition.selection import Choice, needs_of
from zoo_core.composition.settings import PLAYER_OPTIONS
from zoo_core.config.configuration import Configuration
from zoo_core.config.request import NOTHING
from zoo_core.engine.core import Engine
from zoo_core.engine.state import Snapshot, averaged_first, load_tensors
from zoo_core.errors import ZooError
from zoo_core.interfaces import Game
from zoo_core.registry.kinds import NEEDED, PLAYERS
from zoo_core.registry.lookup import Registry
from zoo_core.weights.bundle.bundle import is_bundle, read_bundle
from zoo_core.weights.bundle.tensors import check_tensors, read_tensors
from zoo_core.weights.checkpoints import read_weights
from zoo_core.weights.sources import config_of, find_source

NETS = ("generator", "critic", "encoder", "sampler")
"""Roles whose parts are taken over with the weights, where a game takes them."""


def nets_of(source: str | Path, game: str, *, registry: Registry) -> Configuration:
    """Return what a game needs of another run to begin with its weights, as a configuration.

    These are the parts of its nets with their options, its data, and the size and the latents of
    the run; how it was trained is left out.

    Args:
        source: what `load` takes.
        game: that is going to be trained.
        registry: where names are looked up.

    Raises:
        ZooError: no weights there, or a condition that the game does not take.
    """
    config = config_of(find_source(source, registry=registry))
    needs = needs_of({"game": Choice((registry.find("game", game),), "user")})
    condition = config.parts.get("condition", NOTHING)
    if condition != NOTHING and "condition" not in needs:
        raise ZooError(
            f"{str(source)!r} was trained with the condition {condition!r}, which game {game!r} "
            "does not take",
            hint="a run that was trained without one",
        )
    roles = [role for role in (*NETS, "data") if role in needs | NEEDED and role in config.parts]
    options = {role: dict(config.options.get(role, {})) for role in roles}
    for role in PLAYERS & options.keys():
        options[role] = {n: v for n, v in options[role].items() if n not in PLAYER_OPTIONS}
    run = config.options.get("run", {})
    options["run"] = {name: run[name] for name in ("size", "latent_dim") if name in run}
    parts = {role: config.parts[role] for role in roles if config.parts[role] != NOTHING}
    kept = {section: values for section, values in options.items() if section in {*parts, "run"}}
    return Configuration(parts=parts, options=kept, plugins=config.plugins)


def initialise(
    engine: Engine, source: str | Path, *, registry: Registry | None = None
) -> list[str]:
    """Copy the weights of every net that the source has; return their names.

    The generator begins with the source's average where there is one, and so does its own average.

    Args:
        engine: what begins.
        source: what `load` takes: a run, a bundle, a pretrained name or a repository on the Hub.
        registry: where pretrained names are looked up; all installed plugins by default.

    Raises:
        ZooError: no weights there, or nets of another shape.
    """
    path = find_source(source, registry=registry)
    files = _of_bundle(path, engine.game) if is_bundle(path) else read_weights(path)
    nets, taken = engine.game.nets(), []
    for name, net in nets.items():
        tensors = averaged_first(files, name)
        if tensors is not None:
            load_tensors(net, tensors, name)
            taken.append(name)
    if "generator" in nets and "generator" not in taken:
        raise ZooError(
            f"{str(source)!r} has no weights of a generator",
            hint="`--init` takes a run, weights, a pretrained name or a repository on the Hub",
        )
    for name, shadow in engine.average.nets.items():
        load_tensors(shadow, dict(nets[name].state_dict()), name)
    return taken


def _of_bundle(path: Path, game: Game) -> Snapshot:
    """Return the tensors of the nets that a bundle and a game both have.

    Shapes are compared before tensors are read.
    """
    bundle, nets = read_bundle(path), game.nets()
    both = [name for name in bundle.components if name in nets]
    for name in both:
        check_tensors(bundle.headers[name], nets[name].state_dict(), repr(bundle.components[name]))
    return {name: read_tensors(bundle.path(name)) for name in both}
