"""What is said on the page of results of autoencoders."""

from __future__ import annotations

FOLDER = "autoencoders"
SHIPPED = ("dcgan.mnist-28", "cdcgan.mnist-28")
"""GANs whose samples are measured beside those of autoencoders."""
