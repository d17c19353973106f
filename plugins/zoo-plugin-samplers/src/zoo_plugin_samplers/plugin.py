"""Distributions of latents: what this distribution provides. Imports no torch."""

from __future__ import annotations

from zoo_core import Entry, hookimpl

HERE = "zoo_plugin_samplers"
LEARNED = (
    "its parameters follow the generator's loss alone, and nothing keeps them from growing narrow"
)


@hookimpl
def zoo_entries() -> tuple[Entry, ...]:
    return (
        Entry(
            kind="sampler",
            name="truncated-normal",
            target=f"{HERE}.truncated_normal:TruncatedNormal",
            summary="Latents from N(0, 1) without its tails.",
            paper="arXiv:1809.11096",
        ),
        Entry(
            kind="sampler",
            name="spherical",
            target=f"{HERE}.spherical:Spherical",
            summary="Latents from the surface of a sphere.",
            paper="arXiv:1710.10196",
        ),
        Entry(
            kind="sampler",
            name="learned-gaussian",
            target=f"{HERE}.gaussians:LearnedGaussian",
            summary="Latents mu + sigma * eps, with both learned.",
            paper="arXiv:1312.6114",
        ),
        Entry(
            kind="sampler",
            name="mixture",
            target=f"{HERE}.gaussians:Mixture",
            summary="Latents from one of several Gaussians, learned or fixed.",
            paper="arXiv:1706.02071",
            departures=(f"without the paper's penalty on the spreads: {LEARNED}",),
        ),
        Entry(
            kind="sampler",
            name="gumbel-softmax",
            target=f"{HERE}.gumbel_softmax:GumbelSoftmax",
            summary="Latents that are nearly one-hot choices, learned or fixed.",
            paper="arXiv:1611.01144",
            departures=("tau falls at every step; the authors lower it every 1,000 or so steps",),
        ),
        Entry(
            kind="sampler",
            name="concrete",
            target=f"{HERE}.concrete:Concrete",
            summary="Latents that are nearly 0 or 1, learned or fixed.",
            paper="arXiv:1611.00712",
        ),
    )
