"""The part of the results page on a training that goes far past its best."""

from __future__ import annotations

from pathlib import Path

from benchmarks.pages.scores import heading
from benchmarks.shared.program import read_json
from benchmarks.shared.tables import markdown

FIGURES = "overtraining.json"


def overtraining_text(folder: Path) -> str:
    """Return the section, or an empty text where nothing is stored.

    Args:
        folder: of the figures.
    """
    path = folder / FIGURES
    if not path.is_file():
        return ""
    found = read_json(path)
    fresh = {name: found["fresh"][name]["scores"]["fid"] for name in ("best", "last")}
    count = found["fresh"]["best"]["protocol"]["fake_count"]
    curve = [["step", *(f"{line['step']:,}" for line in found["curve"])]]
    curve.append(
        [heading("FID", found["fresh"]["best"]), *(f"{line['fid']:.1f}" for line in found["curve"])]
    )
    kept = f"{1 - fresh['best'] / fresh['last']:.0%}"
    pictures = " ".join(
        f"![Samples of the {name} step](pictures/overtraining-{name}.png)" for name in fresh
    )
    said = "".join(
        f"\n\nThe health monitor at step {event['step']:,}: {event['text']}."
        for event in found["events"]
    )
    return f"""## Far past the best

DCGAN with the loss of its paper on 200 embedded digits, {found["last"]:,} steps: the critic learns
its images by heart, and the samples get worse again. `--keep best=fid` keeps step
{found["best"]:,}. On {count:,} fresh samples, of another seed than those by which the step was
chosen, its FID is {fresh["best"]:.1f} against {fresh["last"]:.1f} of the last step: {kept} lower.
`{found["command"]}` repeats it.{said}

{markdown(curve)}

The best step, and the last:

{pictures}"""
