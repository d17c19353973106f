"""Which layers of a net have a weight that a constraint can normalise."""

from torch import nn
from torch.nn.utils.parametrize import is_parametrized

from zoo_core import ZooError

Weighted = (
    nn.Linear
    | nn.Conv1d
    | nn.Conv2d
    | nn.Conv3d
    | nn.ConvTranspose1d
    | nn.ConvTranspose2d
    | nn.ConvTranspose3d
)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


def weighted_layers(net: nn.Module, *, owner: str, player: str) -> list[Weighted]:
    """Return the linear and convolutional layers of a net.

    Args:
        net: that is looked through.
        owner: of the constraint, for messages.
        player: whose net it is, for messages.

    Raises:
        ZooError: a net without such layers, one whose weights are parametrised already, or one with
            a layer that is zero at first.
    """
    layers = [module for module in net.modules() if isinstance(module, Weighted)]
    if not layers:
        raise ZooError(
            f"{owner} normalises linear and convolutional layers, and the {player} has none",
            hint="`--constraint none`, or a net of such layers",
        )
    if any(is_parametrized(layer, "weight") for layer in layers):
        raise ZooError(
            f"{owner} meets weights of the {player} that are normalised already",
            hint="`--constraint none` leaves them as they are",
        )
    for name, layer in net.named_modules():
        if isinstance(layer, Weighted) and not layer.weight.is_meta and not layer.weight.any():
            raise ZooError(
                f"{owner} divides weights by their size, and {name!r} of the {player} is zero",
                hint="`--constraint none` leaves them as they are",
            )
    return layers
