"""Metrics for the GAN zoo, and the features that they read."""
