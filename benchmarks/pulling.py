"""Time `zoo pull` and the first sample beside the bare client's download of the same file.

    python benchmarks/pulling.py            # 9 rounds, in turns
    python benchmarks/pulling.py --quick    # 3 rounds

A hub on loopback serves the weights of DCGAN for 32x32 images. Every download goes into an empty
cache. The rows within one process have everything imported; the others are whole processes, as a
shell starts them. ZOO_SHARED names the folder that holds `hub/loopback_hub.py`; without it,
nothing is measured.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
REPO = "ada/dcgan"
FILE = "generator.safetensors"
ROUNDS, QUICK_ROUNDS = 9, 3
BARE = "the client alone: one file"

DOWNLOAD = f"import huggingface_hub as h; h.hf_hub_download({REPO!r}, {FILE!r})"

Timed = Callable[[Path], object]


def main() -> int:
    """Print a table, and return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK_ROUNDS} rounds")
    rounds = QUICK_ROUNDS if parser.parse_args().quick else ROUNDS
    file = Path(os.environ.get("ZOO_SHARED") or ROOT.parent / "shared") / "hub" / "loopback_hub.py"
    if not file.is_file():
        print(f"nothing is measured: no loopback hub at {file.name!r}; set ZOO_SHARED")
        return 0
    with tempfile.TemporaryDirectory(prefix="zoo-pulling-") as folder, served(file, Path(folder)):
        size = prepare(Path(folder))
        print(f"{FILE}: {size / 1e6:.1f} MB; medians of {rounds} rounds, in seconds\n")
        for title, rows in (("within a process", inside()), ("whole processes", processes())):
            show(title, measured(rows, rounds, Path(folder)))
    return 0


@contextmanager
def served(file: Path, folder: Path) -> Iterator[Any]:
    """Serve a hub, and let the client, which is not imported yet, ask it."""
    spec = importlib.util.spec_from_file_location("loopback_hub", file)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{file.name} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules["loopback_hub"] = module
    spec.loader.exec_module(module)
    with module.LoopbackHub(tokens=("hf_bench:ada:write",)) as hub:
        os.environ.update(
            HF_ENDPOINT=hub.endpoint,
            HF_TOKEN="hf_bench",  # noqa: S106 - the loopback hub's own
            HF_HOME=str(folder / "home"),
            HF_HUB_DISABLE_PROGRESS_BARS="1",
        )
        os.environ.pop("HF_HUB_OFFLINE", None)
        yield hub


def prepare(folder: Path) -> int:
    """Push the weights of one step of training; return the size of their file."""
    from zoo_core import compose
    from zoo_core.training import train
    from zoo_core.weights.publication.push import push

    composition = compose(
        {"generator": "dcgan", "loss": "non-saturating"},
        {"run": {"steps": 1, "batch": 8, "device": "cpu"}},
        recipe="none",
    )
    run = train(composition, folder / "run")
    return int(push(run.path, REPO).files[FILE])


def inside() -> dict[str, Timed]:
    """Return what is timed within this process."""
    from huggingface_hub import hf_hub_download

    import zoo_core
    from zoo_core import Registry
    from zoo_core.weights.hub.names import HubName
    from zoo_core.weights.hub.pull import pull

    registry = Registry.from_installed()

    def bare(cache: Path) -> None:
        hf_hub_download(REPO, FILE, cache_dir=cache)

    def ours(cache: Path) -> None:
        os.environ["HF_HUB_CACHE"] = str(cache)
        pull(HubName(REPO), registry=registry)

    def sampled(cache: Path) -> None:
        os.environ["HF_HUB_CACHE"] = str(cache)
        found = pull(HubName(REPO), registry=registry)
        zoo_core.load(found.path, device="cpu", registry=registry).sample(1)

    def again(cache: Path) -> None:
        os.environ["HF_HUB_CACHE"] = str(cache.parent / "kept")
        zoo_core.load(REPO, device="cpu", registry=registry).sample(1)

    return {
        BARE: bare,
        "zoo pull: checked": ours,
        "zoo pull and the first sample": sampled,
        "from the cache: load and the first sample": again,
    }


def processes() -> dict[str, Timed]:
    """Return what is timed as processes of their own."""
    zoo = (sys.executable, "-m", "zoo_cli")

    def started(*command: str) -> Timed:
        def run(cache: Path) -> None:
            env = {**os.environ, "HF_HUB_CACHE": str(cache)}
            subprocess.run(command, env=env, cwd=cache.parent, check=True, capture_output=True)

        return run

    return {
        BARE: started(sys.executable, "-c", DOWNLOAD),
        "zoo pull": started(*zoo, "pull", REPO),
        "zoo sample --count 1, which pulls": started(*zoo, "sample", REPO, "--count", "1"),
    }


def measured(rows: Mapping[str, Timed], rounds: int, folder: Path) -> dict[str, list[float]]:
    """Return the seconds of every row in each round, taken in turns, each in an empty cache."""
    found: dict[str, list[float]] = {name: [] for name in rows}
    for number in range(rounds + 1):
        for name, timed in rows.items():
            with tempfile.TemporaryDirectory(dir=folder) as cache:
                began = time.perf_counter()
                timed(Path(cache))
                seconds = time.perf_counter() - began
            # the first round warms up
            if number:
                found[name].append(seconds)
    return found


def show(title: str, found: Mapping[str, list[float]]) -> None:
    """Print medians, and how many times the bare client each takes, round by round."""
    print(f"{title:<46}{'median':>8}{'least':>8}{'most':>8}{'times the client':>20}")
    for name, seconds in found.items():
        share = statistics.median(a / b for a, b in zip(seconds, found[BARE], strict=True))
        median = statistics.median(seconds)
        print(f"  {name:<44}{median:8.3f}{min(seconds):8.3f}{max(seconds):8.3f}{share:20.2f}")
    print()


if __name__ == "__main__":
    raise SystemExit(main())
