"""Packages that only some options of a run need."""

from __future__ import annotations

from importlib.util import find_spec

from zoo_core.config.run import RunOptions
from zoo_core.errors import ZooError
from zoo_core.weights.hub.names import hub_name


def check_extras(options: RunOptions) -> None:
    """Check that what a run's options need is installed, before anything is written.

    Raises:
        ZooError: a package is missing, or a repository's name has another form.
    """
    if options.tensorboard and find_spec("tensorboard") is None:
        raise ZooError(
            "`--tensorboard` needs the package tensorboard, which is not installed",
            hint="`pip install 'gan-zoo[tensorboard]'`, or leave `--tensorboard` out",
        )
    if options.push_to and hub_name(options.push_to).revision:
        raise ZooError(
            f"{options.push_to!r} names a revision, and a push makes a new one",
            hint="`--push-to` takes a repository, such as ada/digits",
        )
