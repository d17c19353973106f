"""A game of two translators that nobody in the repository knows: one copies, one inverts."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn

from zoo_core import Entry, ImageSpec, ZooError, hookimpl
from zoo_core.interfaces import (
    Batch,
    Discriminator,
    Draws,
    Game,
    GameParts,
    Generator,
    Play,
    Player,
    Role,
    Round,
    Task,
    Terms,
)


class Copy(Generator):
    """Give back what comes in, times a sign, whatever is learned."""

    stride = 4
    factor = 1

    def __init__(self, *, image: ImageSpec, source: ImageSpec) -> None:
        super().__init__()
        self.source = source
        self.learned = nn.Parameter(torch.zeros(1))
        self.register_buffer("sign", torch.ones(1))

    def forward(self, latents: Tensor, labels: Tensor | None = None) -> Tensor:
        self.check(latents.shape[-2], latents.shape[-1])
        larger = latents.repeat_interleave(self.factor, -1).repeat_interleave(self.factor, -2)
        return self.sign * larger + 0 * self.learned

    def check(self, height: int, width: int) -> None:
        assert height % 4 == 0
        assert width % 4 == 0
        assert min(height, width) >= min(32, self.source.height, self.source.width)


class Fixed(Copy):
    """Take one size only."""

    stride = 0

    def check(self, height: int, width: int) -> None:
        assert (height, width) == (self.source.height, self.source.width)


class Hungry(Copy):
    """Need more memory than there is for everything beyond the size it was built for."""

    def check(self, height: int, width: int) -> None:
        if height > self.source.height:
            raise torch.OutOfMemoryError


class Judge(Discriminator):
    def __init__(self, *, image: ImageSpec) -> None:
        super().__init__()
        self.layer = nn.Linear(image.channels, 1)

    def features(self, images: Tensor, labels: Tensor | None = None) -> Tensor:
        return images.mean((2, 3))

    def head(self, features: Tensor) -> Tensor:
        return self.layer(features).squeeze(1)


class Bridge(Game):
    """Two generators between the two sides; that of `ba` inverts."""

    def __init__(self, *, parts: GameParts) -> None:
        super().__init__(parts=parts)
        self.there, self.back = parts.nets["generator.ab"], parts.nets["generator.ba"]
        self.judge = parts.nets["discriminator"]
        self.back.sign.fill_(-1)

    @classmethod
    def roles(cls, task: Task) -> Mapping[str, Role]:
        if "b" not in task.images:
            raise ZooError("game 'bridge' needs two sides", hint="`--data unpaired:A,B`")
        a, b = task.images["a"], task.images["b"]
        return {
            "generator.ab": Role(part="generator", image=b, source=a),
            "generator.ba": Role(part="generator", image=a, source=b),
            "discriminator": Role(part="critic", image=b),
        }

    def players(self) -> Mapping[str, Player]:
        return {
            "generator": Player((self.there, self.back), averaged=True),
            "critic": Player((self.judge,)),
        }

    def nets(self) -> Mapping[str, nn.Module]:
        return {
            "generator.ab": self.there,
            "generator.ba": self.back,
            "discriminator": self.judge,
        }

    def translators(self) -> Mapping[str, str]:
        return {"ab": "generator.ab", "ba": "generator.ba"}

    def play(self, current: Round) -> Play:
        a, b = current.real[0]["a"].images, current.real[0]["b"].images
        yield {
            "generator": Terms({"size": (self.there(a).mean() - self.back(b).mean()).square()}),
            "critic": Terms({"score": self.judge(b).square().mean()}),
        }

    def picture(
        self,
        nets: Mapping[str, nn.Module],
        rng: Draws,
        *,
        count: int,
        labels: Tensor | None = None,
        held_out: Mapping[str, Batch],
    ) -> Tensor:
        return nets["generator.ab"](held_out["a"].images[:count])


@hookimpl
def zoo_entries() -> list[Entry]:
    parts = {"parts": {"critic": "judge", "game": "bridge"}}
    generators = [
        Entry("generator", name, f"{__name__}:{target}", "A toy.", defaults=parts)
        for name, target in (("copy", "Copy"), ("fixed", "Fixed"), ("hungry", "Hungry"))
    ]
    return [
        *generators,
        Entry("discriminator", "judge", f"{__name__}:Judge", "A toy."),
        Entry("game", "bridge", f"{__name__}:Bridge", "Two sides."),
    ]
