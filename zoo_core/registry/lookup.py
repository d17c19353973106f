"""The registry: what the installed plugins provide, each isolated from the others."""

from __future__ import annotations

import os
import shlex
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pluggy

from zoo_core.errors import ZooError, nearest
from zoo_core.registry import hookspecs
from zoo_core.registry.discovery import Source, installed_sources, source_of_file
from zoo_core.registry.entry import CONTRACT, Entry
from zoo_core.registry.first_party import install_line

CORE = "gan-zoo"
"""The distribution of the built-in plugin."""

SLOW = 1.0
"""Seconds from which on the import of a plugin is worth a word."""


@dataclass(frozen=True, slots=True)
class Registered:
    """An entry and the distribution (or file) that it comes from."""

    entry: Entry
    source: str

    @property
    def qualified(self) -> str:
        """Return `source/name`, which is unique within a kind."""
        return f"{self.source}/{self.entry.name}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A plugin, or a part of one, that does not work.

    Args:
        source: its distribution, or the stem of a single file.
        message: one line.
        traceback: what is behind it.
        hint: the way out, where one is known.
    """

    source: str
    message: str
    traceback: str = ""
    hint: str = ""

    def __str__(self) -> str:
        return f"{self.source}: {self.message}"


@dataclass(frozen=True, slots=True)
class Plugin:
    """A loaded plugin: where it comes from and how long its import took, in seconds."""

    source: Source
    seconds: float

    @property
    def slow(self) -> str:
        """Return a remark on an import that everybody waits for, or an empty string."""
        if self.seconds < SLOW:
            return ""
        return (
            f"{self.source.distribution}: takes {self.seconds:.1f} s to import; "
            "its plugin module should import nothing heavy"
        )


class Registry:
    """Entries by kind and name, and the hooks of the plugins they come from.

    Args:
        strict: raise what a plugin raises instead of recording a `Problem`; by default as the
            environment variable `ZOO_STRICT_PLUGINS` says.
        on_problem: called with each problem as it is found.
    """

    def __init__(
        self, *, strict: bool | None = None, on_problem: Callable[[Problem], None] | None = None
    ) -> None:
        self.strict = os.environ.get("ZOO_STRICT_PLUGINS", "") == "1" if strict is None else strict
        self.on_problem = on_problem
        self.problems: list[Problem] = []
        self.plugins: list[Plugin] = []
        self._found: list[Registered] = []
        self._newer: list[Registered] = []
        self._manager = pluggy.PluginManager(hookspecs.PROJECT)
        self._manager.add_hookspecs(hookspecs)

    @classmethod
    def from_installed(
        cls,
        *,
        files: Iterable[str | Path] = (),
        strict: bool | None = None,
        on_problem: Callable[[Problem], None] | None = None,
    ) -> Registry:
        """Return a registry of all installed plugins and of single files.

        Raises:
            ZooError: a file that does not exist or that raises; the user named it, so it is not
                passed over.
        """
        registry = cls(strict=strict, on_problem=on_problem)
        for source in installed_sources():
            registry.add_source(source)
        for file in files:
            registry.add_file(file)
        return registry

    def add_source(self, source: Source) -> None:
        """Load a plugin, register its hooks and collect its entries; a failure is a problem."""
        before = time.perf_counter()
        with _Isolated(self, source.distribution, "cannot be loaded", drop=source.key):
            self._register(source, source.load())
            seconds = time.perf_counter() - before
            self._collect(source.key)
            self.plugins.append(Plugin(source, seconds))

    def add_file(self, file: str | Path) -> None:
        """Add a plugin that is one file; a file that is there already is passed over.

        Raises:
            ZooError: it does not exist, or it raises.
        """
        source = source_of_file(Path(file))
        if any(plugin.source.file == source.file for plugin in self.plugins):
            return
        strict, self.strict = self.strict, True
        try:
            self.add_source(source)
        except ZooError:
            raise
        except (Exception, SystemExit) as error:
            raise ZooError(
                f"plugin file {str(file)!r} raises {type(error).__name__}: {error}",
                hint=f"line {_line_in(error, Path(file))} of the file",
            ) from error
        finally:
            self.strict = strict

    def register(self, plugin: Any, *, name: str) -> None:
        """Add an object with hooks, such as a tracker in a notebook; its entries count too."""
        self.add_source(Source(name, "", "object", lambda: plugin))

    def add(self, entry: Entry, *, source: str = "local") -> None:
        """Add one entry without a plugin, for notebooks and tests.

        Raises:
            ZooError: the source already has an entry of this kind and name, or it was written for
                a newer contract.
        """
        if entry.contract > CONTRACT:
            raise _too_new(entry, source)
        for other in self._found:
            if (other.source, other.entry.kind, other.entry.name) == (
                source,
                entry.kind,
                entry.name,
            ):
                raise ZooError(
                    f"{source} has two entries for the {entry.kind} {entry.name!r}",
                    hint="rename one of them",
                )
        self._found.append(Registered(entry, source))

    def entries(self, kind: str | None = None) -> tuple[Registered, ...]:
        """Return all entries, or those of a kind, by kind, name and source."""
        found = [item for item in self._found if kind in (None, item.entry.kind)]
        return tuple(
            sorted(found, key=lambda item: (item.entry.kind, item.entry.name, item.source))
        )

    def find(self, kind: str, name: str) -> Registered:
        """Return the entry of a kind by name, alias or qualified name.

        Raises:
            ZooError: no such entry, several of that name, or one for a newer contract.
        """
        found = self._matching(self.entries(kind), name)
        if len(found) == 1:
            return found[0]
        if found:
            spellings = " or ".join(repr(item.qualified) for item in found)
            raise ZooError(
                f"{len(found)} plugins have a {kind} named {name!r}", hint=f"say {spellings}"
            )
        for item in self._matching(self._newer, name):
            if item.entry.kind == kind:
                raise _too_new(item.entry, item.source)
        raise self._unknown(kind, name)

    def call(self, hook: str, **arguments: Any) -> list[Any]:
        """Call a hook of every plugin on its own; return what they returned.

        A plugin that raises is a problem, is not called again, and costs only itself. A `dict`
        that is passed is a copy for each, so that none sees what another makes of it.
        """
        results = self.call_each(hook, lambda: arguments)
        return [result for _, _, result in results if result is not None]

    def call_each(
        self, hook: str, arguments: Callable[[], dict[str, Any]]
    ) -> Iterator[tuple[str, dict[str, Any], Any]]:
        """Call a hook of every plugin that has it on its own, with arguments of its own.

        A plugin that raises is a problem, is not called again, and gives nothing.

        Args:
            hook: name of the hook.
            arguments: makes the arguments of one call.

        Returns:
            the plugin's distribution, the arguments that it got, and what it returned.
        """
        having = {impl.plugin_name for impl in getattr(self._manager.hook, hook).get_hookimpls()}
        for name in [name for name, _ in self._manager.list_name_plugin() if name in having]:
            source, done = name.split(":")[0], False
            given = {key: _own_copy(value) for key, value in arguments().items()}
            with _Isolated(self, source, f"fails in its hook {hook}", drop=name):
                result, done = self._call_one(name, hook, given), True
            if done:
                yield source, given, result

    def report(self, problem: Problem) -> None:
        """Record a problem and tell whoever listens."""
        self.problems.append(problem)
        if self.on_problem is not None:
            self.on_problem(problem)

    def isolated(self, source: str, what: str) -> AbstractContextManager[None, bool]:
        """Return a context in which what a plugin raises is a problem and costs only itself."""
        return _Isolated(self, source, what)

    def drop(self, name: str) -> None:
        """Take a plugin's hooks out, if it has any."""
        if self._manager.has_plugin(name):
            self._manager.unregister(name=name)

    def _register(self, source: Source, module: Any) -> None:
        try:
            self._manager.register(module, name=source.key)
        except pluggy.PluginValidationError as error:
            self.drop(source.key)
            raise ZooError(
                f"has a hook with a wrong signature: {' '.join(str(error).split())}",
                hint="compare it with zoo_core/registry/hookspecs.py",
            ) from error
        for caller in self._manager.get_hookcallers(module) or ():
            own = [impl for impl in caller.get_hookimpls() if impl.plugin is module]
            if not caller.has_spec() and not all(impl.optionalhook for impl in own):
                self.drop(source.key)
                known = [name for name in vars(hookspecs) if name.startswith("zoo_")]
                raise ZooError(
                    f"implements the unknown hook {caller.name!r}",
                    hint=nearest(caller.name, known) + f"the hooks are {', '.join(known)}",
                )

    def _collect(self, key: str) -> None:
        source = key.split(":", maxsplit=1)[0]
        for entry in self._call_one(key, "zoo_entries", {}) or ():
            if not isinstance(entry, Entry):
                raise ZooError(
                    f"zoo_entries() returned {entry!r}, which is not an Entry",
                    hint="return an iterable of zoo_core.Entry",
                )
            with _Isolated(self, source, f"entry {entry.name!r}"):
                if entry.contract > CONTRACT:
                    self._newer.append(Registered(entry, source))
                self.add(entry, source=source)

    def _call_one(self, name: str, hook: str, arguments: dict[str, Any]) -> Any:
        others = [p for other, p in self._manager.list_name_plugin() if other != name]
        results = self._manager.subset_hook_caller(hook, others)(**arguments)
        return results[0] if results else None

    @staticmethod
    def _matching(items: Iterable[Registered], name: str) -> list[Registered]:
        if "/" in name:
            return [item for item in items if item.qualified == name]
        return [item for item in items if name in (item.entry.name, *item.entry.aliases)]

    def _unknown(self, kind: str, name: str) -> ZooError:
        known = self.entries(kind)
        message = f"no {kind} named {name!r}"
        line = install_line(kind, name)
        distribution = line.rpartition(" ")[2]
        if any(problem.source == distribution for problem in self.problems):
            return ZooError(
                message,
                hint=f"its plugin {distribution} is installed but broken: `zoo doctor` says why",
            )
        if line and not self._installed(distribution):
            return ZooError(message, hint=f"it is in a plugin that is not installed: `{line}`")
        if kind == "dataset" and Path(name).expanduser().is_dir():
            return ZooError(message, hint=f"a folder is {_folder(name)}, with its kind before it")
        other = [item for item in self._found if name == item.entry.name]
        if other:
            return ZooError(message, hint=f"{name!r} is a {other[0].entry.kind}")
        names = [item.entry.name for item in known] + [item.qualified for item in known]
        listing = (
            f"`zoo list {kind}` shows all {len(known)}" if known else f"no {kind} is installed"
        )
        return ZooError(message, hint=nearest(name, names) + listing)

    def _installed(self, distribution: str) -> bool:
        return any(plugin.source.distribution == distribution for plugin in self.plugins)


