"""Errors of the Hub's client, and the table of what they mean."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

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


def _is_local(error: BaseException) -> bool:
    """Return whether an error is of files here, not of a connection."""
    return (
        isinstance(error, OSError)
        and bool(error.errno)
        and not isinstance(error, ConnectionError | TimeoutError)
    )


def _speaks_a_status(error: BaseException) -> bool:
    """Return whether an error has its answer's status in words only: what moves large files."""
    return _SPOKEN_STATUS.search(str(error)) is not None


Test = type[BaseException] | tuple[type[BaseException], ...] | Callable[[BaseException], bool]

MEANINGS: tuple[tuple[Test, Kind], ...] = (
    (OfflineModeIsEnabled, "offline"),
    (GatedRepoError, "gated"),
    (RepositoryNotFoundError, "no repository"),
    (RevisionNotFoundError, "no revision"),
    (RemoteEntryNotFoundError, "no file"),
    (HfHubHTTPError, "status"),
    (_is_local, "this machine"),
    (_speaks_a_status, "status"),
    (HTTPError, "unreachable"),
    # a body that ends early is an OSError without a number; uploads to Xet raise RuntimeErrors
    ((OSError, RuntimeError), "unreachable"),
    (BaseException, "other"),
)
"""The first one that an error, or what caused it, fits is what it means."""


def failure_of(error: BaseException) -> Failure:
    """Return what an error of the client means."""
    chain = list(_chain(error))
    found, kind = next((one, kind) for test, kind in MEANINGS for one in chain if _fits(one, test))
    return Failure(
        kind=kind,
        status=_status(found),
        said=_said(found),
        retry_after=_retry_after(found),
        number=(found.errno or 0) if isinstance(found, OSError) else 0,
    )


def _fits(error: BaseException, test: Test) -> bool:
    return isinstance(error, test) if isinstance(test, type | tuple) else test(error)


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
    if response is not None:
        return int(response.status_code)
    spoken = _SPOKEN_STATUS.search(str(error))
    return int(spoken[1]) if spoken else 0


def _retry_after(error: BaseException) -> float | None:
    response = getattr(error, "response", None)
    text = "" if response is None else response.headers.get("Retry-After", "")
    return float(text) if text.isdigit() else None


def _said(error: BaseException) -> str:
    """Return what the Hub, or this machine, says, in one line."""
    if isinstance(error, HfHubHTTPError):
        text = error.server_message or ""
    elif _is_local(error):
        text = getattr(error, "strerror", None) or str(error)
    else:
        text = str(error)
    line = " ".join(text.split())
    return line if len(line) <= LINE else line[: LINE - 1] + "…"
