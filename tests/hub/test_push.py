"""`zoo push`: what goes to the Hub."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from huggingface_hub import ModelCard

from zoo_core import ZooError
from zoo_core.weights.publication.package import Wishes
from zoo_core.weights.publication.push import send

FILES = {"README.md", "config.json", "generator.safetensors", "samples.png"}


def test_a_push_is_one_commit_with_all_that_belongs_together(zoo, trained, repo, held):
    result = zoo("push", trained, repo)
    assert result.exit_code == 0
    assert held.files.keys() == FILES
    assert held.commits == 2
    assert held.head[:12] in result.stdout
    assert held.repo in result.stdout
    assert "uploading README.md, config.json, generator.safetensors, samples.png" in result.stderr


def test_large_files_travel_as_the_client_is_told(package, repo, held, transfer):
    send(package, repo)
    way = {"xet": ("/v1/shards", "POST"), "lfs": ("/uploads/", "PUT")}
    assert {name for name, asked in way.items() if held.asked(*asked)} == {transfer}


def test_what_arrived_is_what_was_sent(package, pushed, held):
    for name, path in package.paths.items():
        assert held.data(name) == path.read_bytes()
    config = json.loads(held.data("config.json"))
    assert (config["kind"], config["step"]) == ("gan-zoo-weights", 4)


def test_the_same_run_again_is_no_commit(zoo, trained, repo, held):
    zoo("push", trained, repo)
    before = held.head
    result = zoo("push", trained, repo)
    assert result.exit_code == 0
    assert (held.head, held.commits) == (before, 2)
    assert f"{repo} has these weights already: no commit was needed" in result.stderr
    assert before[:12] in result.stdout
    assert len(held.asked("/commit/", "POST")) == 1


def test_with_critic_and_state_push_more_and_a_later_push_removes_it(zoo, trained, repo, held):
    zoo("push", trained, repo, "--with-critic", "--with-state")
    assert "discriminator.safetensors" in held.files
    assert {"state/manifest.json", "state/optimizer.safetensors"} <= held.files.keys()
    held.change({"NOTES.md": b"mine", "LICENSE": b"mine too"})
    zoo("push", trained, repo)
    assert held.files.keys() == {*FILES, "NOTES.md", "LICENSE"}


def test_options_reach_the_bundle(zoo, trained, repo, held):
    assert zoo("push", trained, repo, "--no-ema", "--dtype", "float16").exit_code == 0
    config = json.loads(held.data("config.json"))
    assert (config["weights"], config["dtype"]) == ("plain", "float16")


def test_a_private_push_makes_a_private_repository(zoo, hub, trained, repo):
    zoo("push", trained, repo, "--private")
    assert hub.repos["model", repo].private


def test_a_private_push_into_a_public_repository_is_refused(other_package, pushed, held):
    with pytest.raises(ZooError, match="everybody can see it; nothing was pushed"):
        send(other_package, pushed, Wishes(private=True))
    assert held.commits == 2


def test_a_message_and_a_tag_are_kept(hub, package, repo, held):
    done = send(package, repo, Wishes(tag="v1", message="first one"))
    assert held.refs["refs/tags/v1"] == held.head == done.commit
    assert hub.repos["model", repo].commits[held.head].title == "first one"


def test_weights_that_are_there_get_a_tag_without_a_commit(package, pushed, held):
    for _ in range(2):
        done = send(package, pushed, Wishes(tag="v1"))
        assert not done.is_new
    assert (held.commits, held.refs["refs/tags/v1"]) == (2, held.head)


def test_a_tag_of_other_weights_is_refused_before_the_commit(package, other_package, pushed, held):
    send(package, pushed, Wishes(tag="v1"))
    with pytest.raises(ZooError) as caught:
        send(other_package, pushed, Wishes(tag="v1"))
    assert str(caught.value) == (
        f"{pushed!r} has a tag 'v1' already, for other weights; nothing was pushed\n"
        "Hint: a tag names one state for ever: take another, such as `tag='v1.1'`"
    )
    assert held.commits == 2


@pytest.mark.parametrize("tag", ["a b", "../x", "-v", "x..y"])
def test_a_tag_of_another_form_is_refused(package, repo, tag, held):
    with pytest.raises(ZooError, match="cannot be a tag"):
        send(package, repo, Wishes(tag=tag))
    assert not held.is_there


def test_json_says_what_was_done(zoo, trained, repo, held):
    said = json.loads(zoo("push", trained, repo, "--json", "--quiet").stdout)
    assert (said["repo"], said["commit"], said["new"], said["created"]) == (
        *(repo, held.head),
        *(True, True),
    )
    assert said["files"].keys() == FILES


def test_a_dry_run_shows_files_and_card_and_asks_nobody(zoo, hub, trained, repo, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    result = zoo("push", trained, repo, "--dry-run", "--licence", "cc0-1.0")
    assert result.exit_code == 0
    assert f"would go to {repo} in one commit:" in result.stdout
    assert "generator.safetensors  " in result.stdout
    assert "license: cc0-1.0" in result.stdout
    assert f"model = zoo_core.load('{repo}')" in result.stdout
    assert not hub.log


def test_a_dry_run_as_json_has_a_card_that_the_client_reads(zoo, trained, repo):
    said = json.loads(zoo("push", trained, repo, "--dry-run", "--json").stdout)
    card = ModelCard(said["card"])
    assert card.data.library_name == "gan-zoo"
    assert said["files"].keys() == FILES


@pytest.mark.parametrize("name", ["digits", "a/b/c", "ada/../x", "ada/x@v1", "hf://ada/x", "-a/b"])
def test_a_repository_of_another_form_is_refused_before_anything(zoo, hub, trained, name):
    result = zoo("push", "--dry-run", trained, "--", name)
    assert result.exit_code == 1
    assert "names no repository" in result.stderr or "names a revision" in result.stderr


def test_a_repository_that_holds_something_else_is_left_alone(package, pushed, held):
    held.change({"config.json": b'{"model_type": "bert"}'})
    before = held.head
    with pytest.raises(ZooError) as caught:
        send(package, pushed)
    assert str(caught.value) == (
        f"{pushed!r} holds something else than weights of GAN Zoo; nothing was pushed\n"
        "Hint: choose another repository, or remove its config.json if it is to be replaced"
    )
    assert held.head == before


def test_no_run_is_an_error_before_the_hub_is_asked(zoo, hub, repo):
    Path("here").mkdir()
    result = zoo("push", "here/nothing", repo)
    assert (result.exit_code, hub.log) == (1, [])


def test_nothing_is_left_behind(zoo, trained, repo, tmp_path, monkeypatch):
    place = tmp_path / "temporary"
    place.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(place))
    zoo("push", trained, repo)
    zoo("push", trained, repo, "--licence", "no such licence")
    assert not list(place.iterdir())


def test_pushed_weights_can_be_pushed_on(zoo, pushed, trained, tmp_path, held):
    zoo("pull", pushed, "--to", "weights")
    other = f"{pushed}-again"
    assert zoo("push", "weights", other, "--quiet").exit_code == 0
    shutil.rmtree("weights")
    assert zoo("pull", other).exit_code == 0
