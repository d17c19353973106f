"""Write the tables of `zoo compare` in docs/reports.md, as terminals of two widths show them.

`python tools/make_comparison.py` writes them; with `--check` it writes nothing and fails where the
page is not current. The runs are made of the figures in docs/results/seeds: three losses of DCGAN
in two seeds each.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from zoo_cli.comparing.printing import print_comparison
from zoo_cli.terminal import Terminal
from zoo_core.runs.comparison import compare_runs
from zoo_core.runs.layout import CONFIG, LOG, SCORES

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "reports.md"
FIGURES = ROOT / "docs" / "results"
ROWS = ("dcgan-non-saturating", "dcgan-lsgan", "dcgan-hinge")
SEEDS = ("0", "1")
SHOWN = ("fid", "kid", "modes", "memorisation")
START, END = "<!-- compared -->\n", "<!-- end of compared -->\n"


def main(arguments: list[str]) -> int:
    """Write the tables, or compare them; return the exit status."""
    before = PAGE.read_text(encoding="utf-8")
    head, _, rest = before.partition(START)
    after = head + START + tables() + END + rest.partition(END)[2]
    if "--check" not in arguments:
        PAGE.write_text(after, encoding="utf-8")
    elif before != after:
        print(f"docs/{PAGE.name} is not current: `make docs` writes it", file=sys.stderr)
        return 1
    return 0


def tables() -> str:
    """Return what is between the marks."""
    with tempfile.TemporaryDirectory() as folder:
        runs = list(made(Path(folder)))
        shown = [
            (
                "On 80 columns, where seeds are one row, `zoo compare runs/* --sort fid` prints",
                80,
                False,
            ),
            ("and on 100, with `--each`,", 100, True),
        ]
        return "\n".join(
            f"{text}\n\n```text\n{printed(runs, width, each=each)}```\n"
            for text, width, each in shown
        )


def printed(runs: list[Path], width: int, *, each: bool) -> str:
    """Return the comparison of runs on a terminal of so many columns."""
    stream = io.StringIO()
    with contextlib.redirect_stdout(stream):
        print_comparison(Terminal(width=width), compare_runs(runs, sort="fid", each=each))
    return stream.getvalue().lstrip("\n")


def made(folder: Path) -> Iterator[Path]:
    """Give run directories with the figures of each row and seed."""
    for name in ROWS:
        found, row = (
            _read(FIGURES / "seeds" / f"{name}.json"),
            _read(FIGURES / f"{name}.json")["row"],
        )
        for seed in SEEDS:
            run = folder / f"{name}-{seed}"
            run.mkdir()
            options = {**row["options"]["run"], "steps": found["steps"], "seed": int(seed)}
            config = {
                "format": 1,
                "parts": {"data": "mnist", **row["parts"]},
                "options": {**row["options"], "run": options},
            }
            (run / CONFIG).write_text(json.dumps(config), encoding="utf-8")
            _write(run, found, found["seeds"][seed])
            yield run


def _write(run: Path, found: Mapping[str, Any], seed: Mapping[str, Any]) -> None:
    last = {"step": found["steps"], "seconds": found["steps"] * seed["seconds_per_step"]}
    (run / LOG).write_text(json.dumps(last) + "\n", encoding="utf-8")
    how = {key: found[key] for key in ("digests", "metrics", "protocol")}
    better = dict.fromkeys(SHOWN, "lower") | {"modes": "higher"}
    lines = [
        {
            "step": one["step"],
            "by": "train",
            "weights": "average",
            "scores": {name: one[name] for name in SHOWN},
            "better": better,
            **how,
        }
        for one in seed["evaluations"]
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (run / SCORES).write_text(text, encoding="utf-8")


def _read(file: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
