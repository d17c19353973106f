"""Augmentations and consistency penalties for the GAN zoo: what makes few images enough."""
