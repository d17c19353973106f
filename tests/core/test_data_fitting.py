from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch.nn import functional as F

from zoo_core.data import contain_images, cover_images, cover_picture


def noise(*shape: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.randint(0, 256, shape, generator=generator, dtype=torch.uint8)


def test_an_image_of_the_right_size_is_not_touched() -> None:
    images = noise(2, 3, 4, 5)
    picture = Image.fromarray(images[0, 0].numpy())
    assert cover_picture(picture, (4, 5)) is picture
    assert torch.equal(cover_images(images, (4, 5)), images)
    assert torch.equal(contain_images(images, (4, 5)), images)


@pytest.mark.parametrize("size", [(3, 3), (7, 5), (5, 7), (1, 9), (90, 41)])
def test_a_picture_gets_exactly_the_size_that_was_asked_for(size: tuple[int, int]) -> None:
    for shape in [(6, 6), (13, 37), (37, 13), (1, 50)]:
        picture = cover_picture(Image.new("L", (shape[1], shape[0]), 9), size)
        assert (picture.height, picture.width) == size
        assert set(np.array(picture).flatten().tolist()) == {9}


def test_covering_cuts_off_both_ends_of_the_long_side() -> None:
    values = np.array([[1, 2, 3, 4]] * 2, dtype=np.uint8)
    assert np.array(cover_picture(Image.fromarray(values), (2, 2))).tolist() == [[2, 3], [2, 3]]
    images = torch.from_numpy(values)[None, None]
    assert cover_images(images, (2, 2)).flatten().tolist() == [2, 3, 2, 3]


def test_shrinking_a_fine_pattern_gives_its_mean() -> None:
    pattern = np.indices((64, 64)).sum(0) % 2 * 200
    picture = cover_picture(Image.fromarray(pattern.astype(np.uint8)), (8, 8))
    assert np.abs(np.array(picture).astype(int) - 100).max() <= 2
    images = torch.from_numpy(pattern.astype(np.uint8))[None, None]
    assert (contain_images(images, (8, 8)).int() - 100).abs().max() <= 2


def test_enlarging_is_bicubic_without_aligned_corners() -> None:
    images = noise(2, 1, 3, 3)
    plain = F.interpolate(images.float(), (7, 7), mode="bicubic", align_corners=False).clamp(0, 255)
    assert torch.equal(contain_images(images, (7, 7)), plain.round().to(torch.uint8))
    # Keys kernel with a = -0.75 at distances 0.25, 0.75, 1.25, 1.75: it overshoots by a tenth
    row = torch.tensor([[0, 100], [0, 100]], dtype=torch.uint8)[None, None]
    assert contain_images(row, (4, 4))[0, 0, 0].tolist() == [0, 23, 77, 111]


def test_containing_keeps_everything_and_pads_with_black() -> None:
    images = torch.full((1, 1, 2, 2), 9, dtype=torch.uint8)
    wide = contain_images(images, (2, 5))
    assert wide[0, 0].tolist() == [[0, 9, 9, 0, 0]] * 2
    tall = contain_images(images, (4, 2))
    assert tall[0, 0].tolist() == [[0, 0], [9, 9], [9, 9], [0, 0]]


def test_the_result_does_not_depend_on_how_many_images_are_resized_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    images = noise(5, 1, 4, 4)
    at_once = contain_images(images, (6, 6))
    monkeypatch.setattr("zoo_core.data.tables.sizes.CHUNK", 2)
    assert torch.equal(contain_images(images, (6, 6)), at_once)
