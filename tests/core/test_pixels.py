"""Between bytes and values in [-1, 1]: one scaling each way, which undo each other."""

from __future__ import annotations

import pytest
import torch

from zoo_core.interfaces import as_bytes, as_floats

BYTES = torch.arange(256, dtype=torch.uint8).view(1, 1, 16, 16)


def test_bytes_become_values_between_minus_one_and_one() -> None:
    found = as_floats(BYTES)
    assert found.dtype == torch.float32
    assert (found.min(), found.max()) == (-1, 1)
    assert torch.equal(found, BYTES.float() * (2 / 255) - 1)
    assert torch.allclose(found, BYTES.double().div(127.5).sub(1).float(), rtol=0, atol=1.2e-7)


def test_every_byte_comes_back() -> None:
    assert torch.equal(as_bytes(as_floats(BYTES)), BYTES)


def test_values_are_of_the_default_dtype() -> None:
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.equal(as_floats(BYTES), BYTES.double() * (2 / 255) - 1)
    finally:
        torch.set_default_dtype(torch.float32)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_layout_is_the_one_that_is_asked_for(layout: torch.memory_format) -> None:
    images = BYTES.expand(2, 3, 16, 16)
    found = as_floats(images, memory_format=layout)
    assert found.is_contiguous(memory_format=layout)
    assert torch.equal(found, as_floats(images))


def test_means_of_bytes_are_scaled_too_and_stay_as_they_are() -> None:
    means = torch.tensor([0.0, 127.5, 255.0])
    assert as_floats(means).tolist() == [-1, 0, 1]
    assert means.tolist() == [0, 127.5, 255]


def test_values_become_the_nearest_bytes_and_others_are_clipped() -> None:
    images = torch.tensor([-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0]).view(1, 1, 1, 7)
    assert as_bytes(images).flatten().tolist() == [0, 0, 64, 128, 191, 255, 255]
    assert (as_bytes(images).dtype, as_bytes(images).shape) == (torch.uint8, images.shape)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float64])
def test_values_of_another_type_are_rounded_as_exactly(dtype: torch.dtype) -> None:
    images = torch.linspace(-1.1, 1.1, 999).to(dtype).requires_grad_()
    wide = images.detach().to(torch.promote_types(dtype, torch.float32))
    exact = wide.clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)
    assert torch.equal(as_bytes(images), exact)
