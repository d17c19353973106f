"""The files of a new plugin, written whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template

from zoo_cli.skeleton.naming import Name
from zoo_core import ZooError, __version__
from zoo_core.runs.atomic import whole_folder, write_errors

_FILES = {
    "pyproject.toml": "pyproject.toml",
    "README.md": "README.md",
    "LICENSE": "LICENSE",
    ".gitignore": "gitignore",
    "src/$package/__init__.py": "init.py",
    "src/$package/plugin.py": "plugin.py",
    "src/$package/generator.py": "generator.py",
    "src/$package/critic.py": "critic.py",
    "src/$package/loss.py": "loss.py",
    "src/$package/recipes.py": "recipes.py",
    "src/$package/py.typed": "py.typed",
    "tests/test_parts.py": "test_parts.py",
}
"""Path in the project to its template."""

_ADDRESS = re.compile(r"(?P<name>[^<>]*?)\s*<(?P<email>[^<>@\s]+@[^<>@\s]+)>")


def files_of(name: Name, author: str = "") -> dict[str, str]:
    """Return path to text of every file of a new plugin.

    Args:
        name: of the plugin.
        author: a name, or a name and an address as in `Ada <ada@example.org>`.

    Raises:
        ZooError: an author that no file can hold.
    """
    values = {
        "name": name.part,
        "distribution": name.distribution,
        "package": name.package,
        "bounds": _bounds(__version__),
        "authors": _authors(author),
        "holder": author or f"the authors of {name.distribution}",
    }
    templates = resources.files("zoo_cli.skeleton")
    return {
        Template(path).substitute(values): Template(
            templates.joinpath(f"{template}.template").read_text(encoding="utf-8")
        ).substitute(values)
        for path, template in _FILES.items()
    }


def write(files: Mapping[str, str], folder: Path) -> None:
    """Write a project's files into a new or empty folder; a failure leaves nothing.

    Raises:
        ZooError: the folder holds something, is a file, or cannot be written.
    """
    hint = "`--to` names another folder"
    with write_errors(folder, hint=hint):
        _check_free(folder)
    with whole_folder(folder, over=False, hint=hint) as temporary:
        for path, text in files.items():
            file = temporary / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")


def _check_free(folder: Path) -> None:
    """Refuse a folder that holds something, a file, and the current folder."""
    if folder.is_dir() and any(folder.iterdir()):
        raise ZooError(
            f"the folder {str(folder)!r} is there already and not empty",
            hint="`--to` names another one; nothing was written",
        )
    if folder.exists() and not folder.is_dir():
        raise ZooError(
            f"{str(folder)!r} is a file", hint="`--to` names the folder of the new project"
        )
    if folder.resolve() == Path.cwd():
        raise ZooError(
            "the new project cannot replace the folder that you are in",
            hint="leave `--to` out: it becomes a folder below this one",
        )


def _bounds(version: str) -> str:
    """Return the versions of the core that keep their promises to what is written today."""
    major, minor = (int(number) for number in version.split(".")[:2])
    after = f"0.{minor + 1}" if major == 0 else str(major + 1)
    return f">={major}.{minor},<{after}"


def _authors(author: str) -> str:
    """Return the author as an inline table of TOML, or nothing."""
    if not author:
        return ""
    if not author.isprintable() or not author.strip():
        raise ZooError(
            f"no author can be read from {author!r}",
            hint='a name, such as `--author "Ada Lovelace <ada@example.org>"`',
        )
    found = _ADDRESS.fullmatch(author.strip())
    fields = found.groupdict() if found else {"name": author.strip()}
    # a string of JSON without control characters is one of TOML
    texts = [
        f"{key} = {json.dumps(text, ensure_ascii=False)}" for key, text in fields.items() if text
    ]
    return "{ " + ", ".join(texts) + " }"
