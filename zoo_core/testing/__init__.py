"""The contract checks, for our own parts and for everybody's.

```python
from zoo_core.testing import check_composition, check_entry

def test_my_generator_keeps_the_contract() -> None:
    check_composition({"generator": "mine", "critic": "dcgan"}, size="16")
```
"""

from zoo_core.engine.assembling import engine_of
from zoo_core.testing.checks import (
    check_composition,
    check_entry,
    check_learning,
    check_reproducible,
    check_shapes,
)
from zoo_core.testing.pairwise import covering

__all__ = [
    "check_composition",
    "check_entry",
    "check_learning",
    "check_reproducible",
    "check_shapes",
    "covering",
    "engine_of",
]
