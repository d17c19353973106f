"""Make the weights that the plugins ship: train what is missing, measure it, write its bundle.

python tools/make_weights.py --data-dir DIR --runs runs/weights
python tools/make_weights.py --only dcgan.digits-32

Every bundle is float16, below two megabytes, and has its scores and the command that trained it.
"""

from __future__ import annotations

import argparse
import shlex
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.shared.rows import ROWS
from zoo_core import Measures, Registry, ZooError, evaluate
from zoo_core.metrics.evaluation import keep_scores
from zoo_core.runs.layout import CONFIG
from zoo_core.weights.publication.contents import Wanted, gathered
from zoo_core.weights.publication.writer import write_contents

ROOT = Path(__file__).resolve().parents[1]
LICENCE = "apache-2.0"
METRICS = ("fid", "kid", "modes", "memorisation")
FEATURES = "digit-classifier"
COUNT = 10_000
LARGEST = 2_000_000
"""Bytes of a bundle's safetensors files."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """Weights in a wheel: the name, the plugin that ships them, and how they are trained."""

    name: str
    plugin: str
    command: str

    @property
    def folder(self) -> Path:
        """Return where the bundle is."""
        package = self.plugin.replace("-", "_")
        return ROOT / "plugins" / self.plugin / "src" / package / "weights" / self.name

    @property
    def reads_mnist(self) -> bool:
        """Return whether the data are in the folder of data sets; digits are embedded."""
        return "mnist" in self.name


def row_command(name: str) -> str:
    """Return the command of a row of docs/results.md."""
    return next(row.train_command for row in ROWS if row.name == name)


SHIPPED = (
    Shipped("dcgan.digits-32", "zoo-plugin-dcgan", "zoo train --recipe dcgan-digits"),
    Shipped("dcgan.mnist-28", "zoo-plugin-dcgan", row_command("dcgan-wgan-gp")),
    Shipped("cdcgan.mnist-28", "zoo-plugin-conditional", row_command("cdcgan")),
    Shipped(
        "cyclegan.digits-mnist-32",
        "zoo-plugin-cyclegan",
        "zoo train --gen cyclegan --data unpaired:digits,mnist --size 32 --steps 1200 --batch 4 "
        "-o generator.width=16 -o critic.width=16",
    ),
)


def made(shipped: Shipped, runs: Path, data_dir: str) -> int:
    """Train what is missing, measure it, write the bundle; return its size in bytes.

    Raises:
        ZooError: training or measuring is refused, or the bundle is too large.
    """
    run = runs / shipped.name
    if not (run / CONFIG).is_file():
        words = [*shlex.split(shipped.command)[1:], "--run", str(run)]
        words += ["--data-dir", data_dir] if shipped.reads_mnist else []
        subprocess.run([sys.executable, "-m", "zoo_cli", *words], check=True)
    measures = Measures(
        metrics=METRICS,
        features=FEATURES,
        count=COUNT,
        splits=("test",),
        options={"data": {"root": data_dir}} if shipped.reads_mnist else {},
    )
    keep_scores(run, evaluate(run, measures, device="cpu"))
    registry = Registry.from_installed()
    contents = replace(gathered(run, Wanted(), registry), licence=LICENCE)
    write_contents(contents, shipped.folder, dtype="float16", name=shipped.name, registry=registry)
    size = sum(file.stat().st_size for file in shipped.folder.glob("*.safetensors"))
    if size > LARGEST:
        raise ZooError(
            f"{shipped.name} has {size:,} bytes", hint=f"{LARGEST:,} are allowed in a wheel"
        )
    return size


def main() -> int:
    """Make the weights that are asked for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", choices=[each.name for each in SHIPPED])
    parser.add_argument("--runs", type=Path, default=ROOT / "runs" / "weights")
    parser.add_argument("--data-dir", default="data", help="where MNIST is")
    given = parser.parse_args()
    try:
        for shipped in SHIPPED:
            if not given.only or shipped.name in given.only:
                print(f"{shipped.name}: {made(shipped, given.runs, given.data_dir):,} bytes")
    except ZooError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
