"""Measure a run while it trains: which step, which samples, which critic, and where it is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zoo_core.engine.modes import evaluating
from zoo_core.interfaces import Split
from zoo_core.metrics import Panel, Samples, Scored, critic_of, has_images, samples_of
from zoo_core.training.run import Run

SEED = 0
"""Of the samples and of the metrics' choices: every evaluation sees the same latents."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a log line gets of an evaluation.

    Args:
        scores: by the names that the log has for them.
        protocols: of each score, the digest of its protocol.
    """

    scores: Mapping[str, float] = field(default_factory=dict)
    protocols: Mapping[str, str] = field(default_factory=dict)


class Evaluations:
    """The evaluations of a run; none where no metric is named.

    Args:
        run: what is measured.

    Raises:
        ZooError: the data has not what a metric needs.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        options, composition = run.options, run.composition
        self.every = 0
        self.panels: list[tuple[Samples, Panel]] = []
        if not composition.plan.chosen["metric"].items:
            return
        self.every = options.eval_every or options.checkpoint_every or options.steps
        device = run.hardware.device
        split: Split = "test" if has_images(composition.dataset, "test") else "train"
        for samples in samples_of(composition, run.engine.game, device=device, seed=SEED):
            panel = Panel(composition, table=samples.table, split=split, seed=SEED, device=device)
            panel.prepare()
            self.panels.append((samples, panel))
        for remark in dict.fromkeys(text for _, panel in self.panels for text in panel.unkept):
            run.say(remark)
        run.better = {
            self._name(samples, score): way
            for samples, panel in self.panels
            for score, way in panel.better.items()
        }

    def due(self, step: int) -> bool:
        """Return whether a step is evaluated."""
        return bool(self.every) and (step % self.every == 0 or step == self.run.options.steps)

    def measure(self) -> Measured:
        """Evaluate the run as it is; return what the log line gets, and keep the protocols."""
        scores: dict[str, float] = {}
        digests: dict[str, str] = {}
        for samples, panel in self.panels:
            found = self._scored(samples, panel).recorded(
                step=self.run.step,
                by="train",
                weights="average" if self.run.engine.average.nets else "plain",
                direction=samples.direction,
            )
            self.run.directory.append(found)
            scores |= found.named(several=len(self.panels) > 1)
            digests |= {self._name(samples, n): digest for n, digest in found.digests.items()}
        return Measured(scores, digests)

    def _name(self, samples: Samples, score: str) -> str:
        return f"{samples.direction}.{score}" if len(self.panels) > 1 else score

    def _scored(self, samples: Samples, panel: Panel) -> Scored:
        nets = self.run.engine.picture_nets()
        with evaluating({**nets, "game": self.run.engine.game}):
            fake = panel.see(samples.chunks(nets, self.run.options.eval_count))
            return panel.measure(fake, critic=self._critic())

    def _critic(self) -> Any:
        return critic_of(self.run.composition, self.run.engine.game, self.run.hardware.device)
