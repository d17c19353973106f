"""Pictures in chunks: the same ones as at once, and none of them kept."""

from __future__ import annotations

import weakref
from pathlib import Path

import pytest
import torch

from zoo_core import Registry, ZooError, ZooValueError, compose
from zoo_core.weights.picture_folder import Drawing, draw_folder
from zoo_core.weights.pretrained import Pretrained


@pytest.fixture
def model(registry: Registry) -> Pretrained:
    options = {"run": {"size": 8, "latent_dim": 3}}
    parts = {"generator": "toy", "critic": "toy", "loss": "toy"}
    composition = compose(parts, options, registry=registry, recipe="none")
    return Pretrained(composition, composition.build(), torch.device("cpu"))


def test_chunks_are_the_pictures_that_are_drawn_at_once(model: Pretrained) -> None:
    chunks = list(model.stream(150, seed=3))
    assert [len(chunk) for chunk in chunks] == [64, 64, 22]
    assert torch.equal(torch.cat(chunks), model.sample(150, seed=3))


def test_no_chunk_is_kept(model: Pretrained) -> None:
    seen = []
    for chunk in model.stream(300):
        assert not any(each() is not None for each in seen)
        seen.append(weakref.ref(chunk))
        del chunk
    assert len(seen) == 5


def test_whoever_takes_chunks_keeps_gradients(model: Pretrained) -> None:
    for _ in model.stream(70):
        assert torch.is_grad_enabled()


@pytest.mark.parametrize(
    ("count", "more", "words"),
    [
        (0, {}, "0 images"),
        (None, {}, "how many"),
        (2, {"truncation": 2.0}, "truncation of 2"),
        (2, {"labels": 1}, "unconditional"),
        (2, {"latents": torch.zeros(3, 3)}, "3 latents for 2 images"),
        (2, {"latents": torch.zeros(2, 4)}, r"shape \(2, 4\)"),
        (2, {"latents": torch.zeros(2, 3, dtype=torch.int64)}, "int64"),
    ],
)
def test_values_that_are_out_of_range_are_value_errors_before_the_first_chunk(
    model: Pretrained, count: int | None, more: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        model.stream(count, **more)
    assert isinstance(caught.value, ZooValueError)
    assert isinstance(caught.value, ZooError)
    assert "--" not in str(caught.value)


def test_latents_that_are_given_are_what_the_generator_gets(model: Pretrained) -> None:
    latents = torch.randn(70, 3)
    images = model.sample(latents=latents)
    assert torch.allclose(images, model.generator(latents), atol=1e-6)
    half = model.sample(latents=latents, truncation=0.5)
    assert torch.allclose(half, model.generator(latents / 2), atol=1e-6)


def test_a_folder_that_cannot_be_written_is_an_error_without_flags(
    model: Pretrained, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("mine")
    for place in (tmp_path / "file", tmp_path / "file" / "below", tmp_path):
        with pytest.raises(ZooError) as caught:
            draw_folder(model, place, Drawing(count=2))
        assert "--" not in caught.value.hint
