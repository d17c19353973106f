"""Scalars of many steps, added up on the device and read at log points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import torch
from torch import Tensor

_SEPARATOR = "\n"


class Sums:
    """Sums of scalars by name; scalars that come together are kept in one tensor."""

    def __init__(self) -> None:
        self._sums: dict[tuple[str, ...], Tensor] = {}
        self._counts: dict[tuple[str, ...], int] = {}

    def add(self, names: Iterable[str], values: Sequence[Tensor]) -> None:
        """Add one value for each name, without waiting for the device."""
        key = tuple(names)
        if not key:
            return
        with torch.no_grad():
            stacked = torch.stack([value.reshape(()) for value in values]).float()
        if key in self._sums:
            self._sums[key] += stacked
            self._counts[key] += 1
        else:
            self._sums[key], self._counts[key] = stacked, 1

    def take(self) -> dict[str, float]:
        """Return the mean of every scalar and start anew; this waits for the device."""
        totals: dict[str, list[float]] = {}
        # in an order of their own: that of a restored state is not the one in which they came
        for key, values in sorted(self._sums.items(), key=lambda item: item[0]):
            for name, value in zip(key, values.tolist(), strict=True):
                total = totals.setdefault(name, [0.0, 0.0])
                total[0] += value
                total[1] += self._counts[key]
        self._sums, self._counts = {}, {}
        return {name: total / count for name, (total, count) in totals.items()}

    def state(self) -> dict[str, Tensor]:
        """Return the sums and counts as tensors."""
        found = {}
        for key, values in self._sums.items():
            count = torch.tensor([float(self._counts[key])], dtype=torch.float64)
            found[_SEPARATOR.join(key)] = torch.cat([values.cpu().double(), count])
        return found

    def load_state(self, tensors: Mapping[str, Tensor], device: torch.device) -> None:
        """Restore `state`."""
        self._sums, self._counts = {}, {}
        for name, values in tensors.items():
            key = tuple(name.split(_SEPARATOR))
            self._sums[key] = values[:-1].float().to(device)
            self._counts[key] = int(values[-1])
