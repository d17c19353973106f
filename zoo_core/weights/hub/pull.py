"""Pull weights from the Hub into the client's cache: what is needed, no more, and checked.

`config.json` comes first. What it names is compared with what its nets need, and with what the Hub
says of the files, before any of them is downloaded; each is compared with its checksum afterwards.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from zoo_core.digests import sha256_of
from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.runs.atomic import whole_folder
from zoo_core.weights.bundle.bundle import (
    CONFIG,
    STATE,
    read_bundle,
    read_bundle_config,
)
from zoo_core.weights.bundle.config import BundleConfig
from zoo_core.weights.bundle.limits import check_claims
from zoo_core.weights.bundle.untrusted import LARGEST
from zoo_core.weights.hub.client import Hub
from zoo_core.weights.hub.failures import HubError
from zoo_core.weights.hub.names import HubName
from zoo_core.weights.hub.remote import Remote, is_described

MAIN = "main"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulled:
    """Weights that are here now.

    Args:
        name: what was asked for.
        commit: the state of the repository that they are.
        path: the folder in the client's cache.
        files: path within it to size in bytes.
        offline: the Hub could not be asked, and the cache had them.
    """

    name: HubName
    commit: str
    path: Path
    files: Mapping[str, int]
    offline: bool = False

    @property
    def size(self) -> int:
        """Return the bytes of all files."""
        return sum(self.files.values())


def pulled(repo: str, revision: str = "") -> Path:
    """Return the folder of a repository's weights in the client's cache, downloaded if need be.

    Args:
        repo: owner and name.
        revision: a branch, a tag or a commit; the main branch if empty.

    Raises:
        ZooError: the Hub does not give them, or they are not what they claim to be.
    """
    return pull(HubName(repo, revision)).path


def pull(
    name: HubName,
    *,
    hub: Hub | None = None,
    registry: Registry | None = None,
    with_state: bool = False,
) -> Pulled:
    """Download weights into the client's cache, checked; what is there already is not downloaded.

    Args:
        name: the repository, and which state of it.
        hub: how the Hub is asked.
        registry: where the names in its configuration are looked up.
        with_state: get what resuming needs too.

    Raises:
        ZooError: the Hub does not give them, or they are not what they claim to be.
    """
    hub = hub or Hub()
    if name.is_pinned:
        # a commit never changes, so nobody need be asked about one that is here
        here = _from_cache(hub, name, with_state=with_state)
        if here is not None:
            return here
    try:
        remote = hub.look(name.repo, name.revision)
    except HubError as error:
        here = _from_cache(hub, name, with_state=with_state) if _is_away(error) else None
        if here is None:
            raise
        return here
    return _Download(hub, name, registry).all_of(remote, with_state=with_state)


def copy_bundle(found: Pulled, directory: Path) -> Path:
    """Copy pulled weights into a folder of their own, whole or not at all.

    Args:
        found: the weights.
        directory: a new or an empty one.

    Raises:
        ZooError: it holds something, or cannot be written.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise ZooError(
            f"{str(directory)!r} is not empty", hint="`directory` takes a new or an empty folder"
        )
    with whole_folder(directory, over=False, hint="`directory` names another folder") as whole:
        for name in found.files:
            target = whole / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(found.path / name, target)
        read_bundle(whole)
    return directory


def needed_files(config: BundleConfig, *, with_state: bool) -> dict[str, str]:
    """Return the files that a configuration asks for, with their sha256.

    Raises:
        ZooError: the state is asked for and not there.
    """
    names = list(config.components.values())
    if with_state:
        if not config.state:
            raise ZooError(
                "these weights were pushed without what resuming needs",
                hint="`zoo push RUN REPO --with-state` pushes it too; `zoo train --init REPO` "
                "begins a new run with them",
            )
        names += [f"{STATE}/{name}" for name in config.state]
    return {name: config.sha256[name] for name in names}


def _is_away(error: HubError) -> bool:
    """Return whether the Hub could not be asked, so that the cache may answer for it."""
    return error.failure.kind == "offline" or error.failure.is_passing


