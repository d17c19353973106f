"""Put a run together as one HTML page."""

from __future__ import annotations

import base64
import shlex
from collections.abc import Sequence
from importlib import resources
from itertools import groupby
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from zoo_cli.reporting import facts
from zoo_cli.reporting.curves import MOST_POINTS, Chart, charts_of
from zoo_cli.reporting.pictures import Pictures
from zoo_cli.spelling import spelled
from zoo_core import Registry, ZooError, __version__
from zoo_core.digests import sha256_of_bytes
from zoo_core.runs import History
from zoo_core.runs.atomic import write_bytes
from zoo_core.runs.differences import short_names

ENDINGS = (".html", ".htm")


def page(run: History, pictures: Pictures, registry: Registry) -> str:
    """Return the page as text.

    Whatever a run or a plugin says is escaped. The page's policy allows its own script and style by
    their hashes, pictures within the page, and nothing else: no other script, and no network.
    """
    charts = charts_of(run)
    return rendered(
        "report.html.j2",
        run=run,
        name=short_names([run.path])[0],
        headline=facts.headline(run),
        cards=facts.cards(run),
        remarks=facts.remarks_of(run),
        recorded=(run.path / "events.jsonl").exists(),
        pictures=pictures,
        groups=_grouped(charts),
        data=_data(run, charts),
        most_points=MOST_POINTS,
        extremes=facts.extremes(run),
        scores=facts.scores_of(run),
        protocols=facts.protocols(run),
        parts=facts.parts_of(run, registry),
        values=facts.values_of(run),
        environment=facts.environment_of(run),
    )


def rendered(template: str, **values: object) -> str:
    """Return a page made of a template, with the script, the style and the policy of all pages."""
    script, style = _file("report.js"), _file("report.css")
    found = Environment(
        loader=PackageLoader("zoo_cli.reporting"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    ).get_template(template)
    whole = found.render(
        **values,
        version=__version__,
        script=Markup(script),  # noqa: S704
        style=Markup(style),  # noqa: S704
        policy=_policy(script, style),
    )
    return spelled(whole, keep="\n\t")


def write_page(text: str, path: Path, *, over: bool) -> None:
    """Write a page, whole or not at all.

    Args:
        text: the page.
        path: the file.
        over: replace one that is there.

    Raises:
        ZooError: another ending than .html, a file that is there, or it cannot be written.
    """
    if path.suffix.lower() not in ENDINGS:
        raise ZooError(
            f"a report is an HTML page, not {path.suffix or path.name!r}",
            hint=f"`--out {shlex.quote(str(path.with_suffix('.html')))}`",
        )
    if path.is_file() and not over:
        raise ZooError(
            f"{str(path)!r} exists", hint="`--force` replaces it, or `--out` names another file"
        )
    write_bytes(path, text.encode(), hint="`--out` takes a file that you can write")


def _grouped(charts: Sequence[Chart]) -> list[tuple[str, list[tuple[int, Chart]]]]:
    """Return each group's title and its charts with their places in the data."""
    titles = {chart.group: None for chart in charts}
    return [
        (title, [(place, chart) for place, chart in enumerate(charts) if chart.group == title])
        for title in titles
    ]


def _data(run: History, charts: Sequence[Chart]) -> dict[str, Any]:
    return {
        "last": run.step,
        "charts": [chart.as_json() for chart in charts],
        "events": [
            {"step": step, "kinds": sorted({event.kind for event in of_step})}
            for step, of_step in groupby(facts.remarks_of(run), key=lambda event: event.step)
        ],
    }


def _policy(script: str, style: str) -> str:
    return (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"script-src '{_hash(script)}'; style-src '{_hash(style)}'"
    )


def _hash(text: str) -> str:
    digest = base64.b64encode(bytes.fromhex(sha256_of_bytes(text.encode()))).decode("ascii")
    return f"sha256-{digest}"


def _file(name: str) -> str:
    file = resources.files("zoo_cli.reporting") / "templates" / name
    return file.read_text(encoding="utf-8")
