"""Wasserstein GANs: `loss`, and the two ways to bound the critic, `clip` and `gradient_penalty`."""
