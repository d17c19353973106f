"""Files and folders are written whole or not at all, whatever goes wrong."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from safetensors import SafetensorError

from zoo_core.errors import ZooError
from zoo_core.runs.atomic import (
    LEFT,
    whole_file,
    whole_folder,
    write_bytes,
    write_errors,
    write_json,
)

FULL = Path("/dev/full")
RUN = "choose a directory that you can write, with `--run`"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text("old")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "a"
    path.mkdir()
    (path / "old.txt").write_text("old")
    return path


def shown(place: Path) -> dict[str, str]:
    """Return every file below a folder with its text."""
    files = [path for path in place.rglob("*") if path.is_file()]
    return {path.relative_to(place).as_posix(): path.read_text() for path in files}


@pytest.fixture
def usual(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Return the mode of new files under a mask of its own."""
    before = os.umask(0o027)
    yield 0o640
    os.umask(before)


def write_file(path: Path, act: Callable[[Path], object]) -> None:
    with whole_file(path) as temporary:
        act(temporary)


def write_folder(path: Path, act: Callable[[Path], object] = lambda _: 0, *, over: bool) -> None:
    """Write a folder of one file, and let something happen then."""
    with whole_folder(path, over=over) as temporary:
        (temporary / "new.txt").write_text("new")
        act(temporary)


def breaking_off(error: BaseException) -> Callable[[Path], None]:
    """Return what writes a little and stops."""

    def act(path: Path) -> None:
        (path / "half" if path.is_dir() else path).write_text("ha")
        raise error

    return act


def folders_fail(monkeypatch: pytest.MonkeyPatch, error: int) -> None:
    """Let no folder be synced."""
    sync = os.fsync

    def failing(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(error, os.strerror(error))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", failing)


def test_a_file_is_written_with_the_folders_above_it(tmp_path: Path) -> None:
    write_bytes(tmp_path / "new" / "deep" / "a.txt", b"text")
    assert shown(tmp_path) == {"new/deep/a.txt": "text"}
    assert [path.name for path in (tmp_path / "new" / "deep").iterdir()] == ["a.txt"]


def test_a_file_is_there_as_it_was_until_the_new_one_is_whole(file: Path) -> None:
    with whole_file(file) as temporary:
        temporary.write_text("ne")
        assert file.read_text() == "old"
        assert (temporary.name, temporary.suffix) == (file.name, file.suffix)
    assert shown(file.parent) == {"a.txt": "ne"}


def test_a_relative_name_is_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_bytes(Path("a.txt"), b"text")
    with whole_folder(Path("b"), over=False) as temporary:
        (temporary / "c").write_text("text")
    assert shown(tmp_path) == {"a.txt": "text", "b/c": "text"}


def test_json_is_replaced_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_json(file, {"a": 1})
    with pytest.raises(TypeError):
        write_json(file, {"a": object()})
    assert json.loads(file.read_text()) == {"a": 1}
    assert file.read_text().endswith("}\n")


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("odd"), SystemExit(1)])
def test_a_writer_that_breaks_off_leaves_what_was_there(file: Path, error: BaseException) -> None:
    with pytest.raises(type(error)):
        write_file(file, breaking_off(error))
    assert [path.name for path in file.parent.iterdir()] == ["a.txt"]
    assert shown(file.parent) == {"a.txt": "old"}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError("odd"), SystemExit(1)])
@pytest.mark.parametrize("over", [True, False])
def test_a_folder_that_is_broken_off_leaves_what_was_there(
    folder: Path, error: BaseException, over: bool
) -> None:
    with pytest.raises(type(error)):
        write_folder(folder, breaking_off(error), over=over)
    assert shown(folder.parent) == {"a/old.txt": "old"}
    assert [path.name for path in folder.parent.iterdir()] == ["a"]


@pytest.mark.skipif(not FULL.exists(), reason="the system has no full disk to write to")
def test_a_full_disk_leaves_what_was_there(file: Path) -> None:
    def fill(path: Path) -> None:
        path.symlink_to(FULL)
        path.write_text("new")

    with pytest.raises(ZooError) as caught:
        write_file(file, fill)
    assert caught.value.message == f"cannot write {str(file)!r}: the disk is full"
    assert caught.value.hint == "make room there, then go on with `zoo train --resume`"
    assert shown(file.parent) == {"a.txt": "old"}


