from __future__ import annotations

import pytest
import torch
from torch import Tensor

from zoo_core import ZooError
from zoo_plugin_metrics.memorisation import Memorisation
from zoo_plugin_metrics.nearest import nearest_distances
from zoo_plugin_metrics.shrinking import shrink


def noise(count: int, seed: int, *, channels: int = 1, side: int = 8) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    size = (count, channels, side, side)
    return torch.randint(0, 256, size, dtype=torch.uint8, generator=generator)


TRAINING, HELD_OUT = noise(3000, 1), noise(600, 2)


def test_shrinking_averages_areas_and_keeps_small_images() -> None:
    image = torch.tensor([[[[0, 255, 0, 0], [255, 0, 0, 0]]]], dtype=torch.uint8)
    # 2x4 to 1x2: means 127.5 and 0
    assert shrink(image, 2).tolist() == [[0, -1]]
    assert shrink(image, 4).tolist() == [[-1, 1, -1, -1, 1, -1, -1, -1]]


def test_nearest_distances_are_those_of_all_pairs() -> None:
    found = nearest_distances(HELD_OUT, TRAINING, 8)
    flat, others = (shrink(images, 8).double() for images in (HELD_OUT, TRAINING))
    expected = torch.cdist(flat, others).amin(1) / 8
    torch.testing.assert_close(found, expected, rtol=1e-6, atol=1e-9)


def test_worked_by_hand() -> None:
    white, black = (torch.full((1, 3, 2, 2), value, dtype=torch.uint8) for value in (255, 0))
    assert nearest_distances(white, black, 32).item() == pytest.approx(2)
    assert nearest_distances(white, torch.cat([black, white]), 32).item() == 0


def test_copies_are_seen_wherever_they_stand_in_the_data(measure, image_set) -> None:
    copies = TRAINING[[0, 1500, 2100, 2999]]
    found = measure(
        Memorisation(),
        image_set(images=copies),
        image_set(images=HELD_OUT),
        image_set(images=TRAINING),
    )
    assert found == {"memorisation": 1, "memorisation.ratio": 0}


def test_what_is_new_is_as_far_as_held_out_images(measure, image_set) -> None:
    found = measure(
        Memorisation(),
        image_set(images=noise(1000, 3)),
        image_set(images=HELD_OUT),
        image_set(images=TRAINING),
    )
    assert found["memorisation"] < 0.03
    assert found["memorisation.ratio"] == pytest.approx(1, abs=0.02)


def test_a_half_of_copies_is_a_half(measure, image_set) -> None:
    some = torch.cat([TRAINING[:200], noise(200, 4)])
    found = measure(
        Memorisation(held_out=300),
        image_set(images=some),
        image_set(images=HELD_OUT),
        image_set(images=TRAINING),
    )
    assert found["memorisation"] == pytest.approx(0.5, abs=0.02)


def test_large_images_in_colour_are_averaged_down(measure, image_set) -> None:
    training, held_out = (noise(50, seed, channels=3, side=80) for seed in (5, 6))
    sets = [image_set(images=images) for images in (training[:7], held_out, training)]
    assert measure(Memorisation(), *sets)["memorisation"] == 1


def test_held_out_images_that_are_training_images_are_refused(measure, image_set) -> None:
    one = image_set(images=TRAINING[:60])
    with pytest.raises(ZooError, match="held-out images are training images too"):
        measure(Memorisation(), one, one, one)


def test_one_held_out_image_is_too_few(measure, image_set) -> None:
    training = image_set(images=TRAINING)
    with pytest.raises(ZooError, match="at least 2 held-out images, and there are 1"):
        measure(Memorisation(), training, image_set(images=HELD_OUT[:1]), training)
