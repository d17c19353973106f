"""What can go wrong with the Hub, and the table of what is said of it, each with a way out."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import Literal

from zoo_core.errors import ZooError

PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Answers that may be others a moment later."""

FULL = frozenset({errno.ENOSPC, errno.EDQUOT})

Kind = Literal[
    "no token",
    "offline",
    "unreachable",
    "status",
    "gated",
    "no repository",
    "no revision",
    "no file",
    "this machine",
    "other",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why the Hub did not do what it was asked.

    Args:
        kind: what it was; "offline" is by choice, and "status" an answer that tells no more.
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

    @property
    def case(self) -> str:
        """Return what it is called in `SAYINGS`."""
        if self.kind not in ("status", "other"):
            return self.kind
        return "500 and more" if self.status >= 500 else str(self.status)


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
class Request:
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


Condition = Literal[
    "", "with a token", "without one", "of a file", "the disk is full", "of a licence", "says when"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What is said of a failure.

    Args:
        of: kinds of failures, and statuses of answers; "any" for all.
        when: what must hold as well.
        message: with fields in braces, as `fields_of` has them.
        hint: likewise.
    """

    of: tuple[str, ...]
    when: Condition = ""
    message: str
    hint: str


SAYINGS = (
    Saying(
        of=("no token",),
        message="{doing} {repo!r} needs a token, and there is none",
        hint="make one with the role 'write' at {tokens}, then `hf auth login`, or set HF_TOKEN",
    ),
    Saying(
        of=("offline",),
        when="of a file",
        message="{file} of {repo!r} is not in the cache, and HF_HUB_OFFLINE forbids to ask the Hub",
        hint="unset HF_HUB_OFFLINE, or pull it once with a connection",
    ),
    Saying(
        of=("offline",),
        message="{repo!r} is not in the cache, and HF_HUB_OFFLINE forbids to ask the Hub",
        hint="unset HF_HUB_OFFLINE, or pull it once with a connection",
    ),
    Saying(
        of=("unreachable",),
        message="the Hub at {endpoint} cannot be reached while {doing} {repo!r}{because}",
        hint="check the connection and repeat the command; what was pulled before works without "
        "one",
    ),
    Saying(
        of=("gated",),
        when="with a token",
        message="{repo!r} is gated: its owner decides who gets its files",
        hint="ask for access at {page}",
    ),
    Saying(
        of=("gated",),
        when="without one",
        message="{repo!r} is gated: its owner decides who gets its files",
        hint="ask for access at {page}, then log in with `hf auth login` or set HF_TOKEN",
    ),
    Saying(
        of=("no repository", "404"),
        when="with a token",
        message="there is no repository {repo!r}, or your token may not see it",
        hint="check the name; `hf auth whoami` says whose token it is",
    ),
    Saying(
        of=("no repository", "401", "404"),
        when="without one",
        message="there is no repository {repo!r} that can be seen without a token",
        hint="check the name; a private one needs `hf auth login`, or HF_TOKEN",
    ),
    Saying(
        of=("no revision",),
        message="{repo!r} has no revision {revision!r}",
        hint="a branch, a tag or a whole commit id; {page}/tree/main lists them",
    ),
    Saying(
        of=("no file",),
        message="{repo!r} has no file {file!r}",
        hint="look at {page}/tree/{branch}, or ask its owner",
    ),
    Saying(
        of=("this machine",),
        when="the disk is full",
        message="the disk is full while {doing} {repo!r}",
        hint="make room and repeat the command; HF_HOME names another place for the cache",
    ),
    Saying(
        of=("this machine",),
        message="{doing} {repo!r} fails on this machine{because}",
        hint="HF_HOME names another place for the cache",
    ),
    Saying(
        of=("401",),
        when="with a token",
        message="the Hub does not accept your token while {doing} {repo!r}",
        hint="`hf auth login` with one from {tokens}; HF_TOKEN, where it is set, comes first",
    ),
    Saying(
        of=("403",),
        message="your token does not allow {doing} {repo!r}",
        hint="take one with the role 'write' of {owner!r} from {tokens}, then `hf auth login`",
    ),
    Saying(
        of=("400", "422"),
        when="of a licence",
        message="the Hub refuses {doing} {repo!r}{because}",
        hint="a licence that it knows is written like `licence='apache-2.0'`",
    ),
    Saying(
        of=("400", "422"),
        message="the Hub refuses {doing} {repo!r}{because}",
        hint="see what is special about {page}",
    ),
    Saying(
        of=("409", "412"),
        message="{repo!r} changes while it is written to, and nothing was pushed",
        hint="somebody else pushes there too: look at it, then push again",
    ),
    Saying(
        of=("429",),
        when="says when",
        message="the Hub answers that there are too many requests while {doing} {repo!r}",
        hint="repeat the command in {seconds} seconds",
    ),
    Saying(
        of=("429",),
        message="the Hub answers that there are too many requests while {doing} {repo!r}",
        hint="repeat the command later",
    ),
    Saying(
        of=("500 and more",),
        message="the Hub has trouble (status {status}) while {doing} {repo!r}",
        hint="repeat the command later; nothing is left half done",
    ),
    Saying(
        of=("any",),
        message="{doing} {repo!r} does not work{answer}{because}",
        hint="repeat the command; `hf auth whoami` says whether the Hub knows you",
    ),
)
"""The first one that fits is said."""


def explained(failure: Failure, request: Request) -> HubError:
    """Return the error for the user."""
    saying, fields = saying_of(failure, request), fields_of(failure, request)
    return HubError(
        saying.message.format(**fields), hint=saying.hint.format(**fields), failure=failure
    )


def saying_of(failure: Failure, request: Request) -> Saying:
    """Return the first line of the table that fits."""
    holds = {
        "": True,
        "with a token": request.with_token,
        "without one": not request.with_token,
        "of a file": bool(request.file),
        "the disk is full": failure.number in FULL,
        "of a licence": "license" in failure.said,
        "says when": failure.retry_after is not None,
    }
    return next(
        saying
        for saying in SAYINGS
        if {failure.case, "any"} & set(saying.of) and holds[saying.when]
    )


def fields_of(failure: Failure, request: Request) -> dict[str, str]:
    """Return what stands in the braces of the table."""
    return {
        "doing": request.doing,
        "repo": request.repo,
        "owner": request.repo.partition("/")[0],
        "revision": request.revision,
        "branch": request.revision or "main",
        "file": request.file,
        "endpoint": request.endpoint,
        "page": f"{request.endpoint}/{request.repo}",
        "tokens": f"{request.endpoint}/settings/tokens",
        "status": str(failure.status),
        "answer": f" (status {failure.status})" if failure.status else "",
        "because": f": {failure.said}" if failure.said else "",
        "seconds": f"{failure.retry_after or 0:.0f}",
    }
