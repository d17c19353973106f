"""Nets as shapes: what is built on the meta device, and what is left alone there."""

from __future__ import annotations

import subprocess
import sys

import pytest
import torch
from torch import Tensor, nn

from zoo_core.composition.meta import on_meta

NETS = {
    "linear": lambda: nn.Linear(3, 4),
    "convolution": lambda: nn.Conv2d(3, 4, 3),
    "transposed": lambda: nn.ConvTranspose2d(3, 4, 3),
    "embedding": lambda: nn.Embedding(3, 4),
    "norm": lambda: nn.BatchNorm2d(3),
    "recurrent": lambda: nn.LSTM(3, 4),
    "attention": lambda: nn.MultiheadAttention(4, 2),
    "transformer": lambda: nn.TransformerEncoderLayer(4, 2),
}

INITS = (
    nn.init.normal_,
    nn.init.uniform_,
    nn.init.xavier_normal_,
    nn.init.xavier_uniform_,
    nn.init.kaiming_normal_,
    nn.init.kaiming_uniform_,
    nn.init.zeros_,
    nn.init.ones_,
)

COMPUTED = (nn.init.trunc_normal_, nn.init.orthogonal_)
"""Initialisations that compute, which no mode sees in torch 2.11."""

DRAWS = {
    "rand": lambda **more: torch.rand(2, 3, **more),
    "randn": lambda **more: torch.randn((2, 3), **more),
    "normal_": lambda **more: torch.zeros(2, 3, **more).normal_(),
    "uniform_": lambda **more: torch.zeros(2, 3, **more).uniform_(),
    "exponential_": lambda **more: torch.zeros(2, 3, **more).exponential_(),
    "rand_like": lambda **more: torch.rand_like(torch.zeros(2, 3, **more)),
    "randn_like": lambda **more: torch.randn_like(torch.zeros(2, 3, **more)),
    "init.normal_": lambda **more: nn.init.normal_(torch.zeros(2, 3, **more)),
    "init.uniform_": lambda **more: nn.init.uniform_(tensor=torch.zeros(2, 3, **more)),
}


def described(net: nn.Module) -> dict[str, tuple[torch.Size, torch.dtype]]:
    return {name: (tensor.shape, tensor.dtype) for name, tensor in net.state_dict().items()}


@pytest.mark.parametrize("name", NETS)
def test_a_net_on_the_meta_device_has_the_shapes_of_one_on_the_cpu(name: str) -> None:
    with on_meta():
        found = NETS[name]()
    assert all(tensor.is_meta for tensor in found.state_dict().values())
    assert described(found) == described(NETS[name]())


@pytest.mark.parametrize("init", [*INITS, *COMPUTED], ids=lambda init: init.__name__)
def test_an_initialisation_returns_the_tensor_that_it_was_given(init) -> None:
    with on_meta():
        weight = nn.Parameter(torch.empty(3, 4))
        assert init(weight) is weight


@pytest.mark.parametrize("name", DRAWS)
def test_draws_for_the_meta_device_have_a_shape_and_no_values(name: str) -> None:
    with on_meta():
        found: Tensor = DRAWS[name]()
    assert found.is_meta
    assert (found.shape, found.dtype) == ((2, 3), torch.float32)


@pytest.mark.parametrize("name", DRAWS)
def test_draws_for_another_device_are_drawn(name: str) -> None:
    torch.manual_seed(0)
    plain: Tensor = DRAWS[name]()
    torch.manual_seed(0)
    with on_meta():
        found: Tensor = DRAWS[name](device="cpu")
    assert torch.equal(found, plain)
    assert plain.std() > 0


def test_a_generator_may_be_named() -> None:
    with on_meta():
        assert torch.randn(2, generator=torch.Generator()).is_meta


def test_building_nets_imports_no_compiler() -> None:
    program = (
        "import runpy, sys, torch\n"
        "from torch import nn\n"
        "from zoo_core.composition.meta import on_meta\n"
        f"here = runpy.run_path({__file__!r})\n"
        "with on_meta():\n"
        "    [build() for build in (*here['NETS'].values(), *here['DRAWS'].values())]\n"
        "    [init(nn.Parameter(torch.empty(3, 4))) for init in here['INITS']]\n"
        "print(sorted({'torch._dynamo', 'sympy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
