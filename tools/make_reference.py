"""Write the pages of the documentation that are made of the code: the reference and departures.

`python tools/make_reference.py` writes them below `docs/`; with `--check` it writes nothing and
fails where a page is not current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from zoo_cli.main import zoo
from zoo_core import KINDS, Recipe, Registry
from zoo_core.config.options import REQUIRED, Option, options_of
from zoo_core.config.run import PlayerOptions, RunOptions
from zoo_core.registry.first_party import FIRST_PARTY
from zoo_core.registry.kinds import PLAYERS, ROLES
from zoo_core.registry.lookup import CORE, Registered
from zoo_core.weights.hub.failures import SAYINGS, Failure, Request, fields_of
from zoo_core.weights.shipped import told_of

ROOT = Path(__file__).resolve().parents[1]
PAGES = ROOT / "docs"
WIDTH = 80
NOTE = "<!-- written by tools/make_reference.py; `make docs` writes it again -->\n\n"


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them; return the exit status."""
    registry = Registry.from_installed()
    pages = {
        "reference/commands.md": commands_page(),
        "reference/parts.md": parts_page(registry),
        "reference/hub-errors.md": hub_page(),
        "departures.md": departures_page(registry),
    }
    if "--check" not in arguments:
        (PAGES / "reference").mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (PAGES / name).write_text(text, encoding="utf-8")
        return 0
    stale = [name for name, text in pages.items() if _read(PAGES / name) != text]
    for name in stale:
        print(f"docs/{name} is not current: `make docs` writes it", file=sys.stderr)
    return 1 if stale else 0


def commands_page() -> str:
    """Return the help of `zoo` and of every command, as a terminal of 80 columns shows it."""
    top = click.Context(zoo, info_name="zoo", terminal_width=WIDTH, max_content_width=WIDTH)
    blocks = [_help("zoo", zoo.get_help(top)), *_below(zoo, top, "zoo")]
    return NOTE + "# Commands\n\n" + "\n".join(blocks)


def _below(group: click.Group, context: click.Context, path: str) -> Iterator[str]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None or command.hidden:
            continue
        here = click.Context(command, info_name=name, parent=context)
        yield _help(f"{path} {name}", command.get_help(here))
        if isinstance(command, click.Group):
            yield from _below(command, here, f"{path} {name}")


def _help(title: str, text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.splitlines())
    return f"## {title}\n\n```text\n{lines}\n```\n"


def parts_page(registry: Registry) -> str:
    """Return every first-party part with its options, and the options of runs and players."""
    items = ours(registry)
    text = NOTE + "# Parts\n\n"
    text += "What the first-party distributions offer. `zoo list` shows what is installed, and\n"
    text += "`zoo info NAME` one part of it. An option is set with `-o section.name=value`.\n\n"
    for kind in KINDS:
        of_kind = [item for item in items if item.entry.kind == kind]
        if of_kind:
            text += f"## {kind}\n\n{overview(of_kind)}\n"
            text += "".join(details(item) for item in of_kind)
    text += "## Options of a run\n\nSection `run`, such as `-o run.latent_dim=64`.\n\n"
    text += option_table(options_of(RunOptions, provided=frozenset()).values())
    players = ", ".join(f"`{role}`" for role in ROLES if role in PLAYERS)
    text += f"\n## Options of a player\n\nSections {players}, beside the options of the net, such"
    text += " as `-o critic.lr=1e-4`.\n\n"
    return text + option_table(options_of(PlayerOptions).values())


def departures_page(registry: Registry) -> str:
    """Return where first-party parts are not what was published, and why."""
    text = NOTE + "# Where parts depart from the originals\n\n"
    text += "A part has the defaults of its paper. Where paper and code of the authors differ, or\n"
    text += "where a part does something else, it stands here, and `zoo info NAME` says it too.\n"
    text += "What the tried configurations change is told in [recipes](recipes.md).\n\n"
    rows = [
        (item.entry.kind, f"`{item.entry.name}`", paper(item.entry.paper), sentence)
        for item in ours(registry)
        for sentence in item.entry.departures
    ]
    rows.sort(key=lambda row: KINDS.index(row[0]))
    return text + table(("kind", "part", "published", "what is otherwise, and why"), rows)


