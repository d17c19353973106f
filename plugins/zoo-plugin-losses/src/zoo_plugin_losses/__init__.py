"""Losses and penalties for the GAN zoo: for any generator and any critic."""
