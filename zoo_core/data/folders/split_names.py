"""Folders whose names say which split or side of a published set they hold."""

from __future__ import annotations

import re
import shlex
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TRAINING = frozenset({"train", "training"})

HELD_OUT = (
    "test",
    "testing",
    "val",
    "valid",
    "validation",
    "dev",
    "eval",
    "evaluation",
    "heldout",
    "holdout",
)
"""Words for what is held out; of several folders, that of the first word is the held-out split."""

_FILLERS = frozenset({"", "set", "data", "dataset", "image", "images", "img", "imgs", "split"})
_WORDS = "|".join(sorted((*TRAINING, *HELD_OUT), key=len, reverse=True))
_JOINED = re.compile(f"({_WORDS})(a|b|set|data|images|imgs)")
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_HELD = re.compile(r"\b(held|hold)[ _-]+out\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitName:
    """What the name of a folder says of a split.

    Args:
        word: such as "train" or "val".
        rest: its other words, without those that say nothing: that of `seg_train` is "seg".
    """

    word: str
    rest: str

    @property
    def training(self) -> bool:
        """Return whether it names what is trained on, else what is held out."""
        return self.word in TRAINING

    @property
    def side(self) -> Literal["", "a", "b"]:
        """Return the side, of a name such as `trainA`."""
        return "a" if self.rest == "a" else "b" if self.rest == "b" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnSplit:
    """The folders that are the splits of a set.

    Args:
        train: is trained on.
        held: each holds held-out images; the first one is the held-out split of `folder`.
    """

    train: str
    held: tuple[str, ...]


def split_name(folder: str) -> SplitName | None:
    """Return what a name such as `Training`, `test_set`, `seg_train` or `trainA` says, or None."""
    spaced = _HELD.sub(r"\1out", _HUMPS.sub(" ", folder).casefold())
    words = [part for word in re.findall(r"[a-z]+", spaced) for part in _parted(word)]
    found = [word for word in words if word in TRAINING or word in HELD_OUT]
    if len(found) != 1:
        return None
    rest = [word for word in words if word not in found and word not in _FILLERS]
    return SplitName(word=found[0], rest=" ".join(rest))


def _parted(word: str) -> tuple[str, ...]:
    joined = _JOINED.fullmatch(word)
    return (word,) if joined is None else (joined[1], joined[2])


def is_training(folder: str) -> bool:
    """Say whether a folder's name says that it is trained on, and nothing else."""
    found = split_name(folder)
    return found is not None and found.training and not found.rest


def is_held_out(folder: str) -> bool:
    """Say whether a folder's name says that it is held out, and nothing else."""
    found = split_name(folder)
    return found is not None and not found.training and not found.rest


def own_split(folders: Iterable[str]) -> OwnSplit | None:
    """Return the one training folder that has held-out folders of its kind, None where unclear.

    Folders of one kind have the same other words: `train` and `Test_set`, `seg_train` and
    `seg_test`. Those without other words come first.
    """
    groups: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for folder in sorted(folders):
        found = split_name(folder)
        if found is not None and not found.side:
            rank = -1 if found.training else HELD_OUT.index(found.word)
            groups[found.rest].append((rank, folder))
    whole = {rest: sorted(group) for rest, group in groups.items() if _is_whole(group)}
    if len(whole) != 1 and "" not in whole:
        return None
    (_, train), *held = whole[""] if "" in whole else next(iter(whole.values()))
    return OwnSplit(train=train, held=tuple(folder for _, folder in held))


def _is_whole(group: Iterable[tuple[int, str]]) -> bool:
    ranks = [rank for rank, _ in group]
    return ranks.count(-1) == 1 and len(ranks) > 1


def sides_of(folders: Iterable[str]) -> Mapping[str, str]:
    """Return such as {"train a": "trainA"}: the folders of sets of unpaired images, by meaning."""
    sides: dict[str, str] = {}
    for folder in sorted(folders):
        found = split_name(folder)
        if found is not None and found.side:
            sides.setdefault(f"{'train' if found.training else 'test'} {found.side}", folder)
    return sides


def unpaired_hint(root: str, sides: Mapping[str, str]) -> str:
    """Return what to type for folders such as `trainA` and `trainB`, empty where sides lack."""
    pairs = [
        ",".join(f"{root}/{sides[f'{split} {side}']}" for side in "ab")
        for split in ("train", "test")
        if all(f"{split} {side}" in sides for side in "ab")
    ]
    if "train a" not in sides or "train b" not in sides:
        return ""
    first = f"`--data {shlex.quote(f'unpaired:{pairs[0]}')}`"
    rest = [f"`-o {shlex.quote(f'data.test={pair}')}`" for pair in pairs[1:]]
    return " and ".join([first, *rest])
