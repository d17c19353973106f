"""Weights of parts that have tensors of their own come back from the Hub as they went."""

from __future__ import annotations

import pytest
import torch

import zoo_core
from zoo_core import compose, train
from zoo_core.weights.publication.package import Wishes, packed
from zoo_core.weights.publication.push import send

NETS = {"generator": "dcgan", "data": "digits"}
NARROW = {"generator": {"width": 4}}
RUN = {"size": 8, "batch": 4, "latent_dim": 5, "steps": 2, "device": "cpu"}
AGAINST_COLLAPSE = {
    "sampler": "mixture",
    "head": "minibatch-discrimination",
    "constraint": "virtual-batch",
}


def test_an_encoder_travels_with_its_decoder(repo, hub, new_cache, tmp_path):
    train(compose({**NETS, "game": "vae"}, {**NARROW, "run": RUN}, recipe="none"), tmp_path / "run")
    with packed(tmp_path / "run", repo, Wishes()) as package:
        send(package, repo)
    new_cache()
    here, there = (zoo_core.load(one, device="cpu") for one in (tmp_path / "run", repo))
    images = torch.rand(3, 1, 8, 8) * 2 - 1
    assert torch.equal(here.reconstruct(images), there.reconstruct(images))
    assert torch.equal(here.sample(5, seed=3), there.sample(5, seed=3))


@pytest.mark.parametrize("sampler", ["learned-gaussian", "mixture"])
def test_a_learned_sampler_and_a_reference_batch_travel(sampler, repo, hub, new_cache, tmp_path):
    parts = {**NETS, "critic": "dcgan", **AGAINST_COLLAPSE, "sampler": sampler}
    options = {**NARROW, "critic": {"width": 4}, "run": RUN}
    train(compose(parts, options, recipe="none"), tmp_path / "run")
    with packed(tmp_path / "run", repo, Wishes()) as package:
        send(package, repo)
    new_cache()
    here, there = (zoo_core.load(one, device="cpu") for one in (tmp_path / "run", repo))
    assert torch.equal(here.sample(5, seed=3), there.sample(5, seed=3))