def _from_cache(hub: Hub, name: HubName, *, with_state: bool) -> Pulled | None:
    """Return weights that are whole in the cache, or None."""
    found = hub.cached(name.repo, CONFIG, name.revision or MAIN)
    if found is None:
        return None
    commit = found.parent.name
    config = read_bundle_config(found)
    files = needed_files(config, with_state=with_state)
    places = {file: hub.cached(name.repo, file, commit) for file in files}
    for file, place in places.items():
        if place is None or sha256_of(place) != files[file]:
            return None
    sizes = {file: (found.parent / file).stat().st_size for file in (CONFIG, *files)}
    return Pulled(name=name, commit=commit, path=found.parent, files=sizes, offline=True)


class _Download:
    """One pull: what is asked, and of whom."""

    def __init__(self, hub: Hub, name: HubName, registry: Registry | None) -> None:
        self.hub, self.name, self.registry = hub, name, registry

    def all_of(self, remote: Remote, *, with_state: bool) -> Pulled:
        """Get the configuration, compare what it claims, and get what it names."""
        path, remote = self._config(remote)
        config = read_bundle_config(path)
        files = needed_files(config, with_state=with_state)
        self._check_remote(remote, files)
        sizes = {file: remote.files[file].size for file in files}
        check_claims(config, sizes, name=str(self.name), registry=self.registry)
        for file, digest in files.items():
            self._checked(remote, file, digest)
        sizes[CONFIG] = remote.files[CONFIG].size
        return Pulled(name=self.name, commit=remote.commit, path=path.parent, files=sizes)

    def _config(self, remote: Remote) -> tuple[Path, Remote]:
        """Return the configuration, and the state of the repository that it is of."""
        self._check_config(remote)
        # by the name of the branch, so that the cache remembers which commit that was
        path = self.hub.fetch(self.name.repo, CONFIG, self.name.revision)
        if path.parent.name != remote.commit:
            remote = self.hub.look(self.name.repo, path.parent.name)
            self._check_config(remote)
        if not is_described(path, remote.files[CONFIG]):
            path = self.hub.fetch(self.name.repo, CONFIG, remote.commit, again=True)
        if not is_described(path, remote.files[CONFIG]):
            raise self._damaged(path, CONFIG)
        return path, remote

    def _check_config(self, remote: Remote) -> None:
        described = remote.files.get(CONFIG)
        if described is None:
            raise ZooError(
                f"{self.name.repo!r} has no {CONFIG}, so it holds no weights of GAN Zoo",
                hint="`zoo push` makes such repositories",
            )
        if described.size > LARGEST:
            raise ZooError(
                f"{CONFIG} of {self.name.repo!r} has {described.size:,} bytes, so it is none of "
                "GAN Zoo's",
                hint="nothing was downloaded",
            )

    def _check_remote(self, remote: Remote, files: Mapping[str, str]) -> None:
        for file, digest in files.items():
            described = remote.files.get(file)
            if described is None:
                raise ZooError(
                    f"{self.name.repo!r} lacks {file!r}, which its {CONFIG} names",
                    hint="it was not pushed whole: tell its owner; nothing was downloaded",
                )
            if described.sha256 and described.sha256 != digest:
                raise ZooError(
                    f"{file!r} of {self.name.repo!r} is not the one that its {CONFIG} names: the "
                    "checksums differ",
                    hint="it was changed after the push: tell its owner; nothing was downloaded",
                )

    def _checked(self, remote: Remote, file: str, digest: str) -> None:
        """Get a file; one whose checksum differs is removed and got once more."""
        path = self.hub.fetch(remote.repo, file, remote.commit)
        if sha256_of(path) == digest:
            return
        _forget(path)
        path = self.hub.fetch(remote.repo, file, remote.commit, again=True)
        if sha256_of(path) != digest:
            raise self._damaged(path, file)

    def _damaged(self, path: Path, file: str) -> ZooError:
        _forget(path)
        return ZooError(
            f"{file!r} of {self.name.repo!r} was downloaded twice, and its checksum is wrong both "
            "times",
            hint="the connection or the Hub damages it; nothing of it was kept: try again later",
        )


def _forget(path: Path) -> None:
    """Remove a file of the cache, and what it is a link to."""
    for place in (Path(os.path.realpath(path)), path):
        place.unlink(missing_ok=True)
