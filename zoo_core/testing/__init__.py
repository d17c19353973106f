"""The contract checks, for our own parts and for everybody's.

`pytest --zoo zoo-plugin-mine` runs them over a whole plugin (`zoo_core.testing.pytest_plugin`), and
a test of yours over one composition:

```python
from zoo_core.testing import check_composition, check_entry

def test_my_generator_keeps_the_contract() -> None:
    check_composition({"generator": "mine", "critic": "dcgan"}, size="16")
```

Importing it does not import torch, because pytest imports it in every session; what needs torch is
imported when it is first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zoo_core.engine.assembling import engine_of
    from zoo_core.testing.capture import check_capture
    from zoo_core.testing.checks import (
        check_composition,
        check_entry,
        check_learning,
        check_reproducible,
        check_shapes,
        check_weights,
    )
    from zoo_core.testing.pairwise import covering

_LAZY = {
    "check_capture": "zoo_core.testing.capture",
    "check_composition": "zoo_core.testing.checks",
    "check_entry": "zoo_core.testing.checks",
    "check_learning": "zoo_core.testing.checks",
    "check_reproducible": "zoo_core.testing.checks",
    "check_shapes": "zoo_core.testing.checks",
    "check_weights": "zoo_core.testing.checks",
    "covering": "zoo_core.testing.pairwise",
    "engine_of": "zoo_core.engine.assembling",
}

__all__ = [
    "check_capture",
    "check_composition",
    "check_entry",
    "check_learning",
    "check_reproducible",
    "check_shapes",
    "check_weights",
    "covering",
    "engine_of",
]


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'zoo_core.testing' has no attribute {name!r}")
    value = getattr(importlib.import_module(_LAZY[name]), name)
    globals()[name] = value
    return value
