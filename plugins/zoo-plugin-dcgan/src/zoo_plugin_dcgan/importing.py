"""The weights of the framework's DCGAN example: `netG_epoch_N.pth` and `netD_epoch_N.pth`.

Its nets are those of arXiv:1511.06434, section 3, each one `nn.Sequential` named `main`. They count
their layers through, activations included; ours stand in stages.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor

from zoo_core import ImageSpec
from zoo_core.interfaces.importers import Imported, Importer, StateDict

KERNEL = 4
BASE = 4
MOST = 10
STATISTICS = ("weight", "bias", "running_mean", "running_var")


class DCGANExamples(Importer):
    """Read the generator, and the critic where it is given, of any size that the layers say.

    The published critic ends in a sigmoid; ours gives the logits before it.

    Raises:
        ZooError: layers, kernels or widths that are not those of the example.
    """

    roles: ClassVar = {"generator": ("netg*", "*_netg*"), "discriminator": ("netd*", "*_netd*")}

    def read(self, found: Mapping[str, StateDict]) -> Imported:
        maker = found["generator"]
        layers = _generator_layers(maker)
        latents = maker.shape("main.0.weight", 4)[0]
        width, channels, _, _ = maker.shape(f"main.{3 * (layers - 1)}.weight", 4)
        side = BASE << (layers - 1)
        options: dict[str, dict[str, Any]] = {
            "generator": {"width": width},
            "run": {"latent_dim": latents, "size": f"{side}x{side}"},
            "data": {"path": "unknown"},
        }
        nets = {"generator": _generator(maker, layers, latents, width, channels)}
        if "discriminator" in found:
            judge = found["discriminator"]
            critic_width = judge.shape("main.0.weight", 4)[0]
            options["critic"] = {"width": critic_width}
            nets["discriminator"] = _critic(judge, layers, critic_width, channels)
        return Imported(
            parts={
                "game": "gan-zoo/adversarial",
                "generator": "zoo-plugin-dcgan/dcgan",
                "critic": "zoo-plugin-dcgan/dcgan",
                "loss": "gan-zoo/non-saturating",
                "sampler": "gan-zoo/normal",
                "data": "gan-zoo/folder",
            },
            options=options,
            images={"images": ImageSpec(channels, side, side)},
            nets=nets,
        )


def _generator_layers(state: StateDict) -> int:
    """Return the number of transposed convolutions: every third layer is one."""
    layers = 0
    while layers <= MOST and f"main.{3 * layers}.weight" in state:
        layers += 1
    if layers < 2:
        raise state.refusal("it has not the layers 'main.0', 'main.3', ... of the generator")
    return layers


def _generator(
    state: StateDict, layers: int, latents: int, width: int, channels: int
) -> dict[str, Tensor]:
    found: dict[str, Tensor] = {}
    before = latents
    for number in range(layers - 1):
        after = width << (layers - 2 - number)
        weight = state.take(f"main.{3 * number}.weight", (before, after, KERNEL, KERNEL))
        found[f"hidden.{number}.0.weight"] = weight
        found |= _norm(state, f"main.{3 * number + 1}", f"hidden.{number}.1", after)
        before = after
    last = (width, channels, KERNEL, KERNEL)
    found["pixels.0.weight"] = state.take(f"main.{3 * (layers - 1)}.weight", last)
    state.finish()
    return found


def _critic(state: StateDict, layers: int, width: int, channels: int) -> dict[str, Tensor]:
    found = {"stages.0.0.weight": state.take("main.0.weight", (width, channels, KERNEL, KERNEL))}
    before = width
    for number in range(1, layers - 1):
        after = width << number
        weight = state.take(f"main.{3 * number - 1}.weight", (after, before, KERNEL, KERNEL))
        found[f"stages.{number}.0.weight"] = weight
        found |= _norm(state, f"main.{3 * number}", f"stages.{number}.1", after)
        before = after
    last = f"main.{3 * (layers - 1) - 1}.weight"
    found["logit.weight"] = state.take(last, (1, before, KERNEL, KERNEL))
    state.finish()
    return found


def _norm(state: StateDict, old: str, new: str, channels: int) -> dict[str, Tensor]:
    found = {f"{new}.{name}": state.take(f"{old}.{name}", (channels,)) for name in STATISTICS}
    # how many batches were seen is not in old files, and changes no picture
    counted = f"{old}.num_batches_tracked"
    seen = state.take(counted, ()) if counted in state else torch.tensor(0)
    return {**found, f"{new}.num_batches_tracked": seen}
