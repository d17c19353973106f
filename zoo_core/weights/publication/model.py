"""What `zoo_core.load` returns: a trained game that draws, that tells of itself, and that is saved.

Nothing but drawing is imported before it is asked for.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from zoo_core.errors import ZooError
from zoo_core.registry.lookup import Registry
from zoo_core.weights.bundle.bundle import CARD, is_bundle
from zoo_core.weights.loading import load_pretrained
from zoo_core.weights.pretrained import Pretrained

if TYPE_CHECKING:
    from zoo_core.weights.bundle.bundle import Bundle


class Model(Pretrained):
    """A trained game with its card, and with a way to a folder that others can load."""

    @property
    def card(self) -> str:
        """Return the page of the weights in Markdown: that of their bundle, or what a push writes.

        Raises:
            ZooError: nets that were not loaded, or parts that do not travel.
        """
        page = self.origin.path / CARD
        if is_bundle(self.origin.path) and page.is_file():
            return page.read_text(encoding="utf-8")
        with tempfile.TemporaryDirectory(prefix="zoo-card-", ignore_cleanup_errors=True) as place:
            folder = Path(place) / (Path(self.origin.source).name or "weights")
            self._write(folder, dtype="float32", with_critic=False, samples=0)
            return (folder / CARD).read_text(encoding="utf-8")

    def save(
        self,
        folder: str | Path,
        *,
        dtype: Literal["float32", "float16"] = "float32",
        with_critic: bool = False,
    ) -> Path:
        """Write the nets as they are now as a bundle, which `load` takes; return its folder.

        Args:
            folder: new, empty, or a bundle, which is replaced.
            dtype: of floating tensors; float16 is half as large.
            with_critic: all nets, not only those that drawing needs.

        Raises:
            ZooError: nets that were not loaded, parts that do not travel, a critic that is not
                here, or a folder that cannot be written.
        """
        return self._write(folder, dtype=dtype, with_critic=with_critic, samples=64).directory

    def _write(self, folder: str | Path, *, dtype: str, with_critic: bool, samples: int) -> Bundle:
        from zoo_core.weights.publication.contents import Wanted, gathered
        from zoo_core.weights.publication.writer import write_contents

        if not self.origin.source:
            raise ZooError(
                "these nets were not loaded, so nothing is known of their training",
                hint="train them with `zoo_core.train`, then `zoo_core.load` the run",
            )
        known = self.composition.registry
        wanted = Wanted(average=self.origin.average, critic=with_critic)
        contents = gathered(self.origin.path, wanted, known)
        nets = self.game.nets()
        tensors = {name: nets[name].state_dict() for name in contents.tensors}
        held = replace(contents, tensors=tensors)
        return write_contents(held, folder, dtype=dtype, samples=samples, registry=known)


def load(
    source: str | Path,
    *,
    device: str = "auto",
    average: bool = True,
    registry: Registry | None = None,
) -> Model:
    """Load what a run trained, here or elsewhere.

    Args:
        source: a run directory, one of its checkpoints, `RUN@best` or `RUN@step-1000`, a bundle of
            weights, a pretrained name such as `dcgan.digits-32`, or a repository on the Hub.
        device: where to draw.
        average: take the moving average where there is one.
        registry: where names are looked up; all installed plugins by default.

    Raises:
        ZooError: nothing there, a plugin that is not installed, or weights that do not fit.
    """
    found = load_pretrained(source, device=device, average=average, registry=registry)
    return Model(
        found.composition,
        found.game,
        found.device,
        has_critic=found.has_critic,
        origin=found.origin,
    )
