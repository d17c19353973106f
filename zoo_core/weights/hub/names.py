"""Names on the Hub: `user/repo`, and `user/repo@revision`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from zoo_core.errors import ZooError

SCHEME = "hf://"
"""What a text may begin with to mean a Hub repository and nothing else."""

RUNS = "runs"
"""Where runs are kept unless a user says otherwise: never an owner on the Hub here."""

LONGEST = 96
"""Characters of the longest name of a repository, with its owner."""

_WORD = re.compile(r"[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9_])?", re.ASCII)
_REVISION = re.compile(r"[A-Za-z0-9][\w./+-]*", re.ASCII)
_COMMIT = re.compile(r"[0-9a-f]{40}")
_FORM = "a repository is written USER/NAME, such as ada/digits, and a revision behind an @"


@dataclass(frozen=True, slots=True)
class HubName:
    """A repository on the Hub, and which state of it.

    Args:
        repo: owner and name.
        revision: a branch, a tag or a commit; the main branch if empty.
    """

    repo: str
    revision: str = ""

    @property
    def is_pinned(self) -> bool:
        """Return whether the revision is a whole commit id, which never means anything else."""
        return _COMMIT.fullmatch(self.revision) is not None

    def __str__(self) -> str:
        return f"{self.repo}@{self.revision}" if self.revision else self.repo


def parse_name(text: str) -> HubName | None:
    """Return the repository that a text names by its form, or None; nothing is looked up."""
    repo, at, revision = text.removeprefix(SCHEME).partition("@")
    owner, slash, name = repo.partition("/")
    if not slash or len(repo) > LONGEST or not (_is_word(owner) and _is_word(name)):
        return None
    if at and not _is_revision(revision):
        return None
    return HubName(repo, revision)


def hub_name(text: str) -> HubName:
    """Return the repository that a text names.

    Raises:
        ZooError: another form.
    """
    found = parse_name(text)
    if found is None:
        raise ZooError(f"{text!r} names no repository on the Hub", hint=_FORM)
    return found


def means_hub(text: str) -> bool:
    """Return whether a text that is no path here may be meant as a repository on the Hub.

    Where there is a folder of the owner's name, a path in it is meant: a mistyped `runs/first` is
    not looked for on the Hub, and `runs` is where trainings go, also before the first one.
    """
    if parse_name(text) is None:
        return False
    owner = text.partition("/")[0]
    return text.startswith(SCHEME) or not (owner == RUNS or Path(owner).exists())


def check_tag(tag: str) -> None:
    """Check that a tag can be one.

    Raises:
        ZooError: it cannot.
    """
    if not _is_revision(tag) or _COMMIT.fullmatch(tag):
        raise ZooError(
            f"{tag!r} cannot be a tag", hint="letters, digits and ._-, such as `tag='v1'`"
        )


def _is_word(text: str) -> bool:
    found = _WORD.fullmatch(text) is not None
    return found and "--" not in text and ".." not in text and not text.endswith(".git")


def _is_revision(text: str) -> bool:
    found = _REVISION.fullmatch(text) is not None and len(text) <= 200
    bad = ("..", "//", ".lock", "/.")
    return found and not any(part in text for part in bad) and not text.endswith(("/", "."))
