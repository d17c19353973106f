"""The contract checks as a pytest plugin: `pytest --zoo zoo-plugin-mine`.

pytest imports this in every session, so it imports nothing of the zoo until `--zoo` or the setting
`zoo` asks for it:

```toml
[tool.pytest.ini_options]
zoo = "zoo-plugin-mine"
```
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from zoo_core.registry.lookup import Registry
    from zoo_core.testing.cases import Trial

_HELP = "check the plugin of a distribution, or a single file, against the contract of GAN Zoo"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--zoo` and the settings."""
    group = parser.getgroup("zoo", "GAN Zoo")
    group.addoption("--zoo", action="append", default=[], metavar="PLUGIN", help=_HELP)
    parser.addini("zoo", f"{_HELP}; several, separated by blanks", type="args", default=[])
    parser.addini(
        "zoo_exempt",
        "patterns of parameter names that need not move in the checks of GAN Zoo, one a line",
        type="linelist",
        default=[],
    )


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Add a collector for each plugin that is asked for, beside the files of the session."""
    report = yield
    if isinstance(collector, pytest.Session) and report.passed:
        names = _asked(collector.config)
        if _only_ours(collector.config):
            report.result = []
        found = [ZooPlugin.of(collector, name, base) for name, base in names.items()]
        report.result = [*report.result, *found]
    return report


def _asked(config: pytest.Config) -> dict[str, Path]:
    """Return the plugins to check, each with the folder that a file's path begins at."""
    settings = config.inipath.parent if config.inipath else config.rootpath
    found = dict.fromkeys(config.getini("zoo"), settings)
    return found | dict.fromkeys(config.getoption("zoo"), config.invocation_params.dir)


def _only_ours(config: pytest.Config) -> bool:
    """Tell whether the command line names plugins and neither a file nor a folder of tests."""
    named = config.args_source is pytest.Config.ArgsSource.ARGS
    return bool(config.getoption("zoo")) and not named


class ZooPlugin(pytest.Collector):
    """All checks of one plugin."""

    plugin: str
    file: Path | None
    registry: Registry

    @classmethod
    def of(cls, session: pytest.Session, name: str, base: Path) -> ZooPlugin:
        """Return the collector of a plugin.

        Args:
            session: whose it is.
            name: a distribution, or the path of a Python file.
            base: the folder that a path begins at.
        """
        file = base / name if name.endswith(".py") else None
        title = file.name if file else name
        found: ZooPlugin = cls.from_parent(session, name=title, nodeid=title)
        found.plugin, found.file = name, file
        return found

    def collect(self) -> Iterator[pytest.Item]:
        from zoo_core.testing.subject import look

        plugin = look(self.plugin, self.file)
        self.registry = plugin.registry
        yield ZooCheck.of(self, "plugin loads", plugin.check_loads)
        if plugin.modules:
            yield ZooCheck.of(self, "plugin imports no torch", plugin.check_light)
        for trial in plugin.trials:
            yield ZooTrial.of(self, trial.title, trial)

    def repr_failure(  # type: ignore[override]
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> Any:
        return _shown(self, excinfo) or super().repr_failure(excinfo)


class _Item(pytest.Item):
    """A check with a name; its failure is a few lines."""

    subject: Any

    @classmethod
    def of(cls, parent: ZooPlugin, name: str, subject: Any) -> _Item:
        """Return the item of a check."""
        found: _Item = cls.from_parent(parent, name=name)
        found.subject = subject
        return found

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        return _shown(self, excinfo) or super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, self.name


class ZooCheck(_Item):
    """Something that holds for a plugin as a whole."""

    def runtest(self) -> None:
        self.subject()


class ZooTrial(_Item):
    """Something that is tried of one entry."""

    def runtest(self) -> None:
        from zoo_core.testing.attempt import attempt
        from zoo_core.testing.promises import NotTriedError

        trial: Trial = self.subject
        registry = self.getparent(ZooPlugin)
        assert registry is not None, "a trial is collected from its plugin"
        try:
            attempt(trial, registry.registry, exempt=self.config.getini("zoo_exempt"))
        except NotTriedError as reason:
            pytest.skip(str(reason))


def _shown(
    node: pytest.Collector | pytest.Item, excinfo: pytest.ExceptionInfo[BaseException]
) -> str:
    """Return the few lines of a promise that is not kept, or nothing for anything else."""
    if node.config.getoption("fulltrace"):
        return ""
    from zoo_core.errors import ZooError
    from zoo_core.testing.promises import PromiseError

    return str(excinfo.value) if isinstance(excinfo.value, PromiseError | ZooError) else ""
