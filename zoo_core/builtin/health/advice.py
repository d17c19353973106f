"""What to try when a run goes wrong, in flags of `zoo train`."""

from __future__ import annotations

from collections.abc import Collection

Suggestion = tuple[str, str]
"""A text, and the part that it needs and that a run should not have already; "" for none."""

_R1 = ("`--penalty r1`", "r1")
_NON_SATURATING = ("`--loss non-saturating`", "non-saturating")
_WGAN_GP = ("`--loss wgan-gp`", "wgan-gp")
_LOWER = ("a lower `--lr`", "")
_SLOWER_CRITIC = ("a lower `-o critic.lr`", "")

_SUGGESTIONS: dict[str, tuple[Suggestion, ...]] = {
    "collapse": (_R1, _LOWER, _WGAN_GP, ("`--on-collapse rollback`", "")),
    "critic-won": (
        _NON_SATURATING,
        _WGAN_GP,
        _R1,
        _SLOWER_CRITIC,
        ("fewer `--critic-steps`", ""),
    ),
    "critic-gave-up": (
        ("a higher `-o critic.lr`", ""),
        ("more `--critic-steps`", ""),
        ("a lighter penalty or constraint", ""),
    ),
    "vanished-gradient": (_NON_SATURATING, _WGAN_GP, _SLOWER_CRITIC),
    "oscillation": (_LOWER, _R1, ("`-o generator.betas=0,0.9 -o critic.betas=0,0.9`", "")),
    "overfitting": (
        ("more data", ""),
        _R1,
        ("a smaller critic", ""),
        ("the checkpoint of an earlier step", ""),
    ),
    "non-finite": (_LOWER, _R1, ("a checkpoint from before", "")),
}


def advice_for(kind: str, chosen: Collection[str], installed: Collection[str]) -> str:
    """Return what to try in one sentence.

    Args:
        kind: what was seen.
        chosen: names of the parts that the run has.
        installed: names of the parts that it could have.
    """
    texts = [
        text
        for text, part in _SUGGESTIONS[kind]
        if not part or (part in installed and part not in chosen)
    ]
    return f"try {', '.join(texts[:-1])} or {texts[-1]}" if texts[1:] else f"try {texts[0]}"
