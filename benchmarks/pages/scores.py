"""The table of metrics on the results page: a protocol each, never mixed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.shared.tables import markdown
from zoo_core.runs.lines import features_name

COLUMNS = {
    "fid": "FID",
    "kid": "KID",
    "modes": "modes",
    "memorisation": "memorisation",
}
"""Score to its column; the metrics that every row is measured by."""

HEAD = """## Metrics

The runs, measured as `zoo eval` measures. Lower is better but for modes, of which there are ten.
**memorisation** is 1 % of images that are new, and 100 % of copies. [What each metric sees, and
what it is blind to](metrics.md). The rows of one table share a protocol; those of another are not
to be compared with them."""

INDEPENDENT = """Independent figures for the two models whose papers give one that does not
depend on features: InfoGAN's authors report an error of 5 % when its categorical code
classifies MNIST ([arXiv:1606.03657](https://arxiv.org/abs/1606.03657), section 7.2), which is
the purity of [codes without labels](#codes-without-labels) here; the authors of the
semi-supervised GAN report 93 ± 6.5 wrong of 10,000 test images with 100 labels
([arXiv:1606.03498](https://arxiv.org/abs/1606.03498), table 1), against the row of [a
classifier from few labels](#a-classifier-from-few-labels). Both train far longer, with larger
nets. An FID on the features of this classifier has no published counterpart."""


def scores_text(results: Sequence[Mapping[str, Any]]) -> str:
    """Return the section."""
    tables = [
        f"{_table(group)}\n\n{protocol_text(group[0]['scores'])}"
        for group in by_digest(results, lambda result: result["scores"])
    ]
    return "\n\n".join([HEAD, *tables, INDEPENDENT])


def by_digest(
    results: Sequence[Mapping[str, Any]], scores: Callable[[Mapping[str, Any]], Mapping[str, Any]]
) -> list[list[Mapping[str, Any]]]:
    """Return results whose shown scores have equal protocols together: no table mixes two."""
    groups: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for result in results:
        digests = scores(result)["digests"]
        groups.setdefault(tuple(digests[name] for name in COLUMNS), []).append(result)
    return list(groups.values())


def _table(group: Sequence[Mapping[str, Any]]) -> str:
    titles = [heading(title, group[0]["scores"]) for title in COLUMNS.values()]
    cells = [["", "steps", "s / step", *titles]]
    for result in group:
        training, values = result["training"], result["scores"]["scores"]
        cells.append(
            [
                link(result),
                f"{training['steps']:,}",
                f"{training['seconds'] / training['steps']:.3f}",
                f"{values['fid']:.1f}",
                f"{values['kid']:.2f}",
                f"{values['modes']:.0f}",
                f"{values['memorisation']:.1%}",
            ]
        )
    return markdown(cells)


def link(result: Mapping[str, Any]) -> str:
    """Return a link to a result's section."""
    return f"[{result['name']}](#{result['name']})"


def heading(title: str, scores: Mapping[str, Any]) -> str:
    """Return a column's title, with the features where the score has no meaning without them."""
    seen = any(each in title for each in ("FID", "KID"))
    return f"{title} ({features_name(scores['protocol'])})" if seen else title


def protocol_text(scores: Mapping[str, Any]) -> str:
    """Return a sentence on the protocol of an evaluation, as `scores.jsonl` has it."""
    protocol = scores["protocol"]
    versions = ", ".join(f"{name} {version}" for name, version in protocol["versions"].items())
    # the first score of each metric stands for all of them
    first = {digest: name for name, digest in reversed(scores["digests"].items())}
    digests = ", ".join(f"{name} `{digest}`" for digest, name in reversed(first.items()))
    return (
        f"Protocols {digests}: {protocol['fake_count']:,} samples of the averaged "
        f"weights against {protocol['real_count']:,} {protocol['split']} images of "
        f"{protocol['data']} at {protocol['image']}, features `{protocol['features']}` "
        f"(sha256 {protocol['features_digest'][:12]}…; {protocol['reads']}), values "
        f"{protocol['range']}, seed {protocol['seed']}; {versions}."
    )
