"""The Hub, through its own client: the one module that asks it anything.

Every error of the client becomes a `HubError` with a way out. Requests that change nothing, or that
change nothing when repeated, are repeated after a pause; the client itself resumes downloads.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    get_token,
    try_to_load_from_cache,
)
from huggingface_hub import logging as client_logging
from huggingface_hub.utils.tqdm import (
    are_progress_bars_disabled,
    disable_progress_bars,
    enable_progress_bars,
)

from zoo_core.version import VERSION
from zoo_core.weights.hub.client_errors import CLIENT_ERRORS, failure_of
from zoo_core.weights.hub.failures import Failure, HubError, Request, explained
from zoo_core.weights.hub.remote import Remote, RemoteFile

PAUSES = (1.0, 2.0, 4.0)
"""Seconds before a request is repeated, where the Hub does not say how long."""

LONGEST_PAUSE = 60.0
"""Seconds that are waited at most because the Hub asks for it."""

PATIENCE = 30.0
"""Seconds after which nothing is repeated any more: newer clients have repeated it themselves."""

Found = TypeVar("Found")


class Hub:
    """Ask the Hub.

    Address, token and cache are the client's: HF_ENDPOINT, HF_TOKEN or what `hf auth login` saved,
    and HF_HOME or HF_HUB_CACHE.

    Args:
        progress: let the client show on stderr how far a transfer is, if that is a terminal.
    """

    def __init__(self, *, progress: bool = False) -> None:
        self.progress = progress
        self.api = HfApi(
            endpoint=os.environ.get("HF_ENDPOINT") or None,
            library_name="gan-zoo",
            library_version=VERSION,
        )

    @property
    def endpoint(self) -> str:
        """Return the address of the Hub."""
        return str(self.api.endpoint)

    @property
    def has_token(self) -> bool:
        """Return whether the client has a token to send."""
        return bool(get_token())

    @property
    def cache(self) -> str | None:
        """Return where the client's cache is; None for its usual place."""
        return os.environ.get("HF_HUB_CACHE") or None

    def need_token(self, doing: str, repo: str) -> None:
        """Check that there is a token.

        Raises:
            HubError: there is none; it says how to log in.
        """
        if not self.has_token:
            raise explained(Failure(kind="no token", status=401), self._request(doing, repo))

    def look(self, repo: str, revision: str = "") -> Remote:
        """Return what a repository holds at a revision.

        Raises:
            HubError: no such repository or revision, or the Hub cannot be asked.
        """
        request = self._request("reading", repo, revision=revision)
        found = self._insist(
            request,
            lambda: self.api.model_info(repo, revision=revision or None, files_metadata=True),
        )
        files = {
            each.rfilename: RemoteFile(
                each.size or 0, each.blob_id or "", each.lfs.sha256 if each.lfs else ""
            )
            for each in found.siblings or ()
        }
        return Remote(repo, str(found.sha), bool(found.private), files)

    def find(self, repo: str) -> Remote | None:
        """Return what a repository holds now, or None if the token sees no such repository.

        Raises:
            HubError: the Hub cannot be asked, or does not accept the token.
        """
        try:
            return self.look(repo)
        except HubError as error:
            if error.failure.kind == "no repository":
                return None
            raise

    def fetch(self, repo: str, file: str, revision: str = "", *, again: bool = False) -> Path:
        """Return where a file lies in the client's cache, downloaded if it does not lie there yet.

        Args:
            repo: owner and name.
            file: path in the repository.
            revision: a branch, a tag or a commit; the main branch if empty.
            again: download it even if it lies there.

        Raises:
            HubError: it cannot be downloaded.
        """
        request = self._request("reading", repo, revision=revision, file=file)
        place = self._insist(
            request,
            lambda: self.api.hf_hub_download(
                repo, file, revision=revision or None, cache_dir=self.cache, force_download=again
            ),
        )
        return Path(place)

    def cached(self, repo: str, file: str, revision: str = "") -> Path | None:
        """Return where a file lies in the client's cache; None if it does not. Asks nobody."""
        found = try_to_load_from_cache(repo, file, revision=revision or None, cache_dir=self.cache)
        return Path(found) if isinstance(found, str) else None

    def create(self, repo: str, *, private: bool) -> bool:
        """Make an empty repository; return whether it is new.

        Raises:
            HubError: the token does not allow it.
        """
        try:
            self._insist(
                self._request("making", repo), lambda: self.api.create_repo(repo, private=private)
            )
        except HubError as error:
            # made by a request whose answer was lost, or by somebody else just now
            if error.failure.status == 409:
                return False
            raise
        return True

    def discard(self, repo: str) -> None:
        """Remove a repository.

        Raises:
            HubError: the token does not allow it, or the Hub cannot be asked.
        """
        self._insist(self._request("removing", repo), lambda: self.api.delete_repo(repo))

    def commit(
        self,
        repo: str,
        files: Mapping[str, Path],
        *,
        gone: Iterable[str] = (),
        parent: str,
        message: str,
    ) -> str:
        """Upload files and commit them at once; return the commit. Tried once.

        Args:
            repo: owner and name.
            files: path in the repository to the file here.
            gone: paths that the commit removes.
            parent: the commit that must still be the newest.
            message: of the commit.

        Raises:
            HubError: it was not committed; where `failure.leaves_open`, it may have been.
        """
        operations: list[Any] = [
            *(CommitOperationAdd(name, str(file)) for name, file in files.items()),
            *(CommitOperationDelete(name, is_folder=False) for name in gone),
        ]
        done = self._insist(
            self._request("writing to", repo),
            lambda: self.api.create_commit(
                repo, operations, commit_message=message, parent_commit=parent
            ),
            pauses=(),
        )
        return str(done.oid)

    def tags(self, repo: str) -> dict[str, str]:
        """Return tag to commit.

        Raises:
            HubError: the Hub cannot be asked.
        """
        refs = self._insist(self._request("reading", repo), lambda: self.api.list_repo_refs(repo))
        return {tag.name: tag.target_commit for tag in refs.tags}

    def tag(self, repo: str, name: str, commit: str) -> None:
        """Give a commit a tag; one that is there stays as it is.

        Raises:
            HubError: the token does not allow it, or the Hub cannot be asked.
        """
        self._insist(
            self._request("tagging", repo),
            lambda: self.api.create_tag(repo, tag=name, revision=commit, exist_ok=True),
        )

    def _request(self, doing: str, repo: str, *, revision: str = "", file: str = "") -> Request:
        return Request(
            doing=doing,
            repo=repo,
            revision=revision,
            file=file,
            endpoint=self.endpoint,
            with_token=self.has_token,
        )

    def _insist(
        self, request: Request, call: Callable[[], Found], *, pauses: tuple[float, ...] = PAUSES
    ) -> Found:
        """Return what a call gives; repeat it after pauses where that may help."""
        began = time.monotonic()
        for pause in (*pauses, None):
            try:
                with _own_output(progress=self.progress):
                    return call()
            except CLIENT_ERRORS as error:
                failure = failure_of(error)
                wait = failure.retry_after if failure.retry_after is not None else pause
                late = pause is None or time.monotonic() - began > PATIENCE
                if late or not failure.is_passing or not _bearable(wait):
                    raise explained(failure, request) from error
                time.sleep(wait or 0.0)
        raise AssertionError("the last turn returns or raises")


@contextmanager
def _own_output(*, progress: bool) -> Iterator[None]:
    """Keep the client's remarks, and its bars unless they are wanted, from the terminal."""
    verbosity, bars = client_logging.get_verbosity(), not are_progress_bars_disabled()
    client_logging.set_verbosity(logging.ERROR)
    if bars and not progress:
        disable_progress_bars()
    try:
        yield
    finally:
        client_logging.set_verbosity(verbosity)
        if bars and not progress:
            enable_progress_bars()


def _bearable(pause: float | None) -> bool:
    return pause is not None and pause <= LONGEST_PAUSE
