"""How large files of weights can be, by what their nets need: known before a download."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from torch import nn

from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.weights.bundle.bundle import STATE, Bundle
from zoo_core.weights.bundle.config import BundleConfig
from zoo_core.weights.bundle.game import composed, shapes_of
from zoo_core.weights.bundle.headers import LARGEST_HEADER

STATE_SHARE = 8
"""Files of a state have at most this many times the bytes of all nets: averages, moments, sums."""

STATE_REST = 1 << 28
"""And so many bytes more: pools of images, texts."""


def check_claims(
    config: BundleConfig,
    sizes: Mapping[str, int],
    *,
    name: str,
    registry: Registry | None = None,
) -> None:
    """Compare the sizes of files with what the nets of a configuration need.

    The nets are built as shapes, which takes no memory.

    Args:
        config: of a bundle.
        sizes: file to bytes, as whoever has them says.
        name: of the bundle, for messages.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        ZooError: a part that is not installed, an option that does not fit, or a file that is
            larger than its net.
    """
    bundle = Bundle(directory=Path(name), config=config, headers={})
    composition = composed(bundle, registry)
    nets = shapes_of(composition).nets()
    for component, file in bundle.components.items():
        if component not in nets:
            raise ZooError(
                f"{name!r} ships a net {component!r}, which its composition does not have",
                hint=f"its nets are {', '.join(nets)}; nothing was downloaded",
            )
        _check(file, sizes[file], largest(nets[component]), name)
    state = sum(size for file, size in sizes.items() if file.startswith(f"{STATE}/"))
    _check("the state", state, STATE_SHARE * sum(map(largest, nets.values())) + STATE_REST, name)


def largest(net: nn.Module) -> int:
    """Return the most bytes that a file of a net can have."""
    values: int = sum(
        tensor.numel() * (4 if tensor.is_floating_point() else 8)
        for tensor in net.state_dict().values()
    )
    return 8 + LARGEST_HEADER + values


def _check(file: str, size: int, most: int, name: str) -> None:
    if size > most:
        raise ZooError(
            f"{file} of {name!r} has {size:,} bytes, and its net needs at most {most:,}",
            hint="it is not what it claims to be; nothing was downloaded",
        )