LIMITED = """
import resource, signal, sys
from pathlib import Path
from zoo_core.errors import ZooError
from zoo_core.runs.atomic import whole_folder, write_bytes

def write_file(path):
    write_bytes(path, bytes(10_000))

def write_folder(path):
    with whole_folder(path, over=True) as temporary:
        (temporary / "small").write_bytes(bytes(10))
        (temporary / "large").write_bytes(bytes(10_000))

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
for write, name in ((write_file, "a.txt"), (write_folder, "a")):
    try:
        write(Path(sys.argv[1]) / name)
    except ZooError as error:
        print(error.message)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no limits there")
def test_a_file_that_is_cut_short_leaves_what_was_there(file: Path, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(file.parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        f"cannot write {str(path)!r}: File too large" for path in (file, folder)
    ]
    assert shown(file.parent) == {"a.txt": "old", "a/old.txt": "old"}
    assert not list(file.parent.rglob(LEFT))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_a_disk_that_fails_at_the_end_leaves_what_was_there(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def failing(_: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", failing)
    reason = os.strerror(number) if number == errno.EIO else "the disk is full"
    with pytest.raises(ZooError, match=reason):
        write_bytes(file, b"new")
    with pytest.raises(ZooError, match=reason):
        write_folder(folder, over=True)
    assert shown(file.parent) == {"a.txt": "old", "a/old.txt": "old"}
    assert sorted(path.name for path in file.parent.iterdir()) == ["a", "a.txt"]


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOTSUP, errno.EACCES])
def test_a_file_system_need_not_sync_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    folders_fail(monkeypatch, number)
    write_bytes(tmp_path / "a.txt", b"new")
    write_folder(tmp_path / "a", over=True)
    assert shown(tmp_path) == {"a.txt": "new", "a/new.txt": "new"}


def test_a_folder_that_fails_to_reach_the_disk_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders_fail(monkeypatch, errno.EIO)
    with pytest.raises(ZooError, match=os.strerror(errno.EIO)):
        write_bytes(tmp_path / "a.txt", b"new")
    assert not list(tmp_path.glob(LEFT))


def test_file_and_folder_are_synced_before_and_after_the_renaming(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced, sync = [], os.fsync

    def noted(descriptor: int) -> None:
        synced.append((os.fstat(descriptor).st_ino, (tmp_path / "a").exists()))
        sync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    with whole_folder(tmp_path / "a", over=False) as temporary:
        (temporary / "b").mkdir()
        (temporary / "b" / "c.txt").write_text("text")
    inside = {(tmp_path / name).stat().st_ino for name in ("a", "a/b", "a/b/c.txt")}
    assert inside <= {node for node, renamed in synced if not renamed}
    assert synced[-1] == (tmp_path.stat().st_ino, True)
    synced.clear()
    write_bytes(tmp_path / "d.txt", b"text")
    assert [node for node, _ in synced] == [
        (tmp_path / "d.txt").stat().st_ino,
        tmp_path.stat().st_ino,
    ]
    synced.clear()
    with whole_file(tmp_path / "e.txt", sync=False) as temporary:
        temporary.write_text("text")
    assert not synced


def private(path: Path) -> None:
    """Write a file as some libraries do."""
    path.write_text("text")
    path.chmod(0o600)


@pytest.mark.parametrize("writer", [Path.touch, private])
def test_new_files_have_the_mode_of_new_files(
    tmp_path: Path, usual: int, writer: Callable[[Path], None]
) -> None:
    write_file(tmp_path / "a.txt", writer)
    write_folder(tmp_path / "a", lambda path: writer(path / "b.txt"), over=False)
    modes = [(tmp_path / name).stat().st_mode & 0o777 for name in ("a.txt", "a/b.txt", "a")]
    assert modes == [usual, usual, 0o750]


def test_a_folder_is_replaced_with_all_that_it_held(folder: Path) -> None:
    seen: list[dict[str, str]] = []
    write_folder(folder, lambda _: seen.append(shown(folder)), over=True)
    assert seen == [{"old.txt": "old"}]
    assert shown(folder) == {"new.txt": "new"}
    assert [path.name for path in folder.parent.iterdir()] == ["a"]


def test_a_folder_that_cannot_take_its_place_leaves_the_old_one(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rename = os.rename

    def interrupted(source: Path, target: Path) -> None:
        if Path(target) == folder and "new" in Path(source).parts:
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(os, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_folder(folder, over=True)
    assert shown(folder.parent) == {"a/old.txt": "old"}
    assert [path.name for path in folder.parent.iterdir()] == ["a"]


def test_an_empty_folder_gives_way_and_one_that_holds_something_does_not(folder: Path) -> None:
    empty = folder.with_name("empty")
    empty.mkdir()
    write_folder(empty, over=False)
    with pytest.raises(ZooError, match="not empty"):
        write_folder(folder, over=False)
    assert shown(folder.parent) == {"a/old.txt": "old", "empty/new.txt": "new"}


@pytest.mark.parametrize("over", [True, False])
def test_a_folder_does_not_take_the_place_of_a_file(file: Path, over: bool) -> None:
    with pytest.raises(ZooError, match="Not a directory"):
        write_folder(file, over=over)
    assert shown(file.parent) == {"a.txt": "old"}


def test_a_file_does_not_take_the_place_of_a_folder(folder: Path) -> None:
    with pytest.raises(ZooError, match="Is a directory"):
        write_bytes(folder, b"new")
    assert shown(folder.parent) == {"a/old.txt": "old"}


@pytest.mark.parametrize(
    ("error", "hint", "message", "advice"),
    [
        (
            SafetensorError("odd"),
            None,
            "odd",
            "choose a directory that you can write, with `--run`",
        ),
        (
            SafetensorError("I/O error: No space left on device"),
            "take another",
            "the disk is full",
            "make room there, or take another",
        ),
        (OSError(errno.EACCES, "Permission denied"), "take another", "Permission denied", None),
        (OSError("odd"), "take another", "odd", None),
    ],
)
def test_what_cannot_be_written_says_what_to_do(
    error: Exception, hint: str | None, message: str, advice: str | None
) -> None:
    with pytest.raises(ZooError) as caught, write_errors(Path("x"), hint=hint):
        raise error
    assert caught.value.message == f"cannot write 'x': {message}"
    assert caught.value.hint == (advice or hint)
