"""A model hub on loopback, one small trained run, and a client that asks that hub and no other."""

from __future__ import annotations

import importlib.util
import itertools
import os
import re
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner, Result
from huggingface_hub import constants

from zoo_cli.main import zoo as group
from zoo_core.weights.publication.package import Package, Wishes, packed
from zoo_core.weights.publication.push import send

ROOT = Path(__file__).resolve().parents[2]
TINY = ("--gen", "vanilla", "--data", "digits", "--size", "8", "--steps", "4", "--batch", "8")
TOKENS = ("hf_write:ada:write", "hf_read:ada:read", "hf_other:bob:write")

Zoo = Callable[..., Result]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let pass what the client's own upload of large files calls in a way that is deprecated."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            for text in ("Use 'content=", "hf_xet.upload_files"):
                item.add_marker(pytest.mark.filterwarnings(f"ignore:{text}:DeprecationWarning"))


def shared_folder() -> Path:
    """Return the folder that holds `hub/loopback_hub.py`: ZOO_SHARED, or `shared` beside us."""
    return Path(os.environ.get("ZOO_SHARED") or ROOT.parent / "shared")


def loopback_module() -> ModuleType:
    """Return the module of the loopback hub; tests skip where it is absent."""
    file = shared_folder() / "hub" / "loopback_hub.py"
    if not file.is_file():
        pytest.skip(f"no loopback hub at {file}: ZOO_SHARED names the folder that holds hub/")
    if "loopback_hub" not in sys.modules:
        spec = importlib.util.spec_from_file_location("loopback_hub", file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules["loopback_hub"] = module
        spec.loader.exec_module(module)
    return sys.modules["loopback_hub"]


def run_zoo(*arguments: str | Path) -> Result:
    """Run `zoo` in this process; a bug is raised, an exit is returned."""
    result = CliRunner().invoke(group, [str(each) for each in arguments], prog_name="zoo")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert "Traceback" not in result.stderr
    return result


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give one hub for all tests: the client of Xet remembers what it has uploaded where."""
    home = tmp_path_factory.mktemp("hf")
    before = {name: os.environ.get(name) for name in ("HF_HOME", "HF_XET_CACHE")}
    os.environ.update(HF_HOME=str(home), HF_XET_CACHE=str(home / "xet"))
    with loopback_module().LoopbackHub(tokens=TOKENS) as hub:
        yield hub
    for name, value in before.items():
        os.environ.pop(name) if value is None else os.environ.update({name: value})


@pytest.fixture
def hub(server: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Give the hub without faults; the client asks it with ada's token and an empty cache."""
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "HF_ENDPOINT": server.endpoint,
        "HF_TOKEN": "hf_write",
        "HF_HUB_CACHE": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
        "COLUMNS": "80",
        "NO_COLOR": "1",
        "ZOO_STRICT_PLUGINS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    for name in ("FORCE_COLOR", "HF_HUB_OFFLINE", "HUGGING_FACE_HUB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    # what the client has read when it was imported
    template = server.endpoint + "/{repo_id}/resolve/{revision}/{filename}"
    monkeypatch.setattr(constants, "ENDPOINT", server.endpoint)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))
    clear(server)
    yield server
    clear(server)


def clear(server: Any) -> None:
    with server.lock:
        server.faults.clear()
        server.log.clear()


@pytest.fixture(params=["xet", "lfs"])
def transfer(request: pytest.FixtureRequest, server: Any, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return how large files travel; a test that asks for it runs both ways.

    The hub forgets the large files of other tests, so that they are uploaded again.
    """
    for file in server.root.glob("objects/??/*"):
        if file.stat().st_size > 100_000:
            file.unlink()
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", request.param == "lfs")
    return str(request.param)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds that were waited for: they pass at once."""
    waited: list[float] = []
    sleep = time.sleep

    def short(seconds: float) -> None:
        # the server sleeps too, for no time
        if seconds:
            waited.append(seconds)
        sleep(min(seconds, 0.001))

    monkeypatch.setattr(time, "sleep", short)
    return waited


_numbers = itertools.count()


@pytest.fixture
def repo() -> str:
    """Return the name of a repository that no other test has."""
    return f"ada/digits-{next(_numbers)}"


@pytest.fixture
def zoo(hub: Any) -> Zoo:
    return run_zoo


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of four steps; tests must not change it."""
    directory = tmp_path_factory.mktemp("trained") / "run"
    assert run_zoo("train", *TINY, "--run", directory).exit_code == 0
    return directory


@pytest.fixture(scope="session")
def package(trained: Path) -> Iterator[Package]:
    """Give the run's weights as they are pushed; tests must not change them."""
    with packed(trained, "ada/digits", Wishes()) as found:
        yield found


@pytest.fixture(scope="session")
def other_package(trained: Path) -> Iterator[Package]:
    """Give other weights of the run."""
    with packed(trained, "ada/digits", Wishes(average=False)) as found:
        yield found


@pytest.fixture
def pushed(hub: Any, package: Package, repo: str, tmp_path: Path) -> str:
    """Return a repository that holds the run's weights; nothing of it is in the cache."""
    send(package, repo)
    shutil.rmtree(tmp_path / "cache", ignore_errors=True)
    clear(hub)
    return repo


class Held:
    """What the hub holds of a repository, and what it was asked.

    Args:
        hub: the server.
        repo: owner and name.
    """

    def __init__(self, hub: Any, repo: str) -> None:
        self.hub, self.repo = hub, repo

    @property
    def _repo(self) -> Any:
        return self.hub.repos["model", self.repo]

    @property
    def is_there(self) -> bool:
        return ("model", self.repo) in self.hub.repos

    @property
    def head(self) -> str:
        return str(self._repo.refs["refs/heads/main"])

    @property
    def refs(self) -> dict[str, str]:
        return dict(self._repo.refs)

    @property
    def commits(self) -> int:
        return len(self._repo.commits)

    @property
    def files(self) -> dict[str, Any]:
        return {
            name: entry
            for name, entry in self._repo.commits[self.head].tree.items()
            if name != ".gitattributes"
        }

    def data(self, name: str) -> bytes:
        return bytes(self.hub.blobs.path(self.files[name].sha256).read_bytes())

    def gate(self) -> None:
        self._repo.gated = "auto"

    def change(self, files: dict[str, bytes | None]) -> None:
        """Commit files as a stranger would; None removes one."""
        lines: list[dict[str, Any]] = [{"key": "header", "value": {"summary": "changed"}}]
        for name, data in files.items():
            if data is None:
                lines.append({"key": "deletedFile", "value": {"path": name}})
            else:
                sha = self.hub.blobs.put([data])
                lines.append(
                    {"key": "lfsFile", "value": {"path": name, "oid": sha, "size": len(data)}}
                )
        with self.hub.lock:
            self.hub.commit(self._repo, "main", lines, "ada", False)

    def asked(self, pattern: str, method: str = "GET") -> list[str]:
        """Return the paths of the requests that match."""
        return [
            each["path"]
            for each in self.hub.log
            if each["method"] == method and re.search(pattern, each["path"])
        ]


@pytest.fixture
def held(hub: Any, repo: str) -> Held:
    """Return what the hub holds of the test's repository."""
    return Held(hub, repo)


@pytest.fixture
def new_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Return a function that gives the client an empty cache, as on another machine."""

    def made() -> Path:
        path = tmp_path / f"cache-{next(_numbers)}"
        monkeypatch.setenv("HF_HUB_CACHE", str(path))
        return path

    return made
