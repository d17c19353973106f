from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# a copy of the tests may come without the benchmarks
collect_ignore_glob = [] if (ROOT / "benchmarks").is_dir() else ["test_*.py"]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
