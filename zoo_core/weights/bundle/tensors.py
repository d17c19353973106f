"""The tensors of a component: compared with what a net has, then read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from zoo_core.errors import ZooError
from zoo_core.weights.bundle.headers import Header
from zoo_core.weights.bundle.untrusted import AGAIN


def check_tensors(header: Header, wanted: Mapping[str, Tensor], owner: str) -> None:
    """Compare a header with the tensors that a net has.

    Raises:
        ZooError: a tensor that is missing, left over, of another shape or type.
    """
    for name in sorted(header.keys() ^ wanted.keys()):
        what = "lacks" if name in wanted else "has"
        raise ZooError(
            f"{owner} does not fit its composition: it {what} the tensor {name[:80]!r}", hint=AGAIN
        )
    for name, tensor in wanted.items():
        info = header[name]
        if info.shape != tuple(tensor.shape):
            raise ZooError(
                f"{owner} does not fit its composition: {name[:80]!r} has the shape {info.shape} "
                f"instead of {tuple(tensor.shape)}",
                hint=AGAIN,
            )
        if tensor.is_floating_point() == (info.dtype == "I64"):
            raise ZooError(
                f"{owner} does not fit its composition: {name[:80]!r} is of type {info.dtype}",
                hint=AGAIN,
            )


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a safetensors file on the CPU; floating ones in float32.

    Raises:
        ZooError: the file cannot be read.
    """
    found = {}
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            for name in file.keys():  # noqa: SIM118 - this is no mapping
                tensor = file.get_tensor(name)
                found[name] = tensor.float() if tensor.is_floating_point() else tensor
    except (SafetensorError, OSError) as error:
        reason = str(error).partition("\n")[0]
        raise ZooError(f"{str(path)!r} cannot be read: {reason}", hint=AGAIN) from error
    return found
