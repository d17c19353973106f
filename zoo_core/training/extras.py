"""What only some options of a run need, looked for before anything is written."""

from __future__ import annotations

import shlex
from importlib.util import find_spec

from zoo_core.composition import Composition
from zoo_core.errors import ZooError
from zoo_core.interfaces.trackers import Tracker
from zoo_core.weights.hub.names import hub_name


def check_extras(composition: Composition) -> None:
    """Check that what a run's options need is there.

    Raises:
        ZooError: no such tracker, its package is missing, or a repository's name has another form.
    """
    trackers_of(composition)
    push_to = composition.run.push_to
    if push_to and hub_name(push_to).revision:
        raise ZooError(
            f"{push_to!r} names a revision, and a push makes a new one",
            hint="`--push-to` takes a repository, such as ada/digits",
        )


def trackers_of(composition: Composition) -> dict[str, type[Tracker]]:
    """Return name to class of the trackers that a run asks for; their libraries are not imported.

    Raises:
        ZooError: no such tracker, or its package is missing.
    """
    found = {name: _tracker(composition, name) for name in composition.run.track}
    for name, tracker in found.items():
        if find_spec(tracker.package) is None:
            raise ZooError(
                f"tracker {name!r} needs the package {tracker.package}, which is not installed",
                hint=f"`pip install {shlex.quote(tracker.install)}`, or leave it out of `--track`",
            )
    return found


def _tracker(composition: Composition, name: str) -> type[Tracker]:
    found: type[Tracker] = composition.registry.find("tracker", name).entry.load()
    return found
