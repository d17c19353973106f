"""Which options the parts of a sweep have: what a user types is read by them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from zoo_core.composition.composing import sections_of_parts
from zoo_core.composition.settings import Section
from zoo_core.config.options import Option, coerced, unknown_option
from zoo_core.config.request import Parts
from zoo_core.config.values import value_of
from zoo_core.errors import ZooError, nearest
from zoo_core.registry.kinds import MANY
from zoo_core.registry.lookup import Registry
from zoo_core.sweeps.axes import Axis, Domain, Range, option_domain
from zoo_core.sweeps.definition import Sweep


class Reach:
    """The options that a sweep can set, whichever parts a run of it has.

    Args:
        sweep: its parts, those that vary too, its recipe and its configuration.
        registry: where names are looked up.

    Raises:
        ZooError: an unknown name, or a part that is needed and that nobody names.
    """

    def __init__(self, sweep: Sweep, registry: Registry) -> None:
        self._sections: dict[str, list[Section]] = {}
        for parts in _all_parts(sweep):
            found = sections_of_parts(
                parts, registry=registry, recipe=sweep.recipe, config=sweep.config
            )
            for name, section in found.items():
                # an option of "penalty" is one of whichever penalty is there
                self._sections.setdefault(name, []).append(section)
                if name.partition(".")[0] in MANY:
                    self._sections.setdefault(name.partition(".")[0], []).append(section)

    def option(self, target: str) -> tuple[Option, str]:
        """Return an option and whose it is.

        Args:
            target: `section.option`.

        Raises:
            ZooError: no part has it.
        """
        section, _, name = target.rpartition(".")
        found = self._sections.get(section, [])
        if not found:
            raise ZooError(
                f"{target!r} is to vary, but no composition of this sweep has a {section!r}",
                hint=f"{nearest(section, self._sections)}the sections are "
                f"{', '.join(sorted(self._sections))}",
            )
        for each in found:
            if name in each.options:
                return each.options[name], each.owner
        raise unknown_option(name, {n for each in found for n in each.options}, found[0].owner)

    def domain(self, sets: tuple[str, ...], text: str) -> Domain:
        """Read what a user typed for options that move together.

        Raises:
            ZooError: an option that no part has, a range that does not parse, or a value that the
                option cannot take.
        """
        option, owner = self.option(sets[0])
        name = Axis(sets=sets, domain=()).name
        found = option_domain(text, option, name)
        self.check(Axis(sets=sets, domain=found))
        if isinstance(found, Range):
            return found
        return tuple(value_of(coerced(option, piece, owner)) for piece in found)

    def check(self, axis: Axis) -> None:
        """Refuse values that one of the options cannot take.

        Raises:
            ZooError: such a value, or an option that no part has.
        """
        for target in () if axis.is_part else axis.sets:
            option, owner = self.option(target)
            for value in axis.ends():
                coerced(option, value, owner)


def _all_parts(sweep: Sweep) -> list[Parts]:
    axes = [axis for axis in sweep.axes if axis.is_part]
    drawn = product(*(axis.listed() for axis in axes))
    values: list[Mapping[str, object]] = [
        dict(zip((axis.name for axis in axes), one, strict=True)) for one in drawn
    ]
    return [sweep.request({name: value_of(v) for name, v in one.items()})[0] for one in values]
