"""Measure samples against data: the two sides, the metrics, and the protocol of the scores."""

from zoo_core.metrics.critic import critic_of, per_image
from zoo_core.metrics.fakes import Drawn, drawings_of, has_images, tables_of
from zoo_core.metrics.panel import Panel, Scored
from zoo_core.metrics.protocol import digest_of

__all__ = [
    "Drawn",
    "Panel",
    "Scored",
    "critic_of",
    "digest_of",
    "drawings_of",
    "has_images",
    "per_image",
    "tables_of",
]
