"""`zoo pull`: what comes from the Hub, and from where it is read afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants

import zoo_core
from zoo_core.runs.atomic import LEFT
from zoo_core.weights.hub.client import Hub
from zoo_core.weights.hub.names import HubName
from zoo_core.weights.hub.pull import pull, pulled
from zoo_core.weights.publication.package import Wishes
from zoo_core.weights.publication.push import send


def test_a_pull_says_which_commit_it_used_and_where_it_lies(zoo, pushed, held):
    result = zoo("pull", pushed)
    assert result.exit_code == 0
    path = Path(result.stdout.strip())
    assert path.name == held.head
    assert {file.name for file in path.iterdir()} == {"config.json", "generator.safetensors"}
    assert f"{pushed} is commit {held.head[:12]}: 2 files, 3.11 MB" in result.stderr


def test_only_what_the_configuration_names_is_downloaded(pushed, held):
    held.change({"evil.bin": b"x" * 1000, "pytorch_model.bin": b"y" * 1000})
    pulled(pushed)
    asked = {path.rpartition("/")[2] for path in held.asked("/resolve/", "HEAD")}
    asked |= {path.rpartition("/")[2] for path in held.asked("/resolve/")}
    assert asked == {"config.json", "generator.safetensors"}


def test_images_are_those_of_the_run(trained, package, repo, held, new_cache, transfer):
    send(package, repo)
    new_cache()
    expected = zoo_core.load(trained, device="cpu").sample(5, seed=3)
    assert torch.equal(zoo_core.load(repo, device="cpu").sample(5, seed=3), expected)


def test_a_hub_id_works_where_a_run_does(zoo, pushed, tmp_path):
    assert zoo("sample", pushed, "--count", "4", "--out", "a.png").exit_code == 0
    assert (tmp_path / "a.png").is_file()


def test_a_run_begins_with_pushed_weights(zoo, pushed, tmp_path):
    tiny = ("--gen", "vanilla", "--data", "digits", "--size", "8", "--steps", "1", "--batch", "8")
    result = zoo("train", *tiny, "--init", pushed, "--run", tmp_path / "run")
    assert result.exit_code == 0


def test_what_is_cached_works_without_a_connection(pushed, hub, monkeypatch, pauses):
    first = pulled(pushed)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    found = pull(HubName(pushed))
    assert (found.path, found.offline) == (first, True)
    hub.log.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert pulled(pushed) == first


def test_the_command_says_that_it_is_from_the_cache(zoo, pushed, hub, pauses):
    zoo("pull", pushed)
    hub.add_fault("/api/models/", status=503, count=None)
    result = zoo("pull", pushed)
    assert result.exit_code == 0
    assert ", from the cache: 2 files" in result.stderr


def test_a_whole_commit_id_in_the_cache_asks_nobody(pushed, hub, held):
    first = pulled(pushed, held.head)
    hub.log.clear()
    assert pulled(pushed, held.head) == first
    assert hub.log == []


def test_a_revision_pins_the_weights(package, other_package, repo, held):
    send(package, repo, Wishes(tag="v1"))
    old = held.head
    send(other_package, repo)
    assert pulled(repo, "v1").name == old
    assert pulled(repo).name == held.head != old


def test_a_new_commit_is_seen(package, other_package, repo, held):
    send(package, repo)
    first = pulled(repo)
    send(other_package, repo)
    assert pulled(repo) != first


def test_to_writes_a_copy_that_works_alone(zoo, pushed, tmp_path):
    result = zoo("pull", pushed, "--to", "weights/mine")
    assert result.stdout == "weights/mine\n"
    files = list((tmp_path / "weights" / "mine").iterdir())
    assert {file.name for file in files} == {"config.json", "generator.safetensors"}
    assert not any(file.is_symlink() for file in files)
    assert zoo("sample", "weights/mine", "--count", "4").exit_code == 0


def test_to_leaves_a_folder_alone_that_holds_something(zoo, pushed, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "note").write_text("x")
    result = zoo("pull", pushed, "--to", "mine")
    assert result.stderr.endswith(
        "Error: 'mine' is not empty\nHint: `--to` takes a new or an empty folder\n"
    )
    assert [file.name for file in (tmp_path / "mine").iterdir()] == ["note"]


def test_to_takes_an_empty_folder(zoo, pushed, tmp_path):
    (tmp_path / "mine").mkdir()
    assert zoo("pull", pushed, "--to", "mine").exit_code == 0


def test_to_leaves_nothing_where_it_cannot_write(zoo, pushed, tmp_path):
    (tmp_path / "file").write_text("x")
    result = zoo("pull", pushed, "--to", "file/inside")
    assert "Error: cannot write 'file/inside'" in result.stderr
    assert not list(tmp_path.rglob(LEFT))


def test_json_says_what_is_there(zoo, pushed, held):
    said = json.loads(zoo("pull", f"{pushed}@main", "--json", "--quiet").stdout)
    assert (said["repo"], said["revision"], said["commit"]) == (pushed, "main", held.head)
    assert said["files"].keys() == {"config.json", "generator.safetensors"}


def test_state_comes_only_when_it_is_asked_for(trained, zoo, repo, held):
    zoo("push", trained, repo, "--with-state")
    assert not (pulled(repo) / "state").exists()
    found = pull(HubName(repo), hub=Hub(), with_state=True)
    assert (found.path / "state" / "manifest.json").is_file()


def test_state_that_was_not_pushed_is_an_error(zoo, pushed):
    result = zoo("pull", pushed, "--with-state")
    assert result.stderr == (
        "Error: these weights were pushed without what resuming needs\n"
        "Hint: `zoo push RUN REPO --with-state` pushes it too; `zoo train --init REPO` begins a "
        "new run with them\n"
    )


@pytest.mark.parametrize("name", ["digits", "a/b/c", "ada/../x", "ada/x@", "ada/x@a b", "/etc/x"])
def test_a_name_of_another_form_is_refused(zoo, hub, name):
    result = zoo("pull", name)
    assert f"Error: {name!r} names no repository on the Hub" in result.stderr
    assert hub.log == []


def test_a_pull_through_the_client_of_a_whole_repository_still_loads(pushed, hub):
    Hub().api.snapshot_download(pushed, cache_dir=Hub().cache)
    assert zoo_core.load(pushed, device="cpu").sample(1).shape == (1, 1, 8, 8)
