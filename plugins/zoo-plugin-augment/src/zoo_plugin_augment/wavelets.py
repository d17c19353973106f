"""Filters of the augmentation pipe, from wavelets (arXiv:2006.06676, appendix B)."""

from functools import lru_cache

import torch
from torch import Tensor

SYM2 = (-0.12940952255092145, 0.22414386804185735, 0.836516303737469, 0.48296291314469025)
"""Daubechies' wavelet of two vanishing moments, its low pass."""

SYM6 = (
    0.015404109327027373,
    0.0034907120842174702,
    -0.11799011114819057,
    -0.048311742585633,
    0.4910559419267466,
    0.787641141030194,
    0.3379294217276218,
    -0.07263752278646252,
    -0.021060292512300564,
    0.04472490177066578,
    0.0017677118642428036,
    -0.007800708325034148,
)
"""The least asymmetric one of six, its low pass."""

BANDS = 4


@lru_cache(maxsize=1)
def geometry_filter() -> Tensor:
    """Return (12,) float64: the low pass between an image and one of twice its size, of sum 1."""
    low = torch.tensor(SYM6, dtype=torch.float64)
    return low / low.sum()


@lru_cache(maxsize=1)
def filter_bank() -> Tensor:
    """Return (4, 43) float64: filters that split an image into bands, the lowest first.

    The bands add up to the image. Each step halves the lowest band: its filters are spread by two,
    smoothed, and a new band of what is high takes its place in the middle.
    """
    low = torch.tensor(SYM2, dtype=torch.float64)
    high = low * torch.tensor([1.0, -1.0, 1.0, -1.0], dtype=torch.float64)
    smooth, sharp = (_convolved(part[None], part.flip(0))[0] / 2 for part in (low, high))
    bank = torch.zeros(BANDS, 1, dtype=torch.float64)
    bank[0] = 1
    for band in range(1, BANDS):
        spread = torch.stack([bank, torch.zeros_like(bank)], dim=2).flatten(1)[:, :-1]
        bank = _convolved(spread, smooth)
        first = (bank.shape[1] - len(sharp)) // 2
        bank[band, first : first + len(sharp)] += sharp
    return bank


def _convolved(rows: Tensor, kernel: Tensor) -> Tensor:
    """Return the full convolution of each row with a kernel."""
    padded = torch.nn.functional.pad(rows, (len(kernel) - 1,) * 2)
    return torch.nn.functional.conv1d(padded[:, None], kernel.flip(0)[None, None])[:, 0]
