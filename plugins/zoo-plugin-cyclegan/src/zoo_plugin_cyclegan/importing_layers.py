"""What the original PyTorch repository's nets have in common: norms, and critics of patches.

A state dict tells the norm: batch norm has weights and no bias before it; instance norm has no
weights and a bias before it. Between 2017 and 2018 instance norms kept running statistics too. The
original's own loader drops them today, and so does this one: each image is normalised by itself.
"""

from dataclasses import dataclass, field
from typing import Literal

import torch
from torch import Tensor

from zoo_core.interfaces.importers import StateDict

OriginalNorm = Literal["batch", "instance"]

STATISTICS = ("running_mean", "running_var")
WEIGHTS = ("weight", "bias")
COUNTED = "num_batches_tracked"
WIDEST = 8
UNSEEN_CRITIC = "zoo-plugin-cyclegan/patchgan"
"""What is named as critic where none is given: the original's default."""

KERNEL = 4


@dataclass(slots=True)
class Renaming:
    """Tensors on their way from the original's names to ours.

    Args:
        state: the original's.
        norm: of the net's hidden layers.
        found: ours.
        dropped: how many norms had running statistics that are not used.
    """

    state: StateDict
    norm: OriginalNorm
    found: dict[str, Tensor] = field(default_factory=dict)
    dropped: int = 0

    def convolution(
        self, old: str, new: str, shape: tuple[int, ...], *, channels: int, bias: bool = False
    ) -> None:
        """Take a convolution; instance norms and `bias` go with a bias of so many channels."""
        self.found[f"{new}.weight"] = self.state.take(f"{old}.weight", shape)
        if bias or self.norm == "instance":
            self.found[f"{new}.bias"] = self.state.take(f"{old}.bias", (channels,))

    def norm_layer(self, old: str, new: str, channels: int) -> None:
        """Take the norm of so many channels."""
        if self.norm == "instance":
            stored = [self.state.drop(f"{old}.{name}") for name in (*STATISTICS, COUNTED)]
            self.dropped += any(stored)
            return
        for name in (*WEIGHTS, *STATISTICS):
            self.found[f"{new}.{name}"] = self.state.take(f"{old}.{name}", (channels,))
        counted = f"{old}.{COUNTED}"
        # not in old files, and without influence on any picture
        seen = self.state.take(counted, ()) if counted in self.state else torch.tensor(0)
        self.found[f"{new}.{COUNTED}"] = seen

    def finished(self) -> dict[str, Tensor]:
        """Return our tensors.

        Raises:
            ZooError: tensors of the original are left over.
        """
        self.state.finish()
        return self.found

    @property
    def remarks(self) -> tuple[str, ...]:
        """Return what a user should be told."""
        if not self.dropped:
            return ()
        return (
            f"{self.state.file}: the running statistics of {self.dropped} instance norms are left "
            "out, as the original does: each image is normalised by itself",
        )


def norm_of(state: StateDict, convolution: str, norm: str) -> OriginalNorm:
    """Return the norm that follows a hidden convolution.

    Raises:
        ZooError: none, or an instance norm with weights: our nets have neither.
    """
    biased, weighted = f"{convolution}.bias" in state, f"{norm}.weight" in state
    if biased and weighted:
        raise state.refusal(
            f"{norm!r} is an instance norm with weights, and our nets have it without",
            hint="only nets with the original's usual norms are read, instance or batch",
        )
    if not biased and not weighted:
        raise state.refusal(
            f"no norm follows {convolution!r}, and our nets have one there",
            hint="only nets with the original's usual norms are read, instance or batch",
        )
    return "batch" if weighted else "instance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Critic:
    """What a critic's tensors say.

    Args:
        part: ours that it is.
        options: of that part.
        channels: that it sees.
        tensors: under our names.
        remarks: what a user should be told.
    """

    part: str
    options: dict[str, object]
    channels: int
    tensors: dict[str, Tensor]
    remarks: tuple[str, ...]


def read_critic(state: StateDict) -> Critic:
    """Read the original's critic of patches, `basic` or `n_layers`, or of pixels, `pixel`.

    Raises:
        ZooError: another critic.
    """
    return _pixels(state) if "net.0.weight" in state else _patches(state)


def _pixels(state: StateDict) -> Critic:
    """Read `net.0`, `net.2` and `net.5`, with the norm `net.3`."""
    width, channels, _, _ = state.shape("net.0.weight", 4)
    renaming = Renaming(state, norm_of(state, "net.2", "net.3"))
    inner = 2 * width
    renaming.convolution("net.0", "trunk.0", (width, channels, 1, 1), channels=width, bias=True)
    renaming.convolution("net.2", "trunk.2", (inner, width, 1, 1), channels=inner)
    renaming.norm_layer("net.3", "trunk.3", inner)
    renaming.convolution("net.5", "logit", (1, inner, 1, 1), channels=1)
    return Critic(
        part="zoo-plugin-cyclegan/pixelgan",
        options={"width": width, "norm": renaming.norm},
        channels=channels,
        tensors=renaming.finished(),
        remarks=renaming.remarks,
    )


def _patches(state: StateDict) -> Critic:
    """Read `model.0` to `model.(3 n + 2)`."""
    layers = 0
    while layers <= WIDEST and f"model.{3 * layers + 5}.weight" in state:
        layers += 1
    if not layers:
        raise state.refusal(
            "it has not the layers 'model.0', 'model.2', 'model.5', ... of a PatchGAN, nor the "
            "layers 'net.0', 'net.2', ... of a PixelGAN"
        )
    width, channels, _, _ = state.shape("model.0.weight", 4)
    renaming = Renaming(state, norm_of(state, "model.2", "model.3"))
    first = (width, channels, KERNEL, KERNEL)
    renaming.convolution("model.0", "trunk.0", first, channels=width, bias=True)
    before = width
    for number in range(1, layers + 1):
        after = width * min(WIDEST, 2**number)
        place = 3 * number - 1
        shape = (after, before, KERNEL, KERNEL)
        renaming.convolution(f"model.{place}", f"trunk.{place}", shape, channels=after)
        renaming.norm_layer(f"model.{place + 1}", f"trunk.{place + 1}", after)
        before = after
    last = f"model.{3 * layers + 2}"
    renaming.convolution(last, "logit", (1, before, KERNEL, KERNEL), channels=1, bias=True)
    return Critic(
        part="zoo-plugin-cyclegan/patchgan",
        options={"width": width, "layers": layers, "norm": renaming.norm},
        channels=channels,
        tensors=renaming.finished(),
        remarks=renaming.remarks,
    )
