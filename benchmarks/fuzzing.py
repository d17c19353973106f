"""Spoil real bundles in thousands of ways, and load each: none may crash, hang, swell or load.

A child process does the work. Its address space is limited to what it has after importing torch
and loading every bundle once, plus 1 GB: an allocation beyond fails there and counts as a crash.
A load counts as unchanged where configuration and tensors are the original's (whitespace of JSON,
the order of keys), and as another valid bundle where a stranger changed a value that may have any
within its bounds (a learning rate) and signed it; an accident must never load as anything else.

A fifth of the cases gets its values from hypothesis, where that is installed.

    python benchmarks/fuzzing.py            10,000 cases
    python benchmarks/fuzzing.py --quick    300
"""

from __future__ import annotations

import importlib.util
import json
import multiprocessing
import os
import random
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch

from zoo_core import Registry, ZooError, compose, train
from zoo_core.weights.bundle.bundle import read_bundle
from zoo_core.weights.bundle.game import open_bundle
from zoo_core.weights.bundle.tensors import read_tensors
from zoo_core.weights.bundle.untrusted import canonical
from zoo_core.weights.publication.writer import write_bundle

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.shared import program
from benchmarks.shared.mutating import HOSTILE, WAYS, Way, resigned, sign

CASES, QUICK = 10_000, 300
GENERATED = 0.2
"""Share of the cases whose values hypothesis makes."""

SECONDS = 1.0
"""Of processor time, for one case."""

MEMORY = 1 << 30
STUCK = 120
"""Seconds without a result after which the child is given up."""

RUN = {"steps": 2, "batch": 4, "size": "8", "latent_dim": 6, "log_every": 1}
SMALL = {"generator": {"width": 4}, "critic": {"width": 4}}
BUNDLES: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "dcgan": ({"generator": "dcgan", "loss": "wgan-gp"}, SMALL),
    "infogan": ({"generator": "dcgan", "condition": "infogan"}, SMALL),
    "cyclegan": (
        {"generator": "cyclegan", "data": "unpaired:digits,digits"},
        {"generator": {"width": 4, "blocks": 1}, "critic": {"width": 4}},
    ),
}


def make_bundles(folder: Path, registry: Registry) -> list[Path]:
    """Train each composition for two steps and write its bundles, with and without all nets."""
    found = []
    for name, (parts, options) in BUNDLES.items():
        composition = compose(
            parts, {**options, "run": {**RUN, "device": "cpu"}}, registry=registry, recipe="none"
        )
        train(composition, folder / "runs" / name)
        for full in (False, True):
            target = folder / f"{name}-{'full' if full else 'plain'}"
            write_bundle(
                folder / "runs" / name,
                target,
                with_critic=full,
                with_state=full,
                dtype="float32" if full else "float16",
                registry=registry,
            )
            found.append(target)
    return found


class Child:
    """Load spoiled copies of bundles and say what came of each."""

    def __init__(self, bundles: list[Path], scratch: Path, seed: int) -> None:
        self.bundles, self.scratch, self.seed = bundles, scratch, seed
        self.registry = Registry.from_installed()
        self.originals = {bundle: self.meaning(bundle) for bundle in bundles}

    def meaning(self, folder: Path) -> tuple[bytes, dict[str, torch.Tensor]]:
        """Return what a bundle says and holds."""
        bundle = read_bundle(folder)
        open_bundle(bundle, self.registry)
        tensors = {
            f"{name}/{key}": tensor
            for name in bundle.components
            for key, tensor in read_tensors(bundle.path(name)).items()
        }
        found = bundle.config.to_json()
        config = {key: value for key, value in found.items() if key not in ("sha256", "digest")}
        return canonical(config), tensors

    def outcome(self, folder: Path, original: Path, *, signed: bool) -> str:
        """Load a spoiled bundle."""
        try:
            config, tensors = self.meaning(folder)
        except ZooError as error:
            lines = str(error).split("\n")
            plain = len(lines) == 2 and all(line.isprintable() for line in lines)
            return "refused" if plain else f"refused in other words than two lines: {error!r}"
        except Exception as error:  # noqa: BLE001 - whatever is raised is what is looked for
            return f"crashed: {type(error).__name__}: {str(error)[:200]}"
        before, held = self.originals[original]
        same = tensors.keys() == held.keys() and all(
            torch.equal(tensors[key], held[key]) for key in held
        )
        if same and config == before:
            return "unchanged"
        return "another valid bundle" if signed else "LOADED"

    def spoiled(self, number: int, way: Way) -> tuple[str, float]:
        """Do one case; return what came of it and the processor time of loading."""
        rng = random.Random(f"{self.seed}/{number}/{way.name}")
        original = rng.choice(self.bundles)
        folder = self.copy_of(original)
        way.spoil(folder, rng)
        if way.signed:
            sign(folder)
        return self.timed(folder, original, signed=way.signed)

    def timed(self, folder: Path, original: Path, *, signed: bool) -> tuple[str, float]:
        """Load a spoiled bundle; return what came of it and the processor time."""
        began = time.process_time()
        found = self.outcome(folder, original, signed=signed)
        return found, time.process_time() - began

    def copy_of(self, original: Path) -> Path:
        """Return a fresh copy of a bundle."""
        folder = self.scratch / "case"
        shutil.rmtree(folder, ignore_errors=True)
        return Path(shutil.copytree(original, folder))

    def generated(self, count: int) -> Iterator[tuple[str, str, float]]:
        """Give what came of values that hypothesis makes, in every place of a configuration."""
        from hypothesis import HealthCheck, Phase, given, settings
        from hypothesis import strategies as st

        scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
        values = st.recursive(
            scalars | st.sampled_from([json.dumps(one) for one in HOSTILE]),
            lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=8), inner),
            max_leaves=8,
        )
        results: list[tuple[str, str, float]] = []

        @settings(
            max_examples=count,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        )
        @given(st.data())
        def case(data: Any) -> None:
            original = data.draw(st.sampled_from(self.bundles))
            folder = self.copy_of(original)
            config = json.loads((folder / "config.json").read_text())
            place = config
            while True:
                key = data.draw(st.sampled_from(sorted(place)))
                if not (isinstance(place[key], dict) and place[key] and data.draw(st.booleans())):
                    break
                place = place[key]
            place[key] = data.draw(values)
            resigned(folder, config)
            found, seconds = self.timed(folder, original, signed=True)
            results.append(("values by hypothesis, signed", found, seconds))

        case()
        yield from results


