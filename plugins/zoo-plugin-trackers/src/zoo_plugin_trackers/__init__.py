"""Trackers for the GAN zoo: a run's log where other tools look for it."""
