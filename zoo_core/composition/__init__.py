"""From names and options to a checked game: which part, which value, who said so, does it fit."""

from zoo_core.composition.composing import Composition, compose
from zoo_core.composition.settings import Section, Setting, Settings
from zoo_core.config.request import Layer, parse_options, split_names

__all__ = [
    "Composition",
    "Layer",
    "Section",
    "Setting",
    "Settings",
    "compose",
    "parse_options",
    "split_names",
]
