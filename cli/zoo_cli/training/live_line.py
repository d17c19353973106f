"""What the line of a running training shows: losses, what critics think, and scores.

All of it is what the log has. The critic's view has one source, the mean since the last log point
that the engine logs of each duel; what the health monitor measures on images of its own is in
other units where a loss has probabilities, and stands in the log alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from zoo_cli.wording import number

REAL, FAKE = "D(real)", "D(fake)"

_MONITOR = "health."


class Shown:
    """The numbers of the last log point, and the scores of the last evaluation.

    Args:
        seconds: of training before this session.

    Attributes:
        terms: name on the line to its value and its name in the log.
        scores: score to its last value.
        scored_at: step of the last evaluation.
    """

    def __init__(self, *, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.terms: dict[str, float] = {}
        self.scores: dict[str, float] = {}
        self.scored_at = 0

    def take(self, step: int, scalars: Mapping[str, float], scores: Mapping[str, str]) -> None:
        """Take a log point.

        Args:
            step: of it.
            scalars: by their names in the log.
            scores: names of those that are scores.
        """
        self.terms = {said: scalars[name] for said, name in names_of(scalars).items()}
        measured = {name: scalars[name] for name in scores if name in scalars}
        if measured:
            self.scores, self.scored_at = measured, step

    def terms_text(self) -> str:
        """Return losses and what critics think."""
        return "  ".join(f"{name} {number(value)}" for name, value in self.terms.items())

    def scores_text(self) -> str:
        """Return the last scores with their step; empty before the first evaluation."""
        texts = [f"{name} {number(value)}" for name, value in self.scores.items()]
        return "  ".join([*texts, f"at step {self.scored_at:,}"]) if texts else ""


def names_of(scalars: Mapping[str, float]) -> dict[str, str]:
    """Return what the line calls a scalar to its name in the log.

    They are each player's total loss and, of each critic, what it gives to real and fake; which
    critic that is is said where a game has several.
    """
    totals = {name.removesuffix(".total"): name for name in scalars if name.endswith(".total")}
    judged = [name.removesuffix(REAL) for name in scalars if _is_judged(name, scalars)]
    views = {
        f"{_critic(prefix, judged)}{what}": prefix + what
        for prefix in judged
        for what in (REAL, FAKE)
    }
    return totals | views


def _is_judged(name: str, scalars: Mapping[str, float]) -> bool:
    prefix = name.removesuffix(REAL)
    own = prefix != name and prefix + FAKE in scalars
    return own and not name.startswith(_MONITOR)


def _critic(prefix: str, judged: list[str]) -> str:
    """Return which critic it is, such as "b ", without what all critics have in common."""
    if len(judged) == 1:
        return ""
    pieces = [one.split(".") for one in judged]
    common = next(
        n for n in range(len(pieces[0])) if len({tuple(one[: n + 1]) for one in pieces}) > 1
    )
    return f"{'.'.join(prefix.split('.')[common:])}".rstrip(".") + " "