class _Isolated(AbstractContextManager[None, bool]):
    """Turn what a plugin raises into a problem, unless the registry is strict."""

    def __init__(self, registry: Registry, source: str, what: str, *, drop: str = "") -> None:
        self.registry, self.source, self.what, self.dropped = registry, source, what, drop

    def __enter__(self) -> None:
        return

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: Any) -> bool:
        if error is None or not isinstance(error, Exception | SystemExit):
            return False
        if self.dropped:
            self.registry.drop(self.dropped)
        if self.registry.strict:
            self._raise_named(error)
            return False
        text = error.message if isinstance(error, ZooError) else f"{type(error).__name__}: {error}"
        message = " ".join(f"{self.what}: {text}".split())
        details = "".join(traceback.format_exception(kind, error, trace))
        hint = error.hint if isinstance(error, ZooError) else ""
        self.registry.report(Problem(self.source, message, details, hint))
        return True

    def _raise_named(self, error: BaseException) -> None:
        """Raise a ZooError with the plugin's name, which its author has no reason to say."""
        if isinstance(error, ZooError) and not error.message.startswith(f"{self.source}: "):
            message = f"{self.source}: {self.what}: {error.message}"
            raise ZooError(message, hint=error.hint) from error


def _folder(path: str) -> str:
    return f"`--data {shlex.quote(f'folder:{path}')}`"


def _too_new(entry: Entry, source: str) -> ZooError:
    return ZooError(
        f"{entry.kind} {entry.name!r} of {source} was written for plugin contract "
        f"{entry.contract}; this core understands {CONTRACT}",
        hint="`pip install --upgrade gan-zoo`",
    )


def _own_copy(value: Any) -> Any:
    return dict(value) if isinstance(value, dict) else value


def _line_in(error: BaseException, file: Path) -> str:
    lines = [str(no) for name, no in _frames(error) if Path(name).name == file.name]
    return lines[-1] if lines else "?"


def _frames(error: BaseException) -> Iterator[tuple[str, int | None]]:
    if isinstance(error, SyntaxError) and error.filename:
        yield error.filename, error.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        yield frame.filename, frame.lineno
