"""pix2pix's weights from the original PyTorch repository: `latest_net_G.pth`, a nested U-Net.

Each block of the original holds the next one (arXiv:1611.07004, appendix 6.1.1): going in, the
names are `model.model.1.model.3.model...`. Ours has two lists, down and up, from the outside in.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from torch import Tensor

from zoo_core import ImageSpec
from zoo_core.interfaces.importers import Imported, Importer, StateDict
from zoo_plugin_cyclegan.importing_layers import (
    KERNEL,
    UNSEEN_CRITIC,
    WIDEST,
    Renaming,
    norm_of,
    read_critic,
)

OUTERMOST = "model.model"
NEXT_OUTERMOST = 1
NEXT = 3
MOST = 12


class Pix2PixOriginal(Importer):
    """Read the U-Net of pix2pix, 256 or 128 or another depth, and the critic where it is given.

    The original draws its test images with dropout and with the batch's own statistics, unless it
    is told `--eval`; ours draws without dropout and, after a batch norm, with the running
    statistics: a reference output must be made with `net.eval()`. Without `--size`, the images have
    the smallest size that the depth allows, 256 pixels for eight halvings.

    Raises:
        ZooError: another generator or critic.
    """

    roles: ClassVar = {"generator": ("*net_g", "*net_g_*"), "discriminator": ("*net_d", "*net_d_*")}

    def __init__(self, *, size: tuple[int, int] | None = None) -> None:
        self.size = size

    def read(self, found: Mapping[str, StateDict]) -> Imported:
        state = found["generator"]
        depth = _depth(state)
        width, reads, _, _ = state.shape(f"{OUTERMOST}.0.weight", 4)
        makes = state.shape(f"{OUTERMOST}.3.weight", 4)[1]
        size = self.size or (1 << depth, 1 << depth)
        # the block next to the outermost one has a norm on its way up, whatever the depth
        inner = f"{OUTERMOST}.{NEXT_OUTERMOST}.model"
        last = (3, 4) if depth == 2 else (5, 6)
        renaming = Renaming(state, norm_of(state, f"{inner}.{last[0]}", f"{inner}.{last[1]}"))
        options: dict[str, dict[str, Any]] = {
            "generator": {"width": width, "depth": depth, "norm": renaming.norm},
            "run": {"size": f"{size[0]}x{size[1]}"},
            "data": {"path": "unknown"},
        }
        nets = {"generator": _generator(renaming, depth, width, reads, makes)}
        remarks, part = renaming.remarks, UNSEEN_CRITIC
        if "discriminator" in found:
            critic = read_critic(found["discriminator"])
            if critic.channels != reads + makes:
                raise found["discriminator"].refusal(
                    f"it sees {critic.channels} channels, and source and image have "
                    f"{reads + makes} together"
                )
            part, options["critic"] = critic.part, critic.options
            nets["discriminator"] = critic.tensors
            remarks += critic.remarks
        return Imported(
            parts={
                "game": "zoo-plugin-cyclegan/paired",
                "generator": "zoo-plugin-cyclegan/pix2pix",
                "critic": part,
                "loss": "gan-zoo/non-saturating",
                "data": "gan-zoo/paired",
            },
            options=options,
            images={"images": ImageSpec(makes, *size)},
            source=ImageSpec(reads, *size),
            nets=nets,
            remarks=remarks,
        )


def _depth(state: StateDict) -> int:
    """Return the number of blocks that are nested: every one but the outermost begins with 1."""
    depth, name = 1, f"{OUTERMOST}.{NEXT_OUTERMOST}.model"
    while depth <= MOST and f"{name}.1.weight" in state:
        depth, name = depth + 1, f"{name}.{NEXT}.model"
    if depth < 2:
        raise state.refusal(f"it has no tensor '{OUTERMOST}.{NEXT_OUTERMOST}.model.1.weight'")
    return depth


def _generator(
    renaming: Renaming, depth: int, width: int, reads: int, makes: int
) -> dict[str, Tensor]:
    first = (width, reads, KERNEL, KERNEL)
    renaming.convolution(f"{OUTERMOST}.0", "down.0.0", first, channels=width)
    # the outermost transposed convolution reads the connection too, and has a bias always
    last = (2 * width, makes, KERNEL, KERNEL)
    renaming.convolution(f"{OUTERMOST}.3", "up.0.1", last, channels=makes, bias=True)
    name, outside = f"{OUTERMOST}.{NEXT_OUTERMOST}.model", width
    for number in range(1, depth):
        inside = width * min(WIDEST, 2**number)
        _block(renaming, name, number, (outside, inside), innermost=number == depth - 1)
        name, outside = f"{name}.{NEXT}.model", inside
    return renaming.finished()


def _block(
    renaming: Renaming, name: str, number: int, channels: tuple[int, int], *, innermost: bool
) -> None:
    """Take a block: a way down with a norm, unless innermost, and a way up with one."""
    outside, inside = channels
    down = (inside, outside, KERNEL, KERNEL)
    renaming.convolution(f"{name}.1", f"down.{number}.1", down, channels=inside)
    if not innermost:
        renaming.norm_layer(f"{name}.2", f"down.{number}.2", inside)
    place, joined = (3, inside) if innermost else (5, 2 * inside)
    up = (joined, outside, KERNEL, KERNEL)
    renaming.convolution(f"{name}.{place}", f"up.{number}.1", up, channels=outside)
    renaming.norm_layer(f"{name}.{place + 1}", f"up.{number}.2", outside)
