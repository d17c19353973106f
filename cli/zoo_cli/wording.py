"""Words and numbers for people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from zoo_core.registry.kinds import EXTRAS

if TYPE_CHECKING:
    from zoo_core.composition import Composition
    from zoo_core.engine.hardware import Hardware


def duration(seconds: float) -> str:
    """Return seconds as m:ss or h:mm:ss."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def number(value: float) -> str:
    """Return a number of three decimals, or of three digits where it is large."""
    return f"{value:.3f}" if abs(value) < 1000 else f"{value:.3g}"


def plain(value: Any) -> str:
    """Return an option's value as `-o` takes it."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return ",".join(plain(one) for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def plural(count: int, word: str) -> str:
    """Return a count with its word."""
    return f"{count:,} {word}" + ("" if count == 1 else "s")


def hardware_text(hardware: Hardware) -> str:
    """Return where and how a run computes."""
    found = hardware.describe()
    threads = plural(int(found["threads"]), "thread")
    place = f"cpu, {threads}" if found["device"] == "cpu" else str(found["device"])
    return f"{place}, {found['precision']}, {found['layout']}"


def composition_text(composition: Composition) -> str:
    """Return what is trained, and by which recipe, in one line."""
    plan, run = composition.plan, composition.run
    extras = [f"{role} {item.entry.name}" for role in EXTRAS for item in plan.chosen[role].items]
    against = f" against {plan.name('critic')}" if plan.chosen["critic"].items else ""
    beside = [plan.name("loss"), *extras] if plan.chosen["loss"].items else extras
    by = "" if against else f" by game {plan.name('game')}"
    text = (
        f"training {plan.name('generator')}{against}{by}"
        f"{' with ' if beside else ''}{', '.join(beside)} on {plan.name('data')} "
        f"at {run.size}, {plural(run.steps, 'step')} of {plural(run.batch, 'image')}"
    )
    return text + _recipe_text(composition)


def _recipe_text(composition: Composition) -> str:
    if composition.recipe is None:
        return ""
    name = composition.recipe.entry.name
    if not composition.by_itself:
        return f", by recipe {name}"
    return f", by recipe {name} because nothing else is asked (`--no-recipe` leaves it out)"
