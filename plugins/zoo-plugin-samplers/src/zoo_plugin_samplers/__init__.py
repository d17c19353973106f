"""Distributions of latents: fixed ones, and some whose parameters are learned."""
