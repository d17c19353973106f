"""What all games with an encoder have in common: two nets, a sampler and pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from torch import Tensor, nn

from zoo_core import ZooError
from zoo_core.interfaces import (
    Batch,
    Discriminator,
    Draws,
    Encoder,
    Game,
    GameParts,
    Generator,
    Player,
    Role,
    Sampler,
    Task,
    how_many,
    in_full,
    in_rows,
)


class Coding(Game):
    """An encoder and a generator that makes the images again.

    `encode` says what the generator gets of an image; a run's picture has rows of held-out images
    over their reconstructions.

    Attributes:
        log_variance: the encoder gives a log variance too.
    """

    log_variance: ClassVar[bool] = False

    def __init__(self, *, parts: GameParts, sampler: Sampler) -> None:
        super().__init__(parts=parts)
        generator, encoder = parts.nets["generator"], parts.nets["encoder"]
        if not isinstance(generator, Generator) or not isinstance(encoder, Encoder):
            raise TypeError("a game of codes is played by a Generator and an Encoder")
        refuse_labels(generator, "generator")
        self.generator, self.encoder, self.sampler = generator, encoder, sampler

    @classmethod
    def roles(cls, task: Task) -> Mapping[str, Role]:
        if "images" not in task.images:
            raise ZooError(
                f"games with an encoder read one set of images, but the data has "
                f"{' and '.join(task.images)}",
                hint="data with one set, such as `--data digits`",
            )
        encoder = Role(part="encoder", image=task.image, log_variance=cls.log_variance)
        return {"generator": Role(part="generator", image=task.image), "encoder": encoder}

    @classmethod
    def reads(cls, task: Task) -> int:
        del task  # as many images for every one
        return 1

    def players(self) -> Mapping[str, Player]:
        return {
            "encoder": Player((self.encoder,), averaged=True),
            "generator": Player((self.generator, self.sampler), averaged=True),
        }

    def nets(self) -> Mapping[str, nn.Module]:
        found = {"generator": self.generator, "encoder": self.encoder}
        return {**found, "sampler": self.sampler} if self.sampler.state_dict() else found

    def encode(self, nets: Mapping[str, nn.Module], images: Tensor, rng: Draws) -> Tensor:
        """Return the latents (N, latent_dim) of images, by (averaged) nets: the encoder's mean."""
        return mean_of(nets["encoder"](images))

    def sample(
        self,
        nets: Mapping[str, nn.Module],
        rng: Draws,
        *,
        count: int,
        labels: Tensor | None = None,
    ) -> Tensor:
        device = next(iter(nets["generator"].parameters())).device
        latents = nets.get("sampler", self.sampler)(count, rng.child("latents"), device)
        images: Tensor = nets["generator"](latents, None)
        return images.float()

    def reconstruct(self, nets: Mapping[str, nn.Module], images: Tensor, rng: Draws) -> Tensor:
        made: Tensor = nets["generator"](self.encode(nets, images, rng), None)
        return made.float()

    @property
    def shows_held_out(self) -> bool:
        return True

    def picture(
        self,
        nets: Mapping[str, nn.Module],
        rng: Draws,
        *,
        count: int,
        labels: Tensor | None = None,
        held_out: Mapping[str, Batch],
    ) -> Tensor:
        images = held_out["images"].images
        kinds = len(self.picture_rows(held_out))
        shown = how_many(count, kinds=kinds, available=len(images))
        return in_rows(self.shown(nets, rng, images[:shown].float()), count)

    def picture_rows(self, held_out: Mapping[str, Batch]) -> tuple[str, ...]:
        return ("held out", "made again")

    def shown(
        self, nets: Mapping[str, nn.Module], rng: Draws, images: Tensor
    ) -> tuple[Tensor, ...]:
        """Return the rows of a picture: as many images of each kind as there are held-out ones."""
        return images, self.reconstruct(nets, images, rng.child("pictures"))


def refuse_labels(net: Generator | Discriminator, role: str) -> None:
    """Refuse a net that reads labels.

    Raises:
        ZooError: it does.
    """
    if net.conditional:
        raise ZooError(
            f"games with an encoder give no labels, which the {role} reads", hint=f"another {role}"
        )


def mean_of(found: Tensor | tuple[Tensor, Tensor]) -> Tensor:
    """Return the latents of an encoder, or the mean where it gives a log variance too."""
    return in_full(found[0] if isinstance(found, tuple) else found)
