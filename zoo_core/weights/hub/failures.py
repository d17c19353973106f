"""What can go wrong with the Hub, in words, each with a way out."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Literal

from zoo_core.errors import ZooError

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may be others a moment later."""

Kind = Literal[
    "offline", "unreachable", "status", "gated", "repository", "revision", "file", "here", "other"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why the Hub did not do what it was asked.

    Args:
        kind: offline (by choice), unreachable, an answer's status, a gated or missing repository,
            a missing revision or file, something on this machine, or other.
        status: of the answer; 0 without one.
        said: what the Hub said, in one line.
        retry_after: seconds to wait as the Hub asks; None if it does not ask.
        number: errno of an error on this machine.
    """

    kind: Kind
    status: int = 0
    said: str = ""
    retry_after: float | None = None
    number: int = 0

    @property
    def is_passing(self) -> bool:
        """Return whether the same request may succeed a moment later."""
        return self.kind == "unreachable" or self.status in PASSING

    @property
    def leaves_open(self) -> bool:
        """Return whether the Hub may have done what it was asked, although it did not say so."""
        return self.is_passing and self.status != 429


class HubError(ZooError):
    """An error of the Hub, with what it was.

    Args:
        message: as of every `ZooError`.
        hint: the way out.
        failure: what happened.
    """

    def __init__(self, message: str, *, hint: str = "", failure: Failure | None = None) -> None:
        super().__init__(message, hint=hint)
        self.failure = failure or Failure(kind="other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked of which repository.

    Args:
        doing: the work, such as "reading" or "writing to".
        repo: owner and name.
        revision: a branch, tag or commit, or empty.
        file: within the repository, or empty.
        endpoint: address of the Hub.
        with_token: a token was sent.
    """

    doing: str
    repo: str
    revision: str = ""
    file: str = ""
    endpoint: str
    with_token: bool

    @property
    def page(self) -> str:
        """Return the address of the repository's page."""
        return f"{self.endpoint}/{self.repo}"

    @property
    def tokens(self) -> str:
        """Return the address where tokens are made."""
        return f"{self.endpoint}/settings/tokens"


def explained(failure: Failure, asked: Asked) -> HubError:
    """Return the error for the user."""
    message, hint = _texts(failure, asked)
    return HubError(message, hint=hint, failure=failure)


def no_token(asked: Asked) -> HubError:
    """Return the error for who has not logged in."""
    return HubError(
        f"{asked.doing} {asked.repo!r} needs a token, and there is none",
        hint=f"make one with the role 'write' at {asked.tokens}, then `hf auth login`, or set "
        "HF_TOKEN",
        failure=Failure(kind="status", status=401),
    )


def _texts(failure: Failure, asked: Asked) -> tuple[str, str]:
    special = {
        "offline": _offline,
        "unreachable": _unreachable,
        "gated": _gated,
        "repository": _no_repository,
        "revision": _no_revision,
        "file": _no_file,
        "here": _here,
    }
    if failure.kind in special:
        return special[failure.kind](failure, asked)
    if failure.status in _BY_STATUS:
        return _BY_STATUS[failure.status](failure, asked)
    if failure.status >= 500:
        return _trouble(failure, asked)
    return _refused(failure, asked)


def _offline(_: Failure, asked: Asked) -> tuple[str, str]:
    what = f"{asked.file} of {asked.repo!r}" if asked.file else repr(asked.repo)
    return (
        f"{what} is not in the cache, and HF_HUB_OFFLINE forbids to ask the Hub",
        "unset HF_HUB_OFFLINE, or pull it once with a connection",
    )


def _unreachable(failure: Failure, asked: Asked) -> tuple[str, str]:
    return (
        f"the Hub at {asked.endpoint} cannot be reached while {asked.doing} {asked.repo!r}"
        + _said(failure),
        "check the connection and repeat the command; what was pulled before works without one",
    )


def _gated(_: Failure, asked: Asked) -> tuple[str, str]:
    login = "" if asked.with_token else ", then log in with `hf auth login` or set HF_TOKEN"
    return (
        f"{asked.repo!r} is gated: its owner decides who gets its files",
        f"ask for access at {asked.page}{login}",
    )


def _no_repository(_: Failure, asked: Asked) -> tuple[str, str]:
    if asked.with_token:
        return (
            f"there is no repository {asked.repo!r}, or your token may not see it",
            "check the name; `hf auth whoami` says whose token it is",
        )
    return (
        f"there is no repository {asked.repo!r} that can be seen without a token",
        "check the name; a private one needs `hf auth login`, or HF_TOKEN",
    )


def _no_revision(_: Failure, asked: Asked) -> tuple[str, str]:
    return (
        f"{asked.repo!r} has no revision {asked.revision!r}",
        f"a branch, a tag or a whole commit id; {asked.page}/tree/main lists them",
    )


def _no_file(_: Failure, asked: Asked) -> tuple[str, str]:
    return (
        f"{asked.repo!r} has no file {asked.file!r}",
        f"look at {asked.page}/tree/{asked.revision or 'main'}, or ask its owner",
    )


def _here(failure: Failure, asked: Asked) -> tuple[str, str]:
    if failure.number in (errno.ENOSPC, errno.EDQUOT):
        return (
            f"the disk is full while {asked.doing} {asked.repo!r}",
            "make room and repeat the command; HF_HOME names another place for the cache",
        )
    return (
        f"{asked.doing} {asked.repo!r} fails on this machine{_said(failure)}",
        "HF_HOME names another place for the cache",
    )


def _wrong_token(failure: Failure, asked: Asked) -> tuple[str, str]:
    if not asked.with_token:
        return _no_repository(failure, asked)
    return (
        f"the Hub does not accept your token while {asked.doing} {asked.repo!r}",
        f"`hf auth login` with one from {asked.tokens}; HF_TOKEN, where it is set, comes first",
    )


def _forbidden(_: Failure, asked: Asked) -> tuple[str, str]:
    return (
        f"your token does not allow {asked.doing} {asked.repo!r}",
        f"take one with the role 'write' of {asked.repo.partition('/')[0]!r} from {asked.tokens}, "
        "then `hf auth login`",
    )


def _bad(failure: Failure, asked: Asked) -> tuple[str, str]:
    return (
        f"the Hub refuses {asked.doing} {asked.repo!r}{_said(failure)}",
        "a licence that it knows is written like `--licence apache-2.0`"
        if "license" in failure.said
        else f"see what is special about {asked.page}",
    )


def _moved(_: Failure, asked: Asked) -> tuple[str, str]:
    return (
        f"{asked.repo!r} changes while it is written to, and nothing was pushed",
        "somebody else pushes there too: look at it, then push again",
    )


def _busy(failure: Failure, asked: Asked) -> tuple[str, str]:
    after = "" if failure.retry_after is None else f" in {failure.retry_after:.0f} seconds"
    return (
        f"the Hub answers that there are too many requests while {asked.doing} {asked.repo!r}",
        f"repeat the command{after or ' later'}",
    )


def _trouble(failure: Failure, asked: Asked) -> tuple[str, str]:
    return (
        f"the Hub has trouble (status {failure.status}) while {asked.doing} {asked.repo!r}",
        "repeat the command later; nothing is left half done",
    )


def _refused(failure: Failure, asked: Asked) -> tuple[str, str]:
    status = f" (status {failure.status})" if failure.status else ""
    return (
        f"{asked.doing} {asked.repo!r} does not work{status}{_said(failure)}",
        "repeat the command; `hf auth whoami` says whether the Hub knows you",
    )


def _said(failure: Failure) -> str:
    return f": {failure.said}" if failure.said else ""


_BY_STATUS = {
    400: _bad,
    401: _wrong_token,
    403: _forbidden,
    404: _no_repository,
    409: _moved,
    412: _moved,
    422: _bad,
    429: _busy,
}
