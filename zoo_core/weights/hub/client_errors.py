"""Errors of the Hub's client, as what they mean."""

from __future__ import annotations

import re
from collections.abc import Iterator

# HTTPError is that of httpx or of httpx2, whichever the client's version is built on
from huggingface_hub.errors import (  # type: ignore[attr-defined]
    GatedRepoError,
    HfHubHTTPError,
    HTTPError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from zoo_core.weights.hub.failures import Failure, Kind

LINE = 300
"""Characters that are shown of what the Hub says."""

CLIENT_ERRORS = (HTTPError, OSError, ValueError, RuntimeError)
"""What the client raises when something does not work."""

_SPOKEN_STATUS = re.compile(r"HTTP status \w+ error \((\d{3}) ")

_KINDS: tuple[tuple[type[BaseException], Kind], ...] = (
    (OfflineModeIsEnabled, "offline"),
    (GatedRepoError, "gated"),
    (RepositoryNotFoundError, "repository"),
    (RevisionNotFoundError, "revision"),
    (RemoteEntryNotFoundError, "file"),
)


def failure_of(error: BaseException) -> Failure:
    """Return what an error of the client, or what caused it, means."""
    chain = list(_chain(error))
    for kind, name in _KINDS:
        for one in chain:
            if isinstance(one, kind):
                return Failure(kind=name, status=_status(one), said=_said(one))
    answered = next((one for one in chain if isinstance(one, HfHubHTTPError)), None)
    if answered is not None:
        return Failure(
            kind="status",
            status=_status(answered),
            said=_said(answered),
            retry_after=_retry_after(answered),
        )
    return _without_answer(error, chain)


def _without_answer(error: BaseException, chain: list[BaseException]) -> Failure:
    local = next((one for one in chain if _is_local(one)), None)
    if isinstance(local, OSError):
        return Failure(
            kind="here", said=_line(local.strerror or str(local)), number=local.errno or 0
        )
    # what moves large files says an answer's status in words only
    spoken = _SPOKEN_STATUS.search(str(error))
    if spoken is not None:
        return Failure(kind="status", status=int(spoken[1]), said=_line(str(error)))
    # a body that ends early is an OSError without a number; uploads to Xet raise RuntimeErrors
    broken = (HTTPError, OSError, RuntimeError)
    if any(isinstance(one, broken) for one in chain):
        cause = next((one for one in chain if isinstance(one, HTTPError)), error)
        return Failure(kind="unreachable", said=_line(str(cause)))
    return Failure(kind="other", said=_line(str(error)))


def _is_local(error: BaseException) -> bool:
    """Return whether an error is of files here, not of a connection."""
    return (
        isinstance(error, OSError)
        and bool(error.errno)
        and not isinstance(error, ConnectionError | TimeoutError)
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """Give an error and what caused it."""
    found: BaseException | None = error
    for _ in range(10):
        if found is None:
            return
        yield found
        found = found.__cause__ or (None if found.__suppress_context__ else found.__context__)


def _status(error: BaseException) -> int:
    response = getattr(error, "response", None)
    return int(response.status_code) if response is not None else 0


def _retry_after(error: HfHubHTTPError) -> float | None:
    text = error.response.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None


def _said(error: BaseException) -> str:
    return _line(str(getattr(error, "server_message", None) or ""))


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LINE else line[: LINE - 1] + "…"
