"""What a push would send, written into a temporary folder; asks no Hub."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.weights.bundle.bundle import CARD
from zoo_core.weights.bundle.config import BundleConfig
from zoo_core.weights.hub.names import check_tag, hub_name
from zoo_core.weights.publication.contents import Wanted, gathered
from zoo_core.weights.publication.writer import write_contents


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How weights are pushed.

    Args:
        private: make the repository so that only its owner sees it.
        tag: a name for this state; empty for none.
        message: of the commit; says what was pushed by default.
        with_critic: push all nets, not only those that drawing needs.
        with_state: push what resuming needs.
        average: push the moving average, where there is one.
        dtype: "float32" or "float16".
        licence: of the weights, such as "apache-2.0".
    """

    private: bool = False
    tag: str = ""
    message: str = ""
    with_critic: bool = False
    with_state: bool = False
    average: bool = True
    dtype: str = "float32"
    licence: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """What is pushed, as it lies here.

    Args:
        folder: the bundle.
        files: path within it to size in bytes.
        config: of the bundle.
        card: its README.md.
    """

    folder: Path
    files: Mapping[str, int]
    config: BundleConfig
    card: str

    @property
    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(self.files.values())

    @property
    def paths(self) -> dict[str, Path]:
        """Return path within it to the file."""
        return {name: self.folder / name for name in self.files}


@contextmanager
def packed(
    source: str | Path, repo: str, wishes: Wishes, *, registry: Registry | None = None
) -> Iterator[Package]:
    """Write what would be pushed into a temporary folder; asks no Hub.

    Raises:
        ZooError: no such source, or weights that cannot travel.
    """
    check_wishes(repo, wishes)
    known = registry or Registry.from_installed()
    wanted = Wanted(average=wishes.average, critic=wishes.with_critic, state=wishes.with_state)
    contents = gathered(source, wanted, known)
    if wishes.licence:
        contents = replace(contents, licence=wishes.licence)
    with tempfile.TemporaryDirectory(prefix="zoo-push-", ignore_cleanup_errors=True) as place:
        folder = Path(place) / repo.partition("/")[2]
        bundle = write_contents(contents, folder, dtype=wishes.dtype, name=repo, registry=known)
        found = sorted(file for file in folder.rglob("*") if file.is_file())
        files = {file.relative_to(folder).as_posix(): file.stat().st_size for file in found}
        card = (folder / CARD).read_text(encoding="utf-8")
        yield Package(folder=folder, files=files, config=bundle.config, card=card)


def check_wishes(repo: str, wishes: Wishes) -> None:
    """Check what can be checked without the Hub.

    Raises:
        ZooError: a name or a tag of another form.
    """
    name = hub_name(repo)
    if name.revision or str(name) != repo:
        raise ZooError(
            f"{repo!r} names a revision, and a push makes a new one",
            hint=f"`zoo push RUN {name.repo}`; `tag` gives it a name",
        )
    if wishes.tag:
        check_tag(wishes.tag)
