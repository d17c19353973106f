from __future__ import annotations

import pytest

from zoo_core import ZooError
from zoo_core.weights.hub.names import HubName, hub_name, means_hub, parse_name

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.mark.parametrize(
    ("text", "repo", "revision"),
    [
        ("ada/digits", "ada/digits", ""),
        ("ada/digits@v1.0", "ada/digits", "v1.0"),
        ("ada/digits@refs/pr/1", "ada/digits", "refs/pr/1"),
        ("hf://ada/digits@main", "ada/digits", "main"),
        (f"Ada-1/a.b_c@{COMMIT}", "Ada-1/a.b_c", COMMIT),
    ],
)
def test_a_name_has_an_owner_and_maybe_a_revision(text, repo, revision):
    assert parse_name(text) == HubName(repo, revision)


@pytest.mark.parametrize(
    "text",
    [
        *("", "ada", "ada/", "/digits", "ada//digits", "a/b/c", "./run", "../run", "ada/.."),
        *("ada/x..y", "ada/x--y", "ada/x.git", "-ada/x", "ada/x-", "ada/x.", "ada/x y", "ada/x\n"),
        *("ada/x@", "ada/x@-v", "ada/x@a..b", "ada/x@a b", "ada/x@a//b", "ada/x@v/", "ada/é"),
        "ada/" + "x" * 100,
    ],
)
def test_other_texts_name_none(text):
    assert parse_name(text) is None
    with pytest.raises(ZooError, match="names no repository on the Hub") as caught:
        hub_name(text)
    assert "written USER/NAME" in caught.value.hint


def test_only_a_whole_commit_pins(tmp_path):
    assert HubName("ada/x", COMMIT).is_pinned
    assert not HubName("ada/x", COMMIT[:12]).is_pinned
    assert not HubName("ada/x", "v1").is_pinned


def test_where_a_folder_is_a_path_in_it_is_meant(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert means_hub("mine/frist")
    (tmp_path / "mine").mkdir()
    assert not means_hub("mine/frist")
    assert means_hub("hf://mine/frist")
    assert not means_hub("runs/frist")
    assert not means_hub("no name at all")


def test_a_name_is_shown_as_it_is_typed():
    assert str(HubName("ada/x", "v1")) == "ada/x@v1"
    assert str(HubName("ada/x")) == "ada/x"