def ours(registry: Registry) -> list[Registered]:
    """Return what the first-party distributions offer."""
    return [item for item in registry.entries() if item.source in {CORE, *FIRST_PARTY}]


def hub_page() -> str:
    """Return what is said of every failure of the Hub."""
    request = Request(doing="", repo="", endpoint="", with_token=False)
    fields = {name: name.upper() for name in fields_of(Failure(kind="other"), request)}
    fields |= {"because": ": WHAT IT SAYS", "answer": " (status STATUS)"}
    rows = [
        (
            " or ".join(saying.of) + (f", {saying.when}" if saying.when else ""),
            saying.message.format(**fields),
            saying.hint.format(**fields),
        )
        for saying in SAYINGS
    ]
    text = NOTE + "# What is said of the Hub\n\n"
    text += (
        "The first line that fits is said; [here](../hub-failures.md) is what was tried. Numbers\n"
    )
    text += "are statuses of the Hub's answers, words in capitals stand for what was asked for.\n\n"
    return text + table(("failure", "error", "hint"), rows)


def first_party() -> set[str]:
    """Return the distributions of this repository."""
    return {"gan-zoo", *(folder.name for folder in ROOT.glob("plugins/zoo-plugin-*"))}


def overview(items: list[Registered]) -> str:
    """Return a table of parts of one kind."""
    rows = [
        (f"`{item.entry.name}`", item.entry.summary, paper(item.entry.paper), f"`{item.source}`")
        for item in items
    ]
    return table(("name", "what it is", "published", "distribution"), rows)


def paper(text: str) -> str:
    """Return where a part is published, as a link."""
    if text.startswith("arXiv:"):
        return f"[{text}](https://arxiv.org/abs/{text.removeprefix('arXiv:')})"
    if text.startswith("doi:"):
        return f"[{text}](https://doi.org/{text.removeprefix('doi:')})"
    return f"<{text}>" if text.startswith("https://") else text


def details(item: Registered) -> str:
    """Return what a part brings and what it can be told; nothing where it is neither."""
    if item.entry.kind == "weights":
        told = ", ".join(
            f"{name} {value}" for name, value in asdict(told_of(item)).items() if value
        )
        return f"### weights {item.entry.name}\n\n{told}.\n\n"
    target = item.entry.load()
    if isinstance(target, Recipe):
        return f"### {item.entry.kind} {item.entry.name}\n\n{recipe_text(target)}\n"
    options, brings = list(options_of(target).values()), list(settings(item.entry.defaults))
    departures = item.entry.departures
    if not (options or brings or departures):
        return ""
    text = f"### {item.entry.kind} {item.entry.name}\n\n"
    if brings:
        text += f"Brings {', '.join(brings)}.\n\n"
    if departures:
        text += f"Departs from the original: {'; '.join(departures)}.\n\n"
    return text + (option_table(options) + "\n" if options else "")


def recipe_text(recipe: Recipe) -> str:
    """Return a recipe's parts, values and departures."""
    chosen = settings({"parts": recipe.parts, **recipe.options})
    text = f"Sets {', '.join(chosen)}.\n"
    if recipe.minutes:
        text += f"About {recipe.minutes:g} minutes on two cores.\n"
    if recipe.departures:
        text += "\nWhere it departs from the paper:\n\n"
        text += "".join(f"- {sentence}\n" for sentence in recipe.departures)
    return text


def settings(sections: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Give sections of values as `section.name=value`, parts as `role name`."""
    for section, values in sections.items():
        for name, value in values.items():
            yield (
                f"`{name} {shown(value)}`"
                if section == "parts"
                else (f"`{section}.{name}={shown(value)}`")
            )


def option_table(options: Iterable[Option]) -> str:
    """Return a table of options."""
    rows = [
        (
            f"`{option.name}`",
            option.type_text + (f", {option.bounds}" if option.bounds else ""),
            "" if option.default is REQUIRED else f"`{shown(option.default)}`",
            option.help,
        )
        for option in options
    ]
    return table(("option", "type", "default", "meaning"), rows)


def shown(value: Any) -> str:
    """Return a value as it is typed after `-o name=`."""
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple | list):
        return ",".join(shown(piece) for piece in value)
    return str(value)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join(
        "| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


def _read(file: Path) -> str:
    return file.read_text(encoding="utf-8") if file.is_file() else ""


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
