"""The project that `zoo plugin new` writes: its name, its templates and its writer."""

from zoo_cli.skeleton.naming import Name, named
from zoo_cli.skeleton.writing import files_of, write

__all__ = ["Name", "files_of", "named", "write"]
