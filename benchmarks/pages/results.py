"""The page of results: text from the stored figures alone, so that it can be made again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.pages.autoencoders import autoencoders_text
from benchmarks.pages.collapse import collapse_text
from benchmarks.pages.measures import measured_tables, measured_text
from benchmarks.pages.overtraining import overtraining_text
from benchmarks.pages.scores import scores_text
from benchmarks.pages.seeds import seeds_text
from benchmarks.pages.translations import translations_text
from benchmarks.shared.program import RESULTS, read_json, say, write_text
from benchmarks.shared.rows import ROWS
from zoo_core import ZooError

FORMAT = 2
"""Version of the stored figures' form."""

PAGE = "results.md"
PICTURES = "pictures/results"

Result = Mapping[str, Any]

HEAD = """# Results

<!-- made by `python benchmarks/results.py --report-only` from results/*.json; do not edit -->

What the models of the zoo make of MNIST within a small, fixed number of steps. Every
number on this page is stored, with all that is needed to repeat it, in a JSON file that is linked
below; `make results` trains what is missing and writes the page again.
"""

REMARKS = """
## What these figures do not say

- Each model of the first table was trained once, with one seed; another seed gives other figures.
  [Three seeds](#three-seeds) of shorter runs show how far they lie apart.
- The budgets are small, and set in steps. A row that is better here need not be better after
  longer training or with other settings, and steps of different rows cost differently. Each command
  shows where its settings differ from the defaults.
- The features are those of a small classifier of digits, not of the Inception network: compare
  figures within one table and with nothing else. What images with known faults score before the
  same metrics is shown under [known faults](metrics.md#known-faults).
- A classifier that knows ten classes gives every image to one of them, noise too. So no column
  stands alone.
- Seconds are those of one machine, which may have done other work; steps are not.
"""


def write_page(docs: Path) -> None:
    """Write the page from the stored figures.

    Raises:
        ZooError: there are none.
    """
    folder = docs / RESULTS
    results = read_results(folder, [row.name for row in ROWS])
    if not results:
        raise ZooError(f"no figures in {str(folder)!r}", hint="`python benchmarks/results.py`")
    write_text(docs / PAGE, results_page(results, folder))
    say(f"wrote {docs / PAGE} from {len(results)} results")


def read_results(folder: Path, order: Sequence[str]) -> list[Result]:
    """Return the stored results, those of known names first and in their order.

    Raises:
        ZooError: figures of another version of this program.
    """
    # figures of other programs lie there too
    files = (read_json(path) for path in sorted(folder.glob("*.json")))
    found = [data for data in files if "row" in data]
    for result in found:
        if result.get("format") != FORMAT:
            raise ZooError(
                f"the figures of {result['name']!r} have format {result.get('format')}, "
                f"but this program writes {FORMAT}",
                hint=f"`python benchmarks/results.py --only {result['name']} --again`",
            )
    known = {name: place for place, name in enumerate(order)}
    return sorted(found, key=lambda result: (known.get(result["name"], len(known)), result["name"]))


def results_page(results: Sequence[Result], folder: Path) -> str:
    """Return the page as Markdown.

    Args:
        results: of the models.
        folder: of the figures of other programs, which have sections of their own.
    """
    parts = [
        HEAD,
        scores_text(results),
        *measured_tables(results),
        seeds_text(folder, [result["name"] for result in results]),
        overtraining_text(folder),
        collapse_text(folder),
        "## The models",
        *(_model(result) for result in results),
        *translations_text(folder),
        *autoencoders_text(folder),
        REMARKS,
    ]
    return "\n\n".join(part.strip() for part in parts if part) + "\n"


def _model(result: Result) -> str:
    training, name = result["training"], result["name"]
    environment = training["environment"]
    versions = ", ".join(f"{name} {v}" for name, v in environment["distributions"].items() if v)
    return f"""### {name}

{result["about"]}
Trained for {training["steps"]:,} steps in {training["seconds"]:,.0f} s
({environment["device"]}, threads {environment["threads"]},
{training["images_per_second"]:,.0f} images per second; {versions}).

```
{result["commands"]["train"]}
```

{measured_text(result)}![64 samples of {name}, not selected]({PICTURES}/{name}.png)

[All figures as JSON]({RESULTS}/{name}.json); again: `{result["commands"]["result"]}`."""
