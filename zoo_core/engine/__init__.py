"""The engine: plays a composed game step by step. It knows no files but those of its data."""

from zoo_core.engine.core import Engine

__all__ = ["Engine"]
