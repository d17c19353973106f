"""Write `zoo_core/data/sets/digits.npz` from scikit-learn's copy of the UCI digits.

Run from anywhere: `python tools/make_digits.py`. Needs scikit-learn, which nothing else here does.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import numpy as np

TARGET = Path(__file__).resolve().parents[1] / "zoo_core" / "data" / "sets" / "digits.npz"


def main() -> None:
    """Write the archive and say how large it is."""
    bunch = importlib.import_module("sklearn.datasets").load_digits()
    images = bunch.images.astype(np.uint8)
    if not np.array_equal(images, bunch.images):
        raise SystemExit("the scans are no longer whole numbers from 0 to 16")
    np.savez_compressed(TARGET, images=images, labels=bunch.target.astype(np.uint8))
    print(f"{TARGET.name}: {len(images)} scans, {TARGET.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
