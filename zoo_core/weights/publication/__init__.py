"""Weights on their way out: gathered, written as a bundle with its card, and pushed to the Hub."""
