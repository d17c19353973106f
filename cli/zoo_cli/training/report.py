"""The first and the last lines of a run."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

from zoo_cli.terminal import Terminal
from zoo_cli.wording import composition_text, duration, plain, plural

if TYPE_CHECKING:
    from zoo_core.composition import Composition
    from zoo_core.training import Run


def announce(terminal: Terminal, composition: Composition) -> None:
    """Say what is trained, how a recipe departs from the paper, and what is left of the recipe."""
    from zoo_core.composition.recipe_changes import changes

    terminal.remark(composition_text(composition))
    recipe = composition.recipe_details
    if recipe is None:
        return
    changed = changes(recipe, composition.plan.chosen, composition.settings)
    if changed:
        terminal.remark(f"departs from the recipe: {', '.join(changed)}")
    elif recipe.minutes:
        minutes = plural(max(1, round(recipe.minutes)), "minute")
        terminal.remark(f"takes about {minutes} on two cores of a laptop")
    whose = "the recipe departs" if changed else "departs"
    for departure in recipe.departures:
        terminal.remark(f"{whose} from the paper: {departure}")


def report(terminal: Terminal, run: Run, *, as_json: bool) -> None:
    """Say how a run ended, where it is, and what to do next."""
    if as_json:
        terminal.json(_described(run))
    elif terminal.quiet:
        terminal.result(str(run.path))
    else:
        terminal.result(_outcome(run), *_where(run))


def _outcome(run: Run) -> str:
    steps = f"{run.step:,} of {plural(run.options.steps, 'step')} in {duration(run.seconds)}"
    if run.outcome == "done":
        return f"trained {steps}"
    reason = "" if run.outcome == "interrupted" else f": {run.stop_reason}"
    saved = ", checkpoint saved" if run.step else ""
    return f"{run.outcome} after {steps}{reason}{saved}"


def _where(run: Run) -> list[str]:
    # a run that never stepped leaves no directory
    if not run.path.exists():
        return ["next    the same command again: nothing was trained"]
    return [f"run     {run.path}", *_picture(run), _next(run)]


def _picture(run: Run) -> list[str]:
    path = run.directory.sample(run.step)
    return [f"sample  {path}"] if path.exists() else []


def _next(run: Run) -> str:
    path = shlex.quote(str(run.path))
    if run.outcome == "done":
        if run.engine.game.translators():
            return f"next    zoo translate {path} photos/ --out translated/"
        return f"next    zoo sample {path}"
    minutes = run.options.max_minutes
    limit = "" if minutes is None else f" --max-minutes {plain(minutes)}"
    return f"next    zoo train --resume {path}{limit}"


def _described(run: Run) -> dict[str, Any]:
    picture = run.directory.sample(run.step)
    return {
        "run": str(run.path),
        "outcome": run.outcome,
        "reason": run.stop_reason,
        "step": run.step,
        "seconds": round(run.seconds, 3),
        "sample": str(picture) if picture.exists() else None,
        "scalars": dict(run.scalars),
    }
