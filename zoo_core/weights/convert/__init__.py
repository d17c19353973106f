"""Weights of other projects in, and nets out to other formats."""
