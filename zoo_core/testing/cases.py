"""What is tried of a plugin: every entry, and every part beside partners it can train with.

Imports no torch: pytest collects trials, and only running one needs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from zoo_core.registry.entry import Entry
from zoo_core.registry.kinds import ROLES
from zoo_core.registry.lookup import Registered, Registry

PARTNERS = "zoo-testing"
"""The source of the parts that stand beside those under test."""

PARTS = (
    Entry("generator", "tiny", "zoo_core.testing.partners:TinyGenerator", "Two linear layers."),
    Entry("discriminator", "tiny", "zoo_core.testing.partners:TinyCritic", "One convolution."),
    Entry("encoder", "tiny", "zoo_core.testing.partners:TinyEncoder", "One linear layer."),
    Entry("loss", "squares", "zoo_core.testing.partners:Squares", "Squared distances."),
)

PAIR = {"generator": f"{PARTNERS}/tiny", "critic": f"{PARTNERS}/tiny"}
ENCODER = {"encoder": f"{PARTNERS}/tiny"}
LOSSES = ("gan-zoo/non-saturating", "gan-zoo/minimax", f"{PARTNERS}/squares")
SIZES = ("8", "16", "32", "28", "64")
"""The first at which a composition fits is tried."""

ALONE = {"dataset": "data", "recipe": "recipe", "encoder": "encoder", "weights": "weights"}
"""Kinds that are looked at by themselves."""

AROUND = frozenset(
    kind.name
    for role, kind in ROLES.items()
    if not (kind.player or kind.measuring or role == "data")
)
"""Kinds that train with any pair of nets."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One thing to try.

    Args:
        item: the entry that is tried.
        what: "entry", "training", "data", "recipe", "encoder" or "weights".
        beside: names of the partner in the trial's title.
        candidates: for a training, compositions as role to name; the first that fits is tried.
    """

    item: Registered
    what: str
    beside: str = ""
    candidates: tuple[Mapping[str, str], ...] = ()

    @property
    def title(self) -> str:
        """Return a short name, unique within a plugin."""
        words = [self.item.entry.kind, self.item.entry.name, self.what]
        return " ".join([*words, "with", self.beside] if self.beside else words)


def with_partners(registry: Registry) -> Registry:
    """Add the parts that stand beside those under test; return the registry."""
    for entry in PARTS:
        registry.add(entry, source=PARTNERS)
    return registry


def trials_of(registry: Registry, source: str) -> Iterator[Trial]:
    """Give all that is tried of a distribution or file, in a fixed order."""
    own = [item for item in registry.entries() if item.source == source]
    for item in own:
        yield Trial(item, "entry")
        kind = item.entry.kind
        if kind in ALONE:
            yield Trial(item, ALONE[kind])
        elif kind in ("generator", "discriminator"):
            yield from _of_net(item, own)
        elif kind in AROUND:
            yield from _of_part(item, own)


def _of_net(item: Registered, own: Sequence[Registered]) -> Iterator[Trial]:
    """Give a net beside its usual partner, with several losses."""
    role, other = _roles(item)
    partners = [{other: name} for name in (*_usual(item, own), PAIR[other])]
    if item.entry.kind == "generator":
        # its own defaults may name its critic
        partners.insert(0, {})
    for loss in LOSSES:
        candidates = tuple({role: item.qualified, **each, "loss": loss} for each in partners)
        yield Trial(item, "training", loss.rpartition("/")[2], candidates)


def _of_part(item: Registered, own: Sequence[Registered]) -> Iterator[Trial]:
    """Give a part with the tiny pair, then with each generator of its own plugin."""
    loss = {} if item.entry.kind == "loss" else {"loss": LOSSES[0]}
    yield Trial(item, "training", "tiny", _candidates(item, PAIR, loss))
    for net in own:
        if net.entry.kind == "generator":
            # the tiny critic's score has no bias that the loss might not move
            pair = {"generator": net.qualified, "critic": PAIR["critic"]}
            yield Trial(item, "training", f"own {net.entry.name}", _candidates(item, pair, loss))


def _candidates(
    item: Registered, pair: Mapping[str, str], loss: Mapping[str, str]
) -> tuple[Mapping[str, str], ...]:
    """Return compositions with a part; a game may take an encoder, and no critic or loss."""
    named = {item.entry.kind: item.qualified}
    usual = {**pair, **loss, **named}
    if item.entry.kind != "game":
        return (usual,)
    alone = {"generator": pair["generator"], **named}
    return usual, {**usual, **ENCODER}, {**pair, **named, **ENCODER}, {**alone, **ENCODER}, alone


def _roles(item: Registered) -> tuple[str, str]:
    return ("generator", "critic") if item.entry.kind == "generator" else ("critic", "generator")


def _usual(item: Registered, own: Sequence[Registered]) -> list[str]:
    """Return the nets of the same plugin that a net is made for, those of its name first."""
    wanted = "discriminator" if item.entry.kind == "generator" else "generator"
    found = [other for other in own if other.entry.kind == wanted]
    return [
        other.qualified
        for other in sorted(found, key=lambda other: other.entry.name != item.entry.name)
    ]
