"""Scalars of many steps, added up on the device and read at log points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote, unquote

import torch
from torch import Tensor

from zoo_core.errors import ZooError


class Sums:
    """Sums of scalars by name; scalars that come together share one tensor, its last value a count.

    The tensors stay where they are: a step that was captured goes on adding to them.
    """

    def __init__(self) -> None:
        self._sums: dict[tuple[str, ...], Tensor] = {}

    def add(self, names: Iterable[str], values: Sequence[Tensor]) -> None:
        """Add one value for each name, without waiting for the device."""
        key = tuple(names)
        if not key:
            return
        with torch.no_grad():
            stacked = torch.stack([value.reshape(()) for value in values]).float()
            if key not in self._sums:
                self._sums[key] = stacked.new_zeros(len(key) + 1)
            self._sums[key][:-1] += stacked
            self._sums[key][-1:] += 1

    def take(self) -> dict[str, float]:
        """Return the mean of every scalar and start anew; this waits for the device."""
        totals: dict[str, list[float]] = {}
        # in an order of their own: that of a restored state is not the one in which they came
        for key, held in sorted(self._sums.items(), key=lambda item: item[0]):
            *values, count = held.tolist()
            for name, value in zip(key, values, strict=True):
                total = totals.setdefault(name, [0.0, 0.0])
                total[0] += value
                total[1] += count
            held.zero_()
        return {name: total / count for name, (total, count) in totals.items() if count}

    def state(self) -> dict[str, Tensor]:
        """Return the sums, each with its count, as tensors; names stand between commas."""
        return {
            ",".join(quote(name, safe="()") for name in key): held.cpu().double()
            for key, held in self._sums.items()
        }

    def load_state(self, tensors: Mapping[str, Tensor], device: torch.device) -> None:
        """Restore `state`.

        Raises:
            ZooError: a tensor that does not belong to its names.
        """
        for held in self._sums.values():
            held.zero_()
        for name, values in tensors.items():
            key = tuple(map(unquote, name.split(",")))
            if values.shape != (len(key) + 1,):
                raise ZooError(
                    f"the sums of {name!r} have the shape {tuple(values.shape)}, "
                    f"and not ({len(key) + 1},)",
                    hint="resume from the checkpoint as it was written",
                )
            held = self._sums.setdefault(key, torch.zeros(len(key) + 1, device=device))
            held.copy_(values)
