"""The weights in the plugins' wheels draw what their names say, right after an installation."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

import zoo_core
import zoo_core.weights.bundle.bundle
from zoo_core.data.sets.digits import Digits
from zoo_core.interfaces import as_bytes, as_floats
from zoo_core.pictures.samples import labels_in_turn
from zoo_core.weights.shipped import folder_of

REGISTRY = zoo_core.Registry.from_installed()
NAMES = [item.entry.name for item in REGISTRY.entries("weights")]
LARGEST = 2_000_000


def read(images: Tensor) -> Tensor:
    """Return the probabilities that the embedded classifier gives the ten digits."""
    metrics = pytest.importorskip("zoo_plugin_metrics.classifier")
    classifier = metrics.DigitClassifier(image=zoo_core.ImageSpec(*images.shape[1:]))
    return classifier(as_bytes(images)).logits.softmax(1)


def test_there_are_at_least_four() -> None:
    assert len(NAMES) >= 4


@pytest.mark.parametrize("name", NAMES)
def test_weights_are_small_and_say_how_they_were_measured(name: str) -> None:
    folder = folder_of(REGISTRY.find("weights", name))
    assert sum(file.stat().st_size for file in folder.glob("*.safetensors")) < LARGEST
    config = zoo_core.weights.bundle.bundle.read_bundle(folder).config
    assert config.dtype == "float16"
    assert config.training.command.startswith("zoo train ")
    assert {"fid", "kid"} <= config.scores[0].scores.keys()
    assert config.scores[0].protocol["features_digest"]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith("dcgan.")])
def test_samples_are_digits_of_all_classes(name: str) -> None:
    found = read(zoo_core.load(name, device="cpu").sample(256))
    assert len(found.argmax(1).unique()) == 10
    assert found.amax(1).mean() > 0.7


def test_a_digit_that_is_asked_for_is_drawn() -> None:
    labels = labels_in_turn(200, 10)
    images = zoo_core.load("cdcgan.mnist-28", device="cpu").sample(200, labels=labels)
    assert (read(images).argmax(1) == labels).float().mean() > 0.8


def test_a_translation_stays_the_same_digit_more_often_than_by_chance() -> None:
    rows = Digits(size=(32, 32)).tables("test")["images"].take(torch.arange(200))
    images = as_floats(rows.images)
    translated = zoo_core.load("cyclegan.digits-mnist-32", device="cpu").translate(images, "ab")
    assert translated.shape == images.shape
    assert (read(translated).argmax(1) == rows.labels).float().mean() > 0.4
