"""The table of metrics on the results page: a protocol each, never mixed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.judging.seeds_page import protocol_text
from benchmarks.judging.tables import markdown

COLUMNS = {
    "fid": "FID",
    "kid": "KID",
    "modes": "modes",
    "memorisation": "memorisation",
}
"""Score to its column; the metrics that every row is measured by."""

INDEPENDENT = """Independent figures for the two models whose papers give one that does not
depend on features: InfoGAN's authors report an error of 5 % when its categorical code
classifies MNIST ([arXiv:1606.03657](https://arxiv.org/abs/1606.03657), section 7.2), which is
the purity of [codes without labels](#codes-without-labels) here; the authors of the
semi-supervised GAN report 93 ± 6.5 wrong of 10,000 test images with 100 labels
([arXiv:1606.03498](https://arxiv.org/abs/1606.03498), table 1), against the row of [a
classifier from few labels](#a-classifier-from-few-labels). Both train far longer, with larger
nets. An FID on the features of this classifier has no published counterpart."""


def scores_text(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the section, or an empty text where no row has been measured."""
    scored = [result for result in results if result.get("scores")]
    if not scored:
        return ""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for result in scored:
        groups.setdefault(result["scores"]["digest"], []).append(result)
    parts = ["## Metrics", HEAD]
    for group in groups.values():
        parts += [_table(group), protocol_text(group[0]["scores"])]
    return "\n\n".join([*parts, INDEPENDENT])


HEAD = """The same runs, measured as `zoo eval` measures: the features are those of the
classifier that `zoo-plugin-metrics` ships, not of the judge above. Lower is better but for
modes, of which there are ten. [What each metric sees, and what it is blind to](metrics.md)."""


def _table(group: Sequence[Mapping[str, Any]]) -> str:
    cells = [["", "steps", "s / step", *COLUMNS.values()]]
    for result in group:
        training, values = result["training"], result["scores"]["scores"]
        cells.append(
            [
                f"[{result['name']}](#{result['name']})",
                f"{training['steps']:,}",
                f"{training['seconds'] / training['steps']:.3f}",
                f"{values['fid']:.1f}",
                f"{values['kid']:.2f}",
                f"{values['modes']:.0f}",
                f"{values['memorisation']:.1%}",
            ]
        )
    return markdown(cells)