def work(bundles: list[Path], scratch: Path, count: int, seed: int, pipe: Any) -> None:
    """Do all cases, with limits; send what came of each."""
    torch.set_num_threads(1)
    child = Child(bundles, scratch, seed)
    used = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_AS, (used + MEMORY, used + MEMORY))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    generated = int(count * GENERATED) if importlib.util.find_spec("hypothesis") else 0
    for number in range(count - generated):
        way = WAYS[number % len(WAYS)]
        pipe.send((way.name, *child.spoiled(number, way)))
    for found in child.generated(generated):
        pipe.send(found)
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    pipe.send(("memory", str((after - before) / 1024), 0.0))


def collected(process: Any, pipe: Any) -> tuple[list[tuple[str, str, float]], float]:
    """Return what came of every case, and by how many MB the child grew."""
    results: list[tuple[str, str, float]] = []
    try:
        # hypothesis gives its results at the end
        while pipe.poll(STUCK if len(results) < 1 else STUCK * 10):
            name, found, seconds = pipe.recv()
            if name == "memory":
                return results, float(found)
            results.append((name, found, seconds))
            if len(results) % 1000 == 0:
                print(f"{len(results):,} cases", file=sys.stderr)
    except EOFError:
        pass
    process.terminate()
    results.append(("the child", f"crashed after {len(results):,} cases", 0.0))
    return results, float("nan")


def show(results: list[tuple[str, str, float]], megabytes: float) -> int:
    """Print the table; return how many cases did what none may do."""
    columns = ("refused", "unchanged", "another valid bundle")
    names = list(dict.fromkeys(name for name, _, _ in results))
    print(f"| how | cases | {' | '.join(columns)} | anything else | longest |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    bad = [(n, f, s) for n, f, s in results if f not in columns or s > SECONDS]
    for name in names:
        own = [(found, seconds) for each, found, seconds in results if each == name]
        counts = Counter(found for found, _ in own)
        worst = sum(1 for each, _, _ in bad if each == name)
        cells = [f"{len(own):,}", *(f"{counts[column]:,}" for column in columns), f"{worst:,}"]
        longest = max(seconds for _, seconds in own)
        print(f"| {name} | {' | '.join(cells)} | {longest:.2f} s |")
    print(f"\n{len(results):,} cases; the child grew by {megabytes:.0f} MB")
    for name, found, seconds in bad[:20]:
        print(f"{name}: {found} ({seconds:.2f} s)")
    return len(bad)


def main() -> None:
    """Spoil, load, count."""
    parser = program.parser(__doc__, quick=f"{QUICK} cases")
    parser.add_argument("--cases", type=int, default=CASES)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    count = QUICK if given.quick else given.cases
    with tempfile.TemporaryDirectory() as folder:
        bundles = make_bundles(Path(folder), Registry.from_installed())
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe()
        arguments = (bundles, Path(folder), count, given.seed, there)
        process = context.Process(target=work, args=arguments)
        process.start()
        there.close()
        results, megabytes = collected(process, here)
        process.join(timeout=30)
        raise SystemExit(1 if show(results, megabytes) else 0)


if __name__ == "__main__":
    main()
