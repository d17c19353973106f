"""Virtual batch normalisation (Salimans et al. 2016, arXiv:1606.03498, section 3.4)."""

from typing import Annotated, Any

import torch
from torch import Tensor, nn

from zoo_core import Between, ZooError
from zoo_core.draws import CounterDraws
from zoo_core.interfaces import Constraint

BatchNorm = nn.BatchNorm1d | nn.BatchNorm2d
REFERENCE = "reference_latents"


class VirtualBatch(Constraint):
    """Normalise each image by a reference batch and itself, so that no image sees another.

    The generator's batch norms give way to layers whose statistics are those of a fixed batch of
    latents, which runs through the net beside every batch, and of the image at hand. It is drawn
    once from N(0, 1) and saved with the net. An image then depends neither on the rest of its batch
    nor on running statistics, and parts of a batch equal the whole.

    Args:
        latent_dim: inputs of the generator.
        classes: of the data; a generator that reads labels is given each in turn.
        rows: of the reference batch.

    Raises:
        ZooError: a generator without batch norm.
    """

    player = "generator"

    def __init__(
        self, *, latent_dim: int, classes: int, rows: Annotated[int, Between(2, 4096)] = 32
    ) -> None:
        self.latent_dim, self.classes, self.rows = latent_dim, classes, rows

    def prepare(self, net: nn.Module) -> None:
        replaced = _replaced(net, self.rows)
        if not replaced:
            raise ZooError(
                "constraint 'virtual-batch' takes the place of batch norm, and the generator has "
                "none",
                hint="`--constraint none`, or a generator with batch norm",
            )
        latents = CounterDraws(0, 0).child("virtual-batch").normal(self.rows, self.latent_dim)
        net.register_buffer(REFERENCE, latents.to(replaced[0].weight))
        net.register_forward_pre_hook(_Beside(self.rows, self.classes), with_kwargs=True)
        net.register_forward_hook(_Without(self.rows))


class VirtualBatchNorm(nn.Module):
    """Normalise maps of which the first rows are the reference batch.

    Args:
        norm: whose scales, shifts and epsilon it takes over.
        rows: of the reference batch.

    Shapes:
        (rows + N, C, ...) -> the same.
    """

    def __init__(self, norm: BatchNorm, rows: int) -> None:
        super().__init__()
        self.weight, self.bias = norm.weight, norm.bias
        self.eps, self.rows = norm.eps, rows

    def forward(self, maps: Tensor) -> Tensor:
        places = tuple(range(2, maps.ndim))
        means, squares = (one.mean(dim=places) if places else one for one in (maps, maps.square()))
        mean, square = (self._blended(one) for one in (means, squares))
        deviation = (square - mean.square()).clamp_min(0).add(self.eps).sqrt()
        shape = (*mean.shape, *(1 for _ in places))
        found = (maps - mean.view(shape)) / deviation.view(shape)
        wide = (1, -1, *(1 for _ in places))
        return found * self.weight.view(wide) + self.bias.view(wide)

    def _blended(self, own: Tensor) -> Tensor:
        """Return statistics (rows + N, C): the reference's, and a share of each image's own."""
        reference = own[: self.rows].mean(dim=0, keepdim=True)
        blended = torch.lerp(reference.expand_as(own), own, 1 / (self.rows + 1))
        return torch.cat([reference.expand(self.rows, -1), blended[self.rows :]])

    def extra_repr(self) -> str:
        return f"rows={self.rows}"


def _replaced(net: nn.Module, rows: int) -> list[VirtualBatchNorm]:
    found = []
    for parent in list(net.modules()):
        for name, child in list(parent.named_children()):
            if isinstance(child, nn.BatchNorm1d | nn.BatchNorm2d) and child.affine:
                found.append(VirtualBatchNorm(child, rows))
                setattr(parent, name, found[-1])
    return found


class _Beside:
    """Put the reference batch before a batch."""

    def __init__(self, rows: int, classes: int) -> None:
        self.rows, self.classes = rows, classes

    def __call__(
        self, net: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[tuple[Tensor, Tensor | None], dict[str, Any]]:
        latents, labels = args[0], args[1] if len(args) > 1 else kwargs.get("labels")
        reference: Tensor = getattr(net, REFERENCE)
        if latents.shape[1:] != reference.shape[1:]:
            raise ZooError(
                "constraint 'virtual-batch' has a reference batch of latents alone, and a "
                "condition adds to them",
                hint="`--condition none`, or another constraint",
            )
        if labels is not None:
            turns = torch.arange(self.rows, device=labels.device).remainder(max(1, self.classes))
            labels = torch.cat([turns.to(labels), labels])
        return (torch.cat([reference.to(latents), latents]), labels), {}


class _Without:
    """Leave out what was made of the reference batch."""

    def __init__(self, rows: int) -> None:
        self.rows = rows

    def __call__(self, net: nn.Module, args: tuple[Any, ...], images: Tensor) -> Tensor:
        return images[self.rows :]
