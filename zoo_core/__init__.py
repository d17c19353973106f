"""GAN Zoo's library: one core, a registry of plugins, and an engine that knows only games.

Importing it does not import torch; what needs torch is imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from zoo_core.config.options import Between
from zoo_core.errors import ZooError, ZooValueError
from zoo_core.registry.entry import AVERAGED, CONTRACT, Entry
from zoo_core.registry.hookspecs import hookimpl
from zoo_core.registry.kinds import KINDS
from zoo_core.registry.lookup import Registry
from zoo_core.registry.recipe import Recipe
from zoo_core.spec import ImageSpec
from zoo_core.version import VERSION

if TYPE_CHECKING:
    from zoo_core.builtin.adversarial import Adversarial
    from zoo_core.composition import Composition, compose
    from zoo_core.config.configuration import Configuration
    from zoo_core.metrics.evaluation import evaluate
    from zoo_core.metrics.measures import Measures
    from zoo_core.runs import Evaluation
    from zoo_core.sweeps.axes import Range, vary
    from zoo_core.sweeps.definition import Search, Sweep
    from zoo_core.sweeps.sweep import sweep
    from zoo_core.training import LogWatcher, resume, train
    from zoo_core.weights.pretrained import Pretrained
    from zoo_core.weights.publication.model import Model, load

__version__ = VERSION

_LAZY = {
    "Adversarial": "zoo_core.builtin.adversarial",
    "Composition": "zoo_core.composition",
    "Configuration": "zoo_core.config.configuration",
    "Evaluation": "zoo_core.runs",
    "LogWatcher": "zoo_core.training",
    "Measures": "zoo_core.metrics.measures",
    "Model": "zoo_core.weights.publication.model",
    "Pretrained": "zoo_core.weights.pretrained",
    "Range": "zoo_core.sweeps.axes",
    "Search": "zoo_core.sweeps.definition",
    "Sweep": "zoo_core.sweeps.definition",
    "compose": "zoo_core.composition",
    "evaluate": "zoo_core.metrics.evaluation",
    "load": "zoo_core.weights.publication.model",
    "resume": "zoo_core.training",
    "sweep": "zoo_core.sweeps.sweep",
    "train": "zoo_core.training",
    "vary": "zoo_core.sweeps.axes",
}

__all__ = [
    "AVERAGED",
    "CONTRACT",
    "KINDS",
    "Adversarial",
    "Between",
    "Composition",
    "Configuration",
    "Entry",
    "Evaluation",
    "ImageSpec",
    "LogWatcher",
    "Measures",
    "Model",
    "Pretrained",
    "Range",
    "Recipe",
    "Registry",
    "Search",
    "Sweep",
    "ZooError",
    "ZooValueError",
    "compose",
    "evaluate",
    "hookimpl",
    "load",
    "resume",
    "sweep",
    "train",
    "vary",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'zoo_core' has no attribute {name!r}")
    value = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
