"""Weights from elsewhere: what a part of kind `importer` reads, and what it makes of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from zoo_core.errors import ZooError
from zoo_core.spec import ImageSpec


class StateDict:
    """A state dict that is taken apart by name; every error names the tensor and its file.

    Args:
        tensors: name to tensor, as somebody else's net called them.
        file: where they come from, for errors.
    """

    def __init__(self, tensors: Mapping[str, Tensor], *, file: str) -> None:
        self._left = dict(tensors)
        self.file = file

    def __contains__(self, name: str) -> bool:
        return name in self._left

    def dimensions(self, name: str) -> int:
        """Return the number of dimensions of a tensor, 0 where there is no such tensor."""
        return self._left[name].ndim if name in self._left else 0

    def shape(self, name: str, dimensions: int) -> tuple[int, ...]:
        """Return the shape of a tensor that has so many dimensions.

        Raises:
            ZooError: no such tensor, or another number of dimensions.
        """
        found = tuple(self._tensor(name).shape)
        if len(found) != dimensions:
            raise self.refusal(
                f"tensor {name!r} has the shape {found}, where {dimensions} dimensions are needed"
            )
        return found

    def take(self, name: str, shape: Sequence[int]) -> Tensor:
        """Return a tensor of this shape, which is then no longer left over.

        Raises:
            ZooError: no such tensor, or another shape.
        """
        found = self._tensor(name)
        if tuple(found.shape) != tuple(shape):
            raise self.refusal(
                f"tensor {name!r} has the shape {tuple(found.shape)}, "
                f"where {tuple(shape)} is needed"
            )
        return self._left.pop(name)

    def drop(self, name: str) -> bool:
        """Forget a tensor that our net does not need; return whether it was there."""
        return self._left.pop(name, None) is not None

    def finish(self) -> None:
        """Check that every tensor has found its place.

        Raises:
            ZooError: some are left over.
        """
        if self._left:
            name = next(iter(self._left))
            more = f" and {len(self._left) - 1} more" if len(self._left) > 1 else ""
            raise self.refusal(f"tensor {name!r}{more} has no place in the net of this format")

    def refusal(self, what: str, *, hint: str = "") -> ZooError:
        """Return the error for a file that is of another form."""
        return ZooError(
            f"{self.file!r} does not fit the format: {what}",
            hint=hint
            or "`zoo list importer` shows the formats, and docs/import.md what each reads",
        )

    def _tensor(self, name: str) -> Tensor:
        if name not in self._left:
            raise self.refusal(f"it has no tensor {name!r}")
        return self._left[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an importer made of state dicts.

    Args:
        parts: role to part, by qualified names: which of our parts the nets are.
        options: section to values: what the tensors say of them.
        images: table name to what the images of the (unknown) data were.
        source: what an image-to-image generator of paired data reads, or None.
        classes: names of the classes, empty without labels.
        nets: name that the game saves a net under, to its tensors under our names. Nets that are
            left out, such as critics, keep first weights; every generator is needed.
        remarks: what a user should be told.
    """

    parts: Mapping[str, str]
    options: Mapping[str, Mapping[str, object]]
    images: Mapping[str, ImageSpec]
    source: ImageSpec | None = None
    classes: tuple[str, ...] = ()
    nets: Mapping[str, Mapping[str, Tensor]]
    remarks: tuple[str, ...] = ()


class Importer(ABC):
    """A format of weights that were trained elsewhere: one net per file.

    Its options are set by `-o importer.NAME=VALUE`; `size`, if it asks for it, is what `--size`
    says as (height, width), or None.

    Attributes:
        roles: role to patterns of file names, such as `("netg*",)`: in lower case, without the
            ending. The first role is needed; an only file that matches nothing gets it.
    """

    roles: ClassVar[Mapping[str, Sequence[str]]]

    @abstractmethod
    def read(self, found: Mapping[str, StateDict]) -> Imported:
        """Return the composition that state dicts were trained as, and their tensors renamed.

        Take each tensor with the shape that the net has: nothing is built before.

        Args:
            found: role to the tensors of its file, floats as float32 on the CPU.

        Raises:
            ZooError: a missing tensor, one of another shape, one too many, or a convention that
                our nets do not have.
        """
