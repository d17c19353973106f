"""`zoo translate`: photos through a trained generator, each at its own size."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from zoo_cli.flags import device_option, no_ema_option, plugin_option
from zoo_cli.helping import Command
from zoo_cli.installed import loaded_source
from zoo_cli.terminal import Terminal, pass_terminal, quiet_option
from zoo_cli.translating import Job, plan_jobs
from zoo_core import ZooError

if TYPE_CHECKING:
    from zoo_core.weights.photos import Translator

SHOWN = 3
"""Photos that an error names; where there are more, each has a warning line before it."""

MAX_PIXELS = 2**21
"""The library's own limit, without importing torch for a help page."""

LARGE_HINT = "`--size 512` works on fewer pixels and scales back, `--max-pixels` allows more"
DAMAGED_HINT = "repair or replace what cannot be read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one photo.

    Args:
        job: the photo and its output.
        size: (height, width) of the output.
        colour: the photo had colour.
        reason: why there is no output; empty where there is one.
        too_large: the reason is its size.
    """

    job: Job
    size: tuple[int, int] = (0, 0)
    colour: bool = False
    reason: str = ""
    too_large: bool = False

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        photo = str(self.job.photo)
        if self.reason:
            return {"input": photo, "output": None, "size": None, "reason": self.reason}
        return {"input": photo, "output": str(self.job.output), "size": list(self.size)}


@click.command(
    "translate",
    cls=Command,
    examples=(
        "zoo translate runs/seasons photos/ --out translated/",
        "zoo translate runs/seasons a.jpg b.jpg --direction ba --out back/",
        "zoo translate runs/seasons photos/ --size 256 --out translated/",
    ),
)
@click.argument("source", metavar="SRC")
@click.argument("images", metavar="IMAGES...", nargs=-1, required=True)
@click.option("--direction", default="", metavar="NAME", help="Such as ab or ba; the first one.")
@click.option("--out", required=True, metavar="FOLDER", help="Gets a PNG for each photo.")
@click.option(
    "--size",
    type=click.IntRange(1, 4096),
    metavar="N",
    help="Work with N pixels on the short side, and scale back.",
)
@click.option(
    "--max-pixels",
    type=click.IntRange(min=1),
    default=MAX_PIXELS,
    show_default=True,
    metavar="N",
    help="Refuse photos on which more pixels are worked.",
)
@click.option("--overwrite", is_flag=True, help="Replace translations that exist.")
@device_option
@no_ema_option
@plugin_option
@click.option("--json", "as_json", is_flag=True, help="Print inputs, outputs and sizes as JSON.")
@quiet_option
@pass_terminal
def command(terminal: Terminal, /, **given: Any) -> None:
    """Translate IMAGES, photos and folders of photos, with SRC, a run, weights or a Hub id."""
    jobs, remarks = plan_jobs(given["images"], given["out"], overwrite=given["overwrite"])
    translator = _translator(terminal, given)
    for remark in (*_announced(translator), *remarks):
        terminal.remark(remark)
    outcomes = list(_outcomes(terminal, translator, jobs))
    done = [one for one in outcomes if not one.reason]
    if translator.source.channels == 1 and any(one.colour for one in done):
        terminal.remark("colour photos were translated as grey: this generator reads one channel")
    if given["as_json"]:
        terminal.json([one.record() for one in outcomes])
    elif done:
        terminal.result(f"{len(done)} picture{'s' * (len(done) != 1)} in {given['out']}")
    _name_failures(terminal, [one for one in outcomes if one.reason], len(outcomes))


def _translator(terminal: Terminal, given: Mapping[str, Any]) -> Translator:
    from zoo_core.weights.photos import Translator

    return Translator(
        loaded_source(terminal, given),
        direction=given["direction"],
        short_side=given["size"],
        max_pixels=given["max_pixels"],
    )


def _announced(translator: Translator) -> Iterator[str]:
    """Give what a user should know before it begins."""
    others = [name for name in translator.directions if name != translator.direction]
    if others:
        yield f"direction {translator.direction}; also here: {', '.join(others)}"
    if not translator.stride:
        size = f"{translator.source.height}x{translator.source.width}"
        yield f"this generator takes only {size}: every photo is scaled to it and back"


def _outcomes(terminal: Terminal, translator: Translator, jobs: Sequence[Job]) -> Iterator[Outcome]:
    """Translate and write one photo after the other; give what became of each."""
    from zoo_core.data import Unreadable
    from zoo_core.pictures.sheets import save_picture
    from zoo_core.weights.photos import TooLarge

    for job in terminal.tracked(jobs):
        found = translator(job.photo)
        if isinstance(found, Unreadable):
            yield Outcome(job=job, reason=found.reason, too_large=isinstance(found, TooLarge))
            continue
        save_picture(found.picture, job.output)
        size = (found.picture.height, found.picture.width)
        yield Outcome(job=job, size=size, colour=found.colour)


def _name_failures(terminal: Terminal, failures: Sequence[Outcome], total: int) -> None:
    """End with an error that names what was not translated, if there is anything.

    Raises:
        ZooError: some were not translated.
    """
    if not failures:
        return
    if len(failures) > SHOWN:
        for one in failures:
            terminal.warn(f"{one.job.photo}: {one.reason}")
    named = ", ".join(f"{str(one.job.photo)!r} ({one.reason})" for one in failures[:SHOWN])
    more = f" and {len(failures) - SHOWN} more" if len(failures) > SHOWN else ""
    hints = {LARGE_HINT if one.too_large else DAMAGED_HINT for one in failures}
    raise ZooError(
        f"{len(failures)} of {total} photos were not translated: {named}{more}",
        hint="; ".join(sorted(hints)) + "; the others are written" * (len(failures) < total),
    )
