"""From a source to a trained generator: a checkpoint's or a bundle's weights in its nets."""

from __future__ import annotations

from pathlib import Path

import torch

from zoo_core.composition import compose
from zoo_core.engine.hardware import choose_device
from zoo_core.engine.state import EMA, averaged_first, load_tensors
from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.weights.bundle.bundle import is_bundle, read_bundle
from zoo_core.weights.bundle.game import no_plain_weights, open_bundle, place
from zoo_core.weights.bundle.requirements import drawable, lacks_critic
from zoo_core.weights.checkpoints import checkpoint_of, digests_of, read_weights
from zoo_core.weights.pretrained import Origin, Pretrained
from zoo_core.weights.sources import config_of, find_source


def load_pretrained(
    source: str | Path,
    *,
    device: str = "auto",
    average: bool = True,
    registry: Registry | None = None,
) -> Pretrained:
    """Load nets that draw, as `zoo_core.load` does, which gives a program more of them.

    Args:
        source: whatever `find_source` finds.
        device: where to draw.
        average: take the moving average where there is one.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        ZooError: nothing there, a plugin that is not installed, or weights that do not fit.
    """
    path = find_source(source, registry=registry)
    device_found = choose_device(device)
    if is_bundle(path):
        return _load_bundle(str(source), path, device_found, average=average, registry=registry)
    path = checkpoint_of(path)
    recorded = config_of(path)
    files_here = [file for file in recorded.plugins if Path(file).is_file()]
    config, known = drawable(
        recorded, registry or Registry.from_installed(files=files_here), owner=str(source)
    )
    composition = compose(config=config, registry=known, without_data=True, untried=True)
    game = composition.build()
    has_critic = not lacks_critic(config)
    nets = {name: net for name, net in game.nets().items() if has_critic or name in game.ships()}
    files = read_weights(path, (stem for name in nets for stem in (name, name + EMA)))
    stems = [name + EMA if average and name + EMA in files else name for name in game.ships()]
    for name, net in nets.items():
        tensors = averaged_first(files, name) if average else files.get(name)
        if tensors is None:
            raise ZooError(
                f"{str(source)!r} has no weights for {name!r}",
                hint="the checkpoint is from another configuration",
            )
        load_tensors(net, tensors, name)
    game.to(device_found)
    origin = Origin(source=str(source), path=path, average=average, sha256=digests_of(path, stems))
    return Pretrained(composition, game, device_found, has_critic=has_critic, origin=origin)


def _load_bundle(
    source: str, path: Path, device: torch.device, *, average: bool, registry: Registry | None
) -> Pretrained:
    bundle = read_bundle(path)
    if not average and bundle.weights == "average":
        raise no_plain_weights(path)
    opened = open_bundle(bundle, registry)
    place(opened.game, device)
    files = {bundle.components[name] for name in opened.game.ships()}
    origin = Origin(
        source=source,
        path=path,
        average=bundle.weights == "average",
        sha256={file: bundle.config.sha256[file] for file in sorted(files)},
        licence=bundle.config.licence,
    )
    return Pretrained(
        opened.composition, opened.game, device, has_critic=opened.has_critic, origin=origin
    )
