"""The tables of what the client's errors mean, and of what is said of them."""

from __future__ import annotations

import errno
import re
import subprocess
import sys
from pathlib import Path

import pytest
from huggingface_hub.errors import HTTPError

from zoo_core.weights.hub.client_errors import failure_of
from zoo_core.weights.hub.failures import SAYINGS, Failure, Request, Saying, explained, saying_of

ROOT = Path(__file__).resolve().parents[2]
DOCS = (ROOT / "docs" / "hub-failures.md").read_text(encoding="utf-8")
KINDS = ("no token", "offline", "unreachable", "gated", "no repository", "no revision", "no file")

FAILURES = (
    *(Failure(kind=kind) for kind in KINDS),
    Failure(kind="this machine", said="permission denied", number=errno.EACCES),
    Failure(kind="this machine", said="no space left", number=errno.ENOSPC),
    *(Failure(kind="status", status=status) for status in (400, 401, 403, 404, 409, 412, 418)),
    *(Failure(kind="status", status=status) for status in (422, 429, 500, 503)),
    Failure(kind="status", status=400, said='"license" must be one of'),
    Failure(kind="status", status=429, retry_after=7.4),
    Failure(kind="other", said="nobody knows"),
)


def request_for(*, file: str = "", with_token: bool = True) -> Request:
    return Request(
        doing="reading",
        repo="ada/digits",
        revision="v1",
        file=file,
        endpoint="https://hub.example",
        with_token=with_token,
    )


REQUESTS = (
    request_for(),
    request_for(with_token=False),
    request_for(file="config.json"),
)


@pytest.mark.parametrize("saying", SAYINGS, ids=lambda saying: saying.message[:40])
def test_every_line_of_the_table_is_said_of_something(saying: Saying) -> None:
    assert saying in [saying_of(failure, one) for failure in FAILURES for one in REQUESTS]


@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.case)
@pytest.mark.parametrize("request_", REQUESTS)
def test_every_failure_has_a_message_and_a_way_out(failure: Failure, request_: Request) -> None:
    found = explained(failure, request_)
    assert found.failure is failure
    assert "ada/digits" in found.message
    assert found.hint
    assert not set("{}") & set(found.message + found.hint)


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (
            Failure(kind="unreachable", said="connection refused"),
            "the Hub at https://hub.example cannot be reached while reading 'ada/digits': "
            "connection refused\nHint: check the connection and repeat the command; what was "
            "pulled before works without one",
        ),
        (
            Failure(kind="status", status=418, said="a teapot"),
            "reading 'ada/digits' does not work (status 418): a teapot\nHint: repeat the command; "
            "`hf auth whoami` says whether the Hub knows you",
        ),
        (
            Failure(kind="status", status=429, retry_after=7.4),
            "the Hub answers that there are too many requests while reading 'ada/digits'\n"
            "Hint: repeat the command in 7 seconds",
        ),
        (
            Failure(kind="no file"),
            "'ada/digits' has no file ''\n"
            "Hint: look at https://hub.example/ada/digits/tree/v1, or ask its owner",
        ),
    ],
)
def test_the_fields_of_a_line_are_filled(failure: Failure, text: str) -> None:
    assert str(explained(failure, request_for())) == text


def caused(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), ("this machine", 0, errno.ENOSPC)),
        (ConnectionResetError(errno.ECONNRESET, "reset"), ("unreachable", 0, errno.ECONNRESET)),
        (OSError("the body ended early"), ("unreachable", 0, 0)),
        (HTTPError("refused"), ("unreachable", 0, 0)),
        (caused(ValueError("no"), HTTPError("refused")), ("unreachable", 0, 0)),
        (caused(RuntimeError("no"), OSError(errno.EACCES, "x")), ("this machine", 0, errno.EACCES)),
        (RuntimeError("HTTP status server error (503 Service Unavailable)"), ("status", 503, 0)),
        (ValueError("nobody knows"), ("other", 0, 0)),
    ],
)
def test_what_an_error_of_the_client_means(
    error: BaseException, failure: tuple[str, int, int]
) -> None:
    found = failure_of(error)
    assert (found.kind, found.status, found.number) == failure
    assert found.said


def test_what_the_documentation_quotes_is_said() -> None:
    push = (ROOT / "zoo_core/weights/publication/push.py").read_text(encoding="utf-8")
    said = push + "".join(saying.message for saying in SAYINGS)
    quoted = re.findall(r'"([^"`]+)"', DOCS)
    assert quoted
    assert not [text for text in quoted if text not in said]


@pytest.mark.slow
def test_the_reference_is_current() -> None:
    command = [sys.executable, str(ROOT / "tools" / "make_reference.py"), "--check"]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
