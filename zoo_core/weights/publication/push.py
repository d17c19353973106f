"""Push weights to the Hub: one commit with all that belongs together, or none.

The commit names the one it follows, so it can be repeated when its answer is lost: the Hub refuses
a second one. Files that the Hub has already are not sent again, and nothing new is no commit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.weights.bundle.bundle import CONFIG, SAMPLES, STATE, read_bundle_config
from zoo_core.weights.bundle.config import BundleConfig
from zoo_core.weights.bundle.untrusted import LARGEST
from zoo_core.weights.hub.client import Hub
from zoo_core.weights.hub.failures import HubError
from zoo_core.weights.hub.remote import Remote, is_described
from zoo_core.weights.publication.package import Package, Wishes, check_wishes, packed

ATTEMPTS = 3
"""Commits that are tried, where others commit too or answers are lost."""

WRITING = "writing to"

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushed:
    """What a push did.

    Args:
        repo: owner and name.
        commit: the state of the repository that holds the weights.
        is_new: a commit was made; else the repository had them already.
        files: path to size in bytes.
        page: address of the repository.
        tag: its name, or empty.
        created: the repository was made.
    """

    repo: str
    commit: str
    is_new: bool
    files: Mapping[str, int]
    page: str
    tag: str = ""
    created: bool = False


def push(
    source: str | Path,
    repo: str,
    wishes: Wishes | None = None,
    *,
    hub: Hub | None = None,
    registry: Registry | None = None,
    say: Say | None = None,
) -> Pushed:
    """Push the weights of a run, of a checkpoint or of a bundle, in one commit or in none.

    Args:
        source: what `load` takes.
        repo: owner and name.
        wishes: how.
        hub: how the Hub is asked.
        registry: where names are looked up; all installed plugins by default.
        say: is told what happens.

    Raises:
        ZooError: no such source, or the Hub does not take it; the repository is as it was.
    """
    wishes, hub = wishes or Wishes(), hub or Hub()
    check_wishes(repo, wishes)
    hub.need_token(WRITING, repo)
    with packed(source, repo, wishes, registry=registry) as package:
        return send(package, repo, wishes, hub=hub, say=say)


def send(
    package: Package,
    repo: str,
    wishes: Wishes | None = None,
    *,
    hub: Hub | None = None,
    say: Say | None = None,
) -> Pushed:
    """Push what is packed already.

    Args:
        package: what.
        repo: owner and name.
        wishes: how.
        hub: how the Hub is asked.
        say: is told what happens.

    Raises:
        ZooError: the Hub does not take it; the repository is as it was.
    """
    wishes, hub = wishes or Wishes(), hub or Hub()
    check_wishes(repo, wishes)
    hub.need_token(WRITING, repo)
    return _Push(hub, repo, wishes, package, say or (lambda _: None)).done()


class _Push:
    """One push: what goes where."""

    def __init__(self, hub: Hub, repo: str, wishes: Wishes, package: Package, say: Say) -> None:
        self.hub, self.repo, self.wishes = hub, repo, wishes
        self.package, self.say = package, say

    def done(self) -> Pushed:
        """Push, and look whether it arrived."""
        remote = self.hub.find(self.repo)
        created = remote is None and self.hub.create(self.repo, private=self.wishes.private)
        try:
            remote = remote or self.hub.look(self.repo)
            commit, is_new = self._committed(remote)
            self._check_arrived(self.hub.look(self.repo, commit))
        except ZooError:
            if created:
                self._discard_empty()
            raise
        if self.wishes.tag:
            self.hub.tag(self.repo, self.wishes.tag, commit)
        return Pushed(
            repo=self.repo,
            commit=commit,
            is_new=is_new,
            files=self.package.files,
            page=f"{self.hub.endpoint}/{self.repo}",
            tag=self.wishes.tag,
            created=created,
        )

    def _committed(self, remote: Remote) -> tuple[str, bool]:
        """Return the commit that holds the weights, and whether it was made now."""
        self._check_remote(remote)
        sent = False
        for attempt in range(1, ATTEMPTS + 1):
            changed, gone = self._changes(remote)
            if not changed and not gone:
                if sent:
                    self.say("the Hub's answer was lost, but the commit is there")
                return remote.commit, sent
            try:
                return self._commit(remote, changed, gone), True
            except HubError as error:
                moved = error.failure.status in (409, 412)
                if attempt == ATTEMPTS or not (moved or error.failure.leaves_open):
                    raise
                sent = sent or error.failure.leaves_open
                self.say(f"{error.message}; looking what is there now")
                remote = self._looked_again(error)
                if moved:
                    self._check_remote(remote)
        raise AssertionError("the last attempt returns or raises")

    def _commit(self, remote: Remote, changed: Mapping[str, Path], gone: list[str]) -> str:
        size = sum(self.package.files[name] for name in changed)
        self.say(f"uploading {', '.join(changed) or 'nothing'} ({size / 1e6:.3g} MB)")
        return self.hub.commit(
            self.repo,
            changed,
            gone=gone,
            parent=remote.commit,
            message=self.wishes.message or self._message(),
        )

    def _looked_again(self, error: HubError) -> Remote:
        try:
            return self.hub.look(self.repo)
        except HubError as second:
            raise HubError(
                f"{error.message}; whether it was pushed is not known",
                hint="repeat the command: what is there already is not pushed again",
                failure=error.failure,
            ) from second

    def _message(self) -> str:
        step, kind = self.package.config.step, self.package.config.weights
        weights = "moving average" if kind == "average" else "weights"
        return f"{weights} of step {step:,}" if step is not None else "imported weights"

    def _check_remote(self, remote: Remote) -> None:
        """Refuse a repository that is not ours to write into."""
        if self.wishes.private and not remote.private:
            raise ZooError(
                f"{self.repo!r} is there already and everybody can see it; nothing was pushed",
                hint=f"make it private at {self.hub.endpoint}/{self.repo}/settings, or push "
                "without `private=True`",
            )
        if CONFIG in remote.files:
            self._config_of(remote)
        tag = self.wishes.tag
        if not tag:
            return
        tags, same = self.hub.tags(self.repo), not any(self._changes(remote))
        if tag in tags and not (same and tags[tag] == remote.commit):
            raise ZooError(
                f"{self.repo!r} has a tag {tag!r} already, for other weights; nothing was pushed",
                hint=f"a tag names one state for ever: take another, such as `tag={tag + '.1'!r}`",
            )

    def _config_of(self, remote: Remote) -> BundleConfig:
        """Return the configuration that is there now.

        Raises:
            ZooError: it is not one of ours.
        """
        if remote.files[CONFIG].size > LARGEST:
            raise _foreign(self.repo)
        path = self.hub.fetch(self.repo, CONFIG, remote.commit)
        try:
            return read_bundle_config(path)
        except ZooError as error:
            raise _foreign(self.repo) from error

    def _changes(self, remote: Remote) -> tuple[dict[str, Path], list[str]]:
        """Return which files the repository has not, and which are there from an earlier push."""
        return self._missing(remote), [n for n in self._earlier(remote) if n in remote.files]

    def _missing(self, remote: Remote) -> dict[str, Path]:
        return {
            name: path
            for name, path in self.package.paths.items()
            if name not in remote.files or not is_described(path, remote.files[name])
        }

    def _earlier(self, remote: Remote) -> list[str]:
        """Return the files of an earlier push that this one does not have."""
        if CONFIG not in remote.files:
            return []
        config = self._config_of(remote)
        names = [*config.components.values(), SAMPLES]
        names += [f"{STATE}/{name}" for name in config.state]
        return [name for name in names if name not in self.package.files]

    def _check_arrived(self, remote: Remote) -> None:
        missing = self._missing(remote)
        if missing:
            raise ZooError(
                f"{', '.join(missing)} of {self.repo!r} did not arrive as sent",
                hint="push again; what arrived is not sent twice",
            )

    def _discard_empty(self) -> None:
        """Remove a repository that was made for this push, if it is as it was then."""
        with suppress(ZooError):
            remote = self.hub.find(self.repo)
            if remote is not None and set(remote.files) <= {".gitattributes"}:
                self.hub.discard(self.repo)


def _foreign(repo: str) -> ZooError:
    return ZooError(
        f"{repo!r} holds something else than weights of GAN Zoo; nothing was pushed",
        hint="choose another repository, or remove its config.json if it is to be replaced",
    )
