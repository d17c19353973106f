"""The configuration of a bundle, as frozen values. Imports no torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from zoo_core.config.configuration import Configuration
from zoo_core.runs.lines import Evaluation, is_number
from zoo_core.weights.bundle.formats import FORMAT, KIND
from zoo_core.weights.bundle.untrusted import digest_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is known of the training behind weights.

    Args:
        seconds: it took; None where that is not known.
        images: it saw; None where that is not known.
        command: repeats it; empty where that is not known.
    """

    seconds: float | None = None
    images: int | None = None
    command: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return what is known as JSON data."""
        found = {"seconds": self.seconds, "images": self.images, "command": self.command or None}
        return {key: value for key, value in found.items() if value is not None}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """Read what can be read of it."""
        seconds, images = found.get("seconds"), found.get("images")
        return cls(
            seconds=seconds if is_number(seconds) else None,
            images=images if is_number(images) else None,
            command=str(found.get("command") or ""),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleConfig:
    """What config.json of a bundle says.

    Args:
        composition: what the nets are, and what they were trained on.
        components: name of each net in `Game.nets()` to its file.
        weights: "average" or "plain".
        dtype: of the files: "float32" or "float16".
        step: of the checkpoint; None for imported weights.
        distributions: where the parts come from, with versions.
        scores: the evaluations of these weights.
        training: what is known of it.
        sha256: every file but config.json and README.md to its checksum.
        state: names of the files below state/.
        origin: of imported weights: the format and the files.
        licence: of the weights; empty where nobody said.
    """

    composition: Configuration
    components: Mapping[str, str]
    weights: str
    dtype: str
    step: int | None
    distributions: Mapping[str, str]
    scores: tuple[Evaluation, ...] = ()
    training: Training = field(default_factory=Training)
    sha256: Mapping[str, str] = field(default_factory=dict)
    state: tuple[str, ...] = ()
    origin: Mapping[str, str] = field(default_factory=dict)
    licence: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON data, with its digest."""
        found: dict[str, Any] = {
            "format": FORMAT,
            "kind": KIND,
            "composition": self.composition.to_json(),
            "components": dict(self.components),
            "weights": self.weights,
            "dtype": self.dtype,
            "step": self.step,
            "distributions": dict(self.distributions),
            "scores": [one.to_json() for one in self.scores],
            "training": self.training.to_json(),
            "sha256": dict(self.sha256),
        }
        beside = {"state": list(self.state), "origin": dict(self.origin), "licence": self.licence}
        found |= {key: value for key, value in beside.items() if value}
        return {**found, "digest": digest_of(found)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> Self:
        """Read a configuration whose form has been checked.

        Raises:
            ZooError: a composition of another form.
        """
        return cls(
            composition=Configuration.from_json(found["composition"]),
            components=dict(found["components"]),
            weights=found["weights"],
            dtype=found["dtype"],
            step=found["step"],
            distributions=dict(found["distributions"]),
            scores=tuple(Evaluation.from_json(score) for score in found["scores"]),
            training=Training.from_json(found["training"]),
            sha256=dict(found["sha256"]),
            state=tuple(found.get("state", ())),
            origin={key: str(value) for key, value in found.get("origin", {}).items()},
            licence=found.get("licence", ""),
        )
