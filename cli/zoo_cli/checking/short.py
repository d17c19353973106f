"""`zoo data check` in short, before a training on a folder."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from zoo_cli.terminal import Terminal
from zoo_cli.wording import plural

if TYPE_CHECKING:
    from zoo_core.composition import Composition
    from zoo_core.data.checking.glance import Glance
    from zoo_core.data.folders.folder import Folder


def remark_on_folder(terminal: Terminal, composition: Composition) -> None:
    """Say in a line or two what is in the folder that is trained on; nothing of other data."""
    from zoo_core.data.checking.glance import glance_at

    folder = _folder(composition)
    if folder is None or terminal.quiet:
        return
    found = glance_at(folder)
    more = f"`zoo data check {shlex.quote(_named(composition))}` shows more"
    terminal.remark(f"{', '.join(_said(found))}; {more}")
    unread = _unread(found, labelled=_reads_labels(composition))
    if unread:
        terminal.remark(unread)


def _folder(composition: Composition) -> Folder | None:
    from zoo_core.data.folders.folder import Folder

    data = composition.dataset.whole
    return data if isinstance(data, Folder) else None


def _named(composition: Composition) -> str:
    """Return the folder as `--data` takes it."""
    own = composition.settings["data"].values
    return composition.dataset.of or f"folder:{own['path'].value}"


def _reads_labels(composition: Composition) -> bool:
    plan = composition.plan
    native = any(
        getattr(plan.target(role), "conditional", False) for role in ("generator", "critic")
    )
    return native or bool(getattr(plan.target("condition"), "reads_labels", False))


def _said(found: Glance) -> list[str]:
    said = [plural(found.images, "image")]
    if found.classes:
        totals = [one.total for one in found.classes]
        count = len(totals)
        said[0] += f" in {count:,} class{'es' * (count != 1)}"
        if count > 1:
            said[0] += f" (smallest {min(totals):,}, largest {max(totals):,})"
    if found.unlabelled:
        said.append(f"{found.unlabelled:,} of them without a label")
    if found.copies:
        said.append(f"{found.copies:,} cop{'y' if found.copies == 1 else 'ies'} of other files")
    if found.copies is None:
        said.append("copies not counted")
    return said


def _unread(found: Glance, *, labelled: bool) -> str:
    unread = list(found.ignored[:3])
    if len(found.ignored) > 3:
        unread.append(f"{len(found.ignored) - 3:,} more")
    if len(found.classes) > 1 and not labelled:
        unread.insert(0, "the classes (`zoo list condition` shows what reads them)")
    return f"labels that nothing here reads: {', '.join(unread)}" if unread else ""
