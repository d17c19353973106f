from __future__ import annotations

import pytest
import torch
from torch import nn

from zoo_plugin_wgan.clip import Clip


def test_every_parameter_is_clamped_to_the_bound() -> None:
    net = nn.Linear(3, 1)
    net.weight.data = torch.tensor([[-0.5, 0.004, 0.02]])
    net.bias.data = torch.tensor([0.3])
    Clip()(net)
    torch.testing.assert_close(net.weight.data, torch.tensor([[-0.01, 0.004, 0.01]]))
    torch.testing.assert_close(net.bias.data, torch.tensor([0.01]))


@pytest.mark.parametrize("bound", [0.1, 2.0])
def test_the_bound_is_an_option(bound: float) -> None:
    net = nn.Linear(2, 1)
    nn.init.constant_(net.weight, -3.0)
    Clip(bound=bound)(net)
    torch.testing.assert_close(net.weight.data, torch.full((1, 2), -bound))


def test_the_scales_of_norm_layers_are_clamped_and_their_statistics_stay() -> None:
    net = nn.BatchNorm2d(2)
    Clip()(net)
    torch.testing.assert_close(net.weight.data, torch.full((2,), 0.01))
    torch.testing.assert_close(net.running_var, torch.ones(2))


def test_clipping_is_no_part_of_the_graph() -> None:
    net = nn.Linear(2, 1)
    Clip()(net)
    assert net.weight.is_leaf
    assert net.weight.requires_grad
    assert net.weight.grad is None
