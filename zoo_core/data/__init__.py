"""Data sets as tables of uint8 images, read with care: nothing is dropped, guessed or unpickled."""

from zoo_core.data.folders.splits import held_out
from zoo_core.data.tables.cached import CachedDataset
from zoo_core.data.tables.files import FileTable, table_of_files
from zoo_core.data.tables.fingerprints import fingerprint
from zoo_core.data.tables.labels import labels_of
from zoo_core.data.tables.memory import MemoryTable
from zoo_core.data.tables.reading import Header, Unreadable, read_header, read_image
from zoo_core.data.tables.sizes import contain_images, cover_images, cover_picture

__all__ = [
    "CachedDataset",
    "FileTable",
    "Header",
    "MemoryTable",
    "Unreadable",
    "contain_images",
    "cover_images",
    "cover_picture",
    "fingerprint",
    "held_out",
    "labels_of",
    "read_header",
    "read_image",
    "table_of_files",
]
