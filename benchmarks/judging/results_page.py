"""The page of results: text from the stored figures alone, so that it can be made again."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.judging.controls import HELD_OUT
from benchmarks.judging.measures_page import measured_tables, measured_text
from benchmarks.judging.panel import PRESENT, TWIN_QUANTILE, Figures
from benchmarks.judging.tables import COLUMNS, figures_row, markdown
from zoo_core import ZooError

FORMAT = 1
"""Version of the stored figures' form."""

PAGE = "results.md"
FIGURES = "results"
PICTURES = "pictures/results"

Result = Mapping[str, Any]

HEAD = """# Results

<!-- made by `python benchmarks/results.py --report-only` from results/*.json; do not edit -->

What the models of the zoo make of MNIST within a small, fixed number of steps. Every
number on this page is stored, with all that is needed to repeat it, in a JSON file that is linked
below; `make results` trains what is missing and writes the page again.
"""

COLUMNS_EXPLAINED = f"""
- **rarest class**: share of the images that the judge gives to the class that it sees least; 10%
  would be even. **classes**: how many classes have at least {PRESENT:.0%} of the images.
- **top p**: mean of the judge's highest class probability; ambiguous shapes have a low one. Beside
  it, its ratio to that of held-out images.
- **nearest**: median distance of an image to its nearest training image, root mean square over the
  pixels, which are in [-1, 1]. A ratio to held-out images far below 1 means remembered images, one
  far above 1 means images unlike the data.
- **FID**: Fréchet distance between the features of the judge's last hidden layer for these images
  and for the training images; lower is better.
- **twins**: share of the images that are closer to another image of their set than
  {1 - TWIN_QUANTILE:.0%} of the held-out images are to any training image.
"""

REMARKS = """
## What these figures do not say

- Each model of the first tables was trained once, with one seed; another seed gives other figures.
  [Three seeds](#three-seeds) of shorter runs show how far they lie apart.
- The budgets are small, and set in steps. A row that is better here need not be better after
  longer training or with other settings, and steps of different rows cost differently. Each command
  shows where its settings differ from the defaults.
- The FID is that of a small classifier of this data set, not of the Inception network: compare it
  within one table and with nothing else. Its bias depends on the number of images, and the judge
  has seen training images.
- A judge that knows ten classes gives every image to one of them, noise too, and may be sure of it.
  So no column stands alone, and the controls matter: a row is only worth something where it is far
  from the Gaussian, and a figure that is better than that of held-out images is no merit. Copies of
  training images show how remembering would look.
- Models that stand in different tables had different judges, because a judge's own training depends
  on the number of threads: compare within a table.
- Seconds are those of one machine, which may have done other work; steps are not.
"""


def read_results(folder: Path, order: Sequence[str]) -> list[Result]:
    """Return the stored results, those of known names first and in their order.

    Raises:
        ZooError: figures of another version of this program.
    """
    files = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    # figures of other programs lie there too
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


def results_page(
    results: Sequence[Result], more: Sequence[str] = (), scores: Sequence[str] = ()
) -> str:
    """Return the page as Markdown; scores come before the models, and more sections after them."""
    tables = [_table(group) for group in _groups(results)]
    made = [_made(group[0]) for group in _groups(results)]
    models = [_model(result) for result in results]
    parts = [
        HEAD,
        *tables,
        COLUMNS_EXPLAINED,
        *measured_tables(results),
        *scores,
        "## The models",
        *models,
    ]
    parts += [*more, "## How it was made", *made, REMARKS]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _groups(results: Sequence[Result]) -> list[list[Result]]:
    """Return results that were judged alike together, so that no table mixes two judges."""
    found: dict[str, list[Result]] = {}
    for result in results:
        key = json.dumps([result[name] for name in ("judge", "samples", "controls")])
        found.setdefault(key, []).append(result)
    return list(found.values())


def _table(group: Sequence[Result]) -> str:
    controls = {name: Figures.from_json(data) for name, data in group[0]["controls"].items()}
    held_out = controls[HELD_OUT]
    cells = [["", "steps", "minutes", *COLUMNS]]
    for result in group:
        training = result["training"]
        took = [f"{training['steps']:,}", f"{training['seconds'] / 60:.1f}"]
        figures = Figures.from_json(result["figures"])
        link = f"[{result['name']}](#{result['name']})"
        cells.append([link, *took, *figures_row(figures, held_out)])
    for name, figures in controls.items():
        cells.append([f"*{name}*", "", "", *figures_row(figures, held_out)])
    return markdown(cells)


def _model(result: Result) -> str:
    training, name = result["training"], result["name"]
    asked = result["row"]["options"]["run"]["steps"]
    cut = training["steps"] < asked
    short = f" It was stopped there by its time limit; {asked:,} were planned." if cut else ""
    return f"""### {name}

{result["about"]}
Trained for {training["steps"]:,} steps in {training["seconds"]:,.0f} s
({training["environment"]["device"]}, threads {training["environment"]["threads"]},
{training["images_per_second"]:,.0f} images per second).{short}

```
{result["commands"]["train"]}
```

{measured_text(result)}![64 samples of {name}, not selected]({PICTURES}/{name}.png)

[All figures as JSON]({FIGURES}/{name}.json); again: `{result["commands"]["result"]}`."""


def _made(result: Result) -> str:
    judge, samples = result["judge"], result["samples"]
    environment = result["training"]["environment"]
    versions = ", ".join(f"{name} {v}" for name, v in environment["distributions"].items() if v)
    return f"""
The judge is a small convolutional network. It was trained on {judge["images"]:,} labelled images of
the training split of {result["data"]} ({judge["size"]}): epochs {judge["epochs"]}, seed
{judge["seed"]}, batch {judge["batch"]}, shifts of up to {judge["shift"]} pixels, label smoothing
{judge["smoothing"]:g}. It is right on {judge["accuracy"]:.2%} of the {judge["held_out"]:,} held-out
images, and has never seen a generated image.

For each model {samples["count"]:,} samples were drawn with seed {samples["seed"]} from the moving
average of the generator, and none was left out; the pictures show the first 64. Distances and
features are compared with all {judge["references"]:,} training images. The controls have as many
images and go the same way: a Gaussian with the means and covariances of the training images'
pixels, the means of random pairs of training images, copies of random training images, and images
of the held-out split.

Versions of the first row: Python {environment["python"]}, {versions}; threads for training
{environment["threads"]}, for judging {judge["torch_threads"]}. Those of every other row are in its
file.
"""
