"""Begin with the weights of another run."""

from __future__ import annotations

from pathlib import Path

from zoo_core.engine.core import Engine
from zoo_core.engine.snapshot import averaged_first, load_tensors
from zoo_core.errors import ZooError
from zoo_core.weights import read_weights


def initialise(engine: Engine, source: Path) -> list[str]:
    """Copy the weights of every net that the source has; return their names.

    The generator begins with the source's average where there is one, and so does its own average.

    Raises:
        ZooError: no weights there, or nets of another shape.
    """
    files = read_weights(source)
    nets, taken = engine.game.nets(), []
    for name, net in nets.items():
        tensors = averaged_first(files, name)
        if tensors is not None:
            load_tensors(net, tensors, name)
            taken.append(name)
    if "generator" in nets and "generator" not in taken:
        raise ZooError(
            f"{str(source)!r} has no weights of a generator",
            hint="`--init` takes a run directory or a directory of weights",
        )
    for name, shadow in engine.average.nets.items():
        load_tensors(shadow, dict(nets[name].state_dict()), name)
    return taken
