"""Bundles of weights: their form, read without trusting them, and the game that they make."""
