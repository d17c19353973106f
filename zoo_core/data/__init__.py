"""Data sets as tables of uint8 images, read with care: nothing is dropped, guessed or unpickled."""

from zoo_core.data.cached import CachedDataset
from zoo_core.data.few_labels import FewLabels
from zoo_core.data.files import FileTable, table_of_files
from zoo_core.data.fingerprints import fingerprint
from zoo_core.data.fitting import contain_images, cover_images, cover_picture
from zoo_core.data.memory import MemoryTable
from zoo_core.data.reading import Header, Unreadable, read_header, read_image
from zoo_core.data.splits import held_out

__all__ = [
    "CachedDataset",
    "FewLabels",
    "FileTable",
    "Header",
    "MemoryTable",
    "Unreadable",
    "contain_images",
    "cover_images",
    "cover_picture",
    "fingerprint",
    "held_out",
    "read_header",
    "read_image",
    "table_of_files",
]
