"""Conditions for the GAN zoo: labels and codes for any generator and any critic."""
