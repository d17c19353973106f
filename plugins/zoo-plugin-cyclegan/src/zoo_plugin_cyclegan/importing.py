"""CycleGAN's weights from the original PyTorch repository: `latest_net_G_A.pth` and its kin.

The net is the ResNet of arXiv:1703.10593, appendix 7.2, whose layers ours has in the same order.
The original names critics after the generator they play against: `D_A` judges images of side B.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from zoo_core import ImageSpec, ZooError
from zoo_core.interfaces.importers import Imported, Importer, StateDict
from zoo_plugin_cyclegan.importing_layers import (
    UNSEEN_CRITIC,
    Critic,
    OriginalNorm,
    Renaming,
    norm_of,
    read_critic,
)

FIRST_BLOCK = 10
MOST = 64
LARGE = 9
DROPPED_PLACE = 6
USUAL_PLACE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """What a ResNet generator's tensors say.

    Args:
        width: channels of its first layer.
        blocks: residual blocks.
        norm: of its hidden layers.
        reads: channels that it reads.
        makes: channels that it makes.
        tensors: under our names.
        remarks: what a user should be told.
    """

    width: int
    blocks: int
    norm: OriginalNorm
    reads: int
    makes: int
    tensors: dict[str, Tensor]
    remarks: tuple[str, ...]

    def options(self) -> dict[str, object]:
        """Return the options of our generator."""
        return {"width": self.width, "blocks": self.blocks, "norm": self.norm}


class CycleGANOriginal(Importer):
    """Read one generator or both, with 6, 9 or another number of blocks, and the critics.

    One generator alone becomes a net of the game `paired`, which translates one way. Padding by
    reflection and transposed convolutions are what ours has too; the original's `zero`
    padding is refused, and `replicate` cannot be told from the tensors. Dropout inside the blocks
    acts in training only, so it is left out. The state dict does not say which size was trained
    on: without `--size`, 256 pixels for nine blocks and more, 128 for fewer. Both take any
    multiple of 4.

    Raises:
        ZooError: other layers, or two generators of different form.
    """

    roles: ClassVar = {
        "generator.ab": ("*net_g_a", "*net_g"),
        "generator.ba": ("*net_g_b",),
        "discriminator.b": ("*net_d_a", "*net_d"),
        "discriminator.a": ("*net_d_b",),
    }

    def __init__(self, *, size: tuple[int, int] | None = None) -> None:
        self.size = size

    def read(self, found: Mapping[str, StateDict]) -> Imported:
        ab = _generator(found["generator.ab"])
        size = self.size or ((256, 256) if ab.blocks >= LARGE else (128, 128))
        if "generator.ba" not in found:
            return _one_way(found, ab, size)
        ba = _generator(found["generator.ba"])
        _check_alike(found["generator.ba"], ab, ba)
        critics = {role: read_critic(found[role]) for role in found if role.startswith("disc")}
        _check_critics(found, critics, {"discriminator.a": ab.reads, "discriminator.b": ab.makes})
        options = _options(ab, size, critics)
        options["data"] = {"sides": "unknown-a,unknown-b"}
        if ab.reads != ab.makes:
            options["game"] = {"identity_weight": 0}
        nets: dict[str, Translator | Critic] = {
            "generator.ab": ab,
            "generator.ba": ba,
            **critics,
        }
        return Imported(
            parts=_parts("cycle", "zoo-plugin-losses/lsgan", "gan-zoo/unpaired", critics),
            options=options,
            images={"a": ImageSpec(ab.reads, *size), "b": ImageSpec(ab.makes, *size)},
            nets={name: net.tensors for name, net in nets.items()},
            remarks=tuple(remark for net in nets.values() for remark in net.remarks),
        )


def _generator(state: StateDict) -> Translator:
    width, reads, _, _ = state.shape("model.1.weight", 4)
    blocks = _blocks(state)
    # the two layers that grow follow the blocks, then a padding, and the last convolution
    grow = FIRST_BLOCK + blocks
    makes = state.shape(f"model.{grow + 7}.weight", 4)[0]
    renaming = Renaming(state, norm_of(state, "model.1", "model.2"))
    for place, before, after, kernel in (
        (1, reads, width, 7),
        (4, width, 2 * width, 3),
        (7, 2 * width, 4 * width, 3),
    ):
        _stage(renaming, place, (after, before, kernel, kernel), channels=after)
    for number in range(FIRST_BLOCK, grow):
        _block(renaming, f"model.{number}.conv_block", 4 * width)
    for place, before in ((grow, 4 * width), (grow + 3, 2 * width)):
        # a transposed convolution's weight has its inputs first
        _stage(renaming, place, (before, before // 2, 3, 3), channels=before // 2)
    last = f"model.{grow + 7}"
    renaming.convolution(last, last, (makes, width, 7, 7), channels=makes, bias=True)
    return Translator(
        width=width,
        blocks=blocks,
        norm=renaming.norm,
        reads=reads,
        makes=makes,
        tensors=renaming.finished(),
        remarks=renaming.remarks,
    )


def _blocks(state: StateDict) -> int:
    blocks = 0
    while blocks <= MOST and f"model.{FIRST_BLOCK + blocks}.conv_block.1.weight" in state:
        blocks += 1
    if blocks:
        return blocks
    if f"model.{FIRST_BLOCK}.conv_block.0.weight" in state:
        raise state.refusal(
            "its blocks pad with zeros, and ours by reflection",
            hint="only nets of the original's default padding, reflection, can be imported",
        )
    raise state.refusal(f"it has no tensor 'model.{FIRST_BLOCK}.conv_block.1.weight'")


def _stage(renaming: Renaming, place: int, shape: tuple[int, ...], *, channels: int) -> None:
    """Take a convolution and its norm, which keep their places."""
    here, after = f"model.{place}", f"model.{place + 1}"
    renaming.convolution(here, here, shape, channels=channels)
    renaming.norm_layer(after, after, channels)


def _block(renaming: Renaming, name: str, channels: int) -> None:
    """Take a residual block; dropout, which has no tensors, moves its second half by one."""
    dropout = renaming.state.dimensions(f"{name}.{DROPPED_PLACE}.weight") == 4
    second = DROPPED_PLACE if dropout else USUAL_PLACE
    for old, new in ((1, 1), (second, USUAL_PLACE)):
        shape = (channels, channels, 3, 3)
        renaming.convolution(f"{name}.{old}", f"{name}.{new}", shape, channels=channels)
        renaming.norm_layer(f"{name}.{old + 1}", f"{name}.{new + 1}", channels)


def _one_way(found: Mapping[str, StateDict], ab: Translator, size: tuple[int, int]) -> Imported:
    others = [role for role in found if role != "generator.ab"]
    if others:
        raise ZooError(
            f"{found[others[0]].file!r} belongs to two generators, and one is given",
            hint="give both, `latest_net_G_A.pth` and `latest_net_G_B.pth`, or the generator alone",
        )
    options = _options(ab, size, {})
    options["data"] = {"path": "unknown"}
    return Imported(
        parts=_parts("paired", "gan-zoo/non-saturating", "gan-zoo/paired", {}),
        options=options,
        images={"images": ImageSpec(ab.makes, *size)},
        source=ImageSpec(ab.reads, *size),
        nets={"generator": ab.tensors},
        remarks=(*ab.remarks, "one generator is given, so this translates one way only"),
    )


def _parts(game: str, loss: str, data: str, critics: Mapping[str, Critic]) -> dict[str, str]:
    named = [critic.part for critic in critics.values()]
    return {
        "game": f"zoo-plugin-cyclegan/{game}",
        "generator": "zoo-plugin-cyclegan/cyclegan",
        "critic": named[0] if named else UNSEEN_CRITIC,
        "loss": loss,
        "data": data,
    }


def _options(
    ab: Translator, size: tuple[int, int], critics: Mapping[str, Critic]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {
        "generator": ab.options(),
        "run": {"size": f"{size[0]}x{size[1]}"},
    }
    for critic in critics.values():
        found["critic"] = critic.options
    return found


def _check_alike(state: StateDict, ab: Translator, ba: Translator) -> None:
    """Refuse two generators that are not built alike, or that do not lead back.

    Raises:
        ZooError: they differ.
    """
    if ab.options() != ba.options() or (ab.reads, ab.makes) != (ba.makes, ba.reads):
        raise state.refusal(
            "it is not the other generator's way back: "
            f"{ba.width} wide, {ba.blocks} blocks, {ba.norm} norm, "
            f"{ba.reads} to {ba.makes} channels, where the first has "
            f"{ab.width}, {ab.blocks}, {ab.norm}, {ab.reads} to {ab.makes}",
            hint="give two generators of one training, or one alone",
        )


def _check_critics(
    found: Mapping[str, StateDict], critics: Mapping[str, Critic], channels: Mapping[str, int]
) -> None:
    for role, critic in critics.items():
        first = next(iter(critics.values()))
        if (critic.part, critic.options) != (first.part, first.options) or (
            critic.channels != channels[role]
        ):
            raise found[role].refusal(
                f"it is no critic of {channels[role]} channels like the other",
                hint="give both critics of one training, or none",
            )
