"""Measure a run while it trains: which step, which samples, which critic, and where it is kept."""

from __future__ import annotations

from typing import Any

from zoo_core.engine.modes import evaluating
from zoo_core.interfaces import Split
from zoo_core.metrics import Panel, Samples, Scored, critic_of, has_images, samples_of
from zoo_core.runs.directory import append_line
from zoo_core.training.run import Run

SEED = 0
"""Of the samples and of the metrics' choices: every evaluation sees the same latents."""


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
        run.better = {
            self._name(samples, score): way
            for samples, panel in self.panels
            for score, way in panel.better.items()
        }

    def due(self, step: int) -> bool:
        """Return whether a step is evaluated."""
        return bool(self.every) and (step % self.every == 0 or step == self.run.options.steps)

    def measure(self) -> dict[str, Any]:
        """Evaluate the run as it is; return what the log line gets, and keep the protocols."""
        found: dict[str, Any] = {}
        for samples, panel in self.panels:
            scored = self._scored(samples, panel)
            values = {self._name(samples, name): value for name, value in scored.values.items()}
            better = {self._name(samples, name): way for name, way in scored.better.items()}
            append_line(
                self.run.directory.scores,
                {
                    "step": self.run.step,
                    "by": "train",
                    "weights": "average" if self.run.engine.average.nets else "plain",
                    "direction": samples.direction,
                    "scores": values,
                    "better": better,
                    "digest": scored.digest,
                    "protocol": scored.protocol,
                },
            )
            found |= {**values, "protocol": scored.digest}
        return found

    def _name(self, samples: Samples, score: str) -> str:
        return f"{samples.direction}.{score}" if len(self.panels) > 1 else score

    def _scored(self, samples: Samples, panel: Panel) -> Scored:
        nets = self.run.engine.picture_nets()
        with evaluating({**nets, "game": self.run.engine.game}):
            fake = panel.see(samples.chunks(nets, self.run.options.eval_count))
            return panel.measure(fake, critic=self._critic())

    def _critic(self) -> Any:
        return critic_of(self.run.composition, self.run.engine.game, self.run.hardware.device)
