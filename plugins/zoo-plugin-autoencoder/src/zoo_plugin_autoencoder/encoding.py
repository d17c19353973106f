"""An encoder for a trained generator (f-AnoGAN, doi:10.1016/j.media.2019.01.010)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated, ClassVar

from torch import Tensor, nn

from zoo_core import Between, ZooError
from zoo_core.interfaces import (
    Discriminator,
    Draws,
    GameParts,
    Play,
    Player,
    Role,
    Round,
    Task,
    Terms,
    in_full,
)
from zoo_plugin_autoencoder.coding import Coding, mean_of, refuse_labels


class Encode(Coding):
    """Learn latents from which a frozen generator makes an image again.

    It minimises what is left between images and what is made again, in pixels and in the frozen
    critic's features (`izi_f`, equation 3 of the paper). That residual, for an image, says how
    strange it is to the GAN.

    Args:
        kappa: weight of the features' residual; 0 looks at pixels alone.
    """

    needs: ClassVar[frozenset[str]] = frozenset({"critic", "encoder", "sampler"})

    def __init__(
        self, *, parts: GameParts, kappa: Annotated[float, Between(0, 10000)] = 1.0
    ) -> None:
        super().__init__(parts=parts, sampler=parts.sampler)
        critic = parts.nets["discriminator"]
        if not isinstance(critic, Discriminator):
            raise TypeError("the game encode looks through the features of a Discriminator")
        refuse_labels(critic, "critic")
        self.critic, self.kappa = critic if kappa else None, kappa
        for net in self._still():
            net.requires_grad_(False)
        self.train()

    @classmethod
    def roles(cls, task: Task) -> Mapping[str, Role]:
        return {**super().roles(task), "discriminator": Role(part="critic", image=task.image)}

    def players(self) -> Mapping[str, Player]:
        return {"encoder": Player((self.encoder,), averaged=True)}

    def nets(self) -> Mapping[str, nn.Module]:
        critic = {} if self.critic is None else {"discriminator": self.critic}
        return {**super().nets(), **critic}

    def check_begun(self, taken: Collection[str]) -> None:
        if "generator" not in taken:
            raise ZooError(
                "game 'encode' trains an encoder for a generator that is trained already, and "
                "no weights of one are given",
                hint="`--init RUN` takes those of a run",
            )
        if self.critic is not None and "discriminator" not in taken:
            raise ZooError(
                "game 'encode' looks through the features of a trained critic, and these weights "
                "came without theirs",
                hint="`-o game.kappa=0` looks at pixels alone; a run has its critic, and so have "
                "weights that `zoo pack RUN DIR --with-critic` made",
            )

    def train(self, mode: bool = True) -> Encode:
        """Switch the encoder alone: what is frozen makes images as it does when it is used."""
        super().train(mode)
        for net in self._still():
            net.eval()
        return self

    def play(self, current: Round) -> Play:
        images = current.real[0]["images"].images
        made = in_full(self.generator(mean_of(self.encoder(images)), None))
        found = Terms({"pixels": (made - images).square().mean()})
        if self.critic is not None:
            away = features_away(self.critic, made, images).mean()
            found.losses["features"] = self.kappa * away
        yield {"encoder": found}

    def anomalies(
        self, nets: Mapping[str, nn.Module], images: Tensor, rng: Draws
    ) -> Mapping[str, Tensor]:
        """Return the residual `izi_f` where the critic is there, and the squared error."""
        made = self.reconstruct(nets, images, rng)
        error = (made - images).square().flatten(1).mean(1)
        critic = nets.get("discriminator")
        if not isinstance(critic, Discriminator):
            return {"error": error}
        away = features_away(critic, made, images)
        return {"izi_f": error + self.kappa * away, "error": error}

    def _still(self) -> list[nn.Module]:
        found = (self.generator, self.sampler, self.critic)
        return [net for net in found if net is not None]


def features_away(critic: Discriminator, made: Tensor, images: Tensor) -> Tensor:
    """Return the mean square between a critic's features of images and of what is made, (N,)."""
    theirs, ours = (in_full(critic.features(each, None)) for each in (images, made))
    return (ours - theirs).square().flatten(1).mean(1)
