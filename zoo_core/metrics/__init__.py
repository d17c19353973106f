"""Measure samples against data: the two sides, the metrics, and the protocol of the scores."""

from zoo_core.metrics.critic import critic_of, per_image
from zoo_core.metrics.panel import Panel, Scored
from zoo_core.metrics.protocol import digest_of
from zoo_core.metrics.samples import Samples, has_images, samples_of, tables_of

__all__ = [
    "Samples",
    "Panel",
    "Scored",
    "critic_of",
    "digest_of",
    "samples_of",
    "has_images",
    "per_image",
    "tables_of",
]
