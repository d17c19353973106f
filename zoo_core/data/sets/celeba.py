"""CelebA (Liu et al. 2015, arXiv:1411.7766), as torchvision stores it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from zoo_core.data.sets.downloads import DataRoot, data_root, fetch, missing_error
from zoo_core.data.tables.cached import CachedDataset
from zoo_core.data.tables.files import FileTable, MemoryLimit, fits_memory, table_of_files
from zoo_core.errors import ZooError, nearest
from zoo_core.spec import ImageSpec

if TYPE_CHECKING:
    from pathlib import Path

    from zoo_core.data.tables.memory import MemoryTable
    from zoo_core.interfaces.data import Split

ATTRIBUTES = (
    "5_o_Clock_Shadow",
    "Arched_Eyebrows",
    "Attractive",
    "Bags_Under_Eyes",
    "Bald",
    "Bangs",
    "Big_Lips",
    "Big_Nose",
    "Black_Hair",
    "Blond_Hair",
    "Blurry",
    "Brown_Hair",
    "Bushy_Eyebrows",
    "Chubby",
    "Double_Chin",
    "Eyeglasses",
    "Goatee",
    "Gray_Hair",
    "Heavy_Makeup",
    "High_Cheekbones",
    "Male",
    "Mouth_Slightly_Open",
    "Mustache",
    "Narrow_Eyes",
    "No_Beard",
    "Oval_Face",
    "Pale_Skin",
    "Pointy_Nose",
    "Receding_Hairline",
    "Rosy_Cheeks",
    "Sideburns",
    "Smiling",
    "Straight_Hair",
    "Wavy_Hair",
    "Wearing_Earrings",
    "Wearing_Hat",
    "Wearing_Lipstick",
    "Wearing_Necklace",
    "Wearing_Necktie",
    "Young",
)

IMAGES = "img_align_celeba"


class CelebA(CachedDataset):
    """Offer 162,770 training and 19,962 held-out photographs of faces, 218x178 (height x width).

    Reads the aligned JPEG files in `ROOT/celeba/img_align_celeba` and the tables beside them. For
    another size the short side is scaled and the centre is cropped. The 19,867 photographs of the
    published validation split are not used.

    Args:
        root: folder of the downloaded data sets; `--data-dir` sets it.
        download: fetch the files where they are missing; that needs `pip install gdown`.
        attribute: one of the 40 attributes, such as Smiling, as two classes; none for no labels.
        memory_limit: MiB of decoded images beyond which files are decoded on demand.
    """

    def __init__(
        self,
        *,
        size: tuple[int, int] | None = None,
        root: DataRoot = "data",
        download: bool = True,
        attribute: str | None = None,
        memory_limit: MemoryLimit = 2048,
    ) -> None:
        super().__init__(ImageSpec(3, *(size or (218, 178))), classes=_classes(attribute))
        self.root = data_root(root)
        self.download = download
        self.attribute = attribute
        self.memory_limit = memory_limit

    @property
    def folder(self) -> Path:
        """Return where the tables and the folder of images are looked for."""
        return self.root / "celeba"

    def read(self, split: Split) -> MemoryTable | FileTable:
        source = self._open(split)
        labels = None
        if self.attribute is not None:
            labels = source.attr[:, source.attr_names.index(self.attribute)].to(torch.int64)
        return table_of_files(
            self.folder / IMAGES,
            tuple(source.filename),
            image=self.image,
            labels=labels,
            in_memory=fits_memory(len(source.filename), self.image, self.memory_limit),
        )

    def _open(self, split: Split) -> Any:
        expected = [f"the folder {IMAGES}", *_tables()]
        if not self._is_complete() and self.download:
            fetch(
                lambda: _published()(str(self.root), split="test", download=True),
                name="celeba",
                folder=self.folder,
                expected=expected,
            )
        try:
            return _published()(str(self.root), split=split, download=False)
        except RuntimeError:
            raise missing_error(
                "celeba", self.folder, expected, "complete and with the published md5"
            ) from None

    def _is_complete(self) -> bool:
        return all((self.folder / name).exists() for name in (IMAGES, *_tables()))


def _tables() -> list[str]:
    return [name for _, _, name in _published().file_list if name.endswith(".txt")]


def _classes(attribute: str | None) -> tuple[str, ...]:
    if attribute is None:
        return ()
    if attribute not in ATTRIBUTES:
        raise ZooError(
            f"celeba has no attribute {attribute!r}",
            hint=f"{nearest(attribute, ATTRIBUTES)}the attributes are {', '.join(ATTRIBUTES)}",
        )
    return f"not {attribute}", attribute


def _published() -> Any:
    """Return torchvision's data set; only who reads the data waits for its import."""
    from torchvision import datasets

    return datasets.CelebA
