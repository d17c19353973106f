"""Runs that push while they train, and runs that go on from what was pushed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
import torch

from zoo_core import ZooError
from zoo_core.digests import sha256_of
from zoo_core.runs.checkpoint import read_checkpoint
from zoo_core.weights.bundle.untrusted import digest_of
from zoo_core.weights.hub.runs import run_from_hub

TINY = ("--gen", "vanilla", "--data", "digits", "--size", "8", "--batch", "8")
PACE = ("--log-every", "1", "--checkpoint-every", "2")


def weights_of(run: Path, step: int) -> dict[str, dict[str, torch.Tensor]]:
    return read_checkpoint(run / "checkpoints" / f"step-{step:08d}")[0]


def same(one: dict, other: dict) -> bool:
    return one.keys() == other.keys() and all(
        one[stem].keys() == other[stem].keys()
        and all(torch.equal(one[stem][name], other[stem][name]) for name in one[stem])
        for stem in one
    )


def titles(hub, repo: str) -> list[str]:
    return [commit.title for commit in hub.repos["model", repo].commits.values()][1:]


def test_a_run_pushes_every_so_many_steps_and_at_the_end(zoo, hub, repo, tmp_path):
    result = zoo(
        *("train", *TINY, *PACE, "--steps", "7", "--run", tmp_path / "run"),
        *("--push-to", repo, "--push-every", "3", "--push-private"),
    )
    assert result.exit_code == 0
    assert titles(hub, repo) == [f"moving average of step {step}" for step in (4, 6, 7)]
    assert hub.repos["model", repo].private
    assert f"pushed step 4 to {hub.endpoint}/{repo} (commit " in result.stderr


def test_a_run_that_is_told_no_pace_pushes_at_its_end(zoo, hub, repo, tmp_path):
    zoo("train", *TINY, *PACE, "--steps", "4", "--run", tmp_path / "run", "--push-to", repo)
    assert titles(hub, repo) == ["moving average of step 4"]


def test_pushing_changes_no_number_of_the_training(zoo, hub, repo, tmp_path):
    steps = ("--steps", "4", *PACE)
    zoo("train", *TINY, *steps, "--run", tmp_path / "a")
    zoo("train", *TINY, *steps, "--run", tmp_path / "b", "--push-to", repo, "--push-every", "1")
    assert same(weights_of(tmp_path / "a", 4), weights_of(tmp_path / "b", 4))


def test_a_push_that_fails_is_a_remark_and_is_tried_again(zoo, hub, repo, tmp_path):
    hub.add_fault("/api/repos/create", status=403)
    result = zoo(
        *("train", *TINY, *PACE, "--steps", "4", "--run", tmp_path / "run"),
        *("--push-to", repo, "--push-every", "2"),
    )
    assert result.exit_code == 0
    assert f"step 2 was not pushed: your token does not allow making {repo!r}" in result.stderr
    assert "it is tried again at the next checkpoint" in result.stderr
    assert titles(hub, repo) == ["moving average of step 4"]


def test_a_run_without_a_token_trains_and_says_so_at_once(zoo, hub, repo, tmp_path, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    result = zoo("train", *TINY, "--steps", "2", "--run", tmp_path / "run", "--push-to", repo)
    assert result.exit_code == 0
    assert f"there is no token to push to {repo!r} with" in result.stderr
    assert f"`zoo push {tmp_path / 'run'} {repo}` pushes it" in result.stderr


@pytest.mark.parametrize("name", ["digits", "ada/x@v1"])
def test_a_name_of_another_form_is_refused_before_anything_trains(zoo, hub, name, tmp_path):
    result = zoo("train", *TINY, "--steps", "2", "--run", tmp_path / "run", "--push-to", name)
    assert result.exit_code == 1
    assert "names " in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_run_goes_on_from_the_hub_as_if_nothing_had_been(zoo, hub, repo, tmp_path, new_cache):
    zoo("train", *TINY, *PACE, "--steps", "6", "--run", tmp_path / "whole")
    zoo("train", *TINY, *PACE, "--steps", "4", "--run", tmp_path / "half")
    zoo("push", tmp_path / "half", repo, "--with-state")
    new_cache()
    result = zoo("train", "--resume", repo, "--run", tmp_path / "on", "--steps", "6")
    assert result.exit_code == 0
    assert f"{repo} goes on in {tmp_path / 'on'}" in result.stderr
    assert same(weights_of(tmp_path / "whole", 6), weights_of(tmp_path / "on", 6))
    lines = (tmp_path / "on" / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [1, 2, 3, 4, 5, 6]


def test_a_run_pushed_while_it_trained_goes_on(zoo, hub, repo, tmp_path):
    zoo(
        *("train", *TINY, *PACE, "--steps", "4", "--run", tmp_path / "run"),
        *("--push-to", repo, "--push-state"),
    )
    assert zoo("train", "--resume", repo, "--steps", "5").exit_code == 0
    config = json.loads((tmp_path / "runs" / repo.partition("/")[2] / "config.json").read_text())
    assert "push_to" not in config["options"]["run"]
    assert titles(hub, repo) == ["moving average of step 4"]


def test_weights_without_their_state_cannot_go_on(zoo, pushed, tmp_path):
    result = zoo("train", "--resume", pushed)
    assert "Error: these weights were pushed without what resuming needs" in result.stderr
    assert not (tmp_path / "runs").exists()


def test_a_run_here_goes_on_in_its_own_directory(zoo, trained, tmp_path):
    result = zoo("train", "--resume", trained, "--run", tmp_path / "other")
    assert (result.exit_code, "takes no --run" in result.stderr) == (2, True)


def test_a_directory_that_holds_something_is_left_alone(zoo, hub, trained, repo, tmp_path):
    zoo("push", trained, repo, "--with-state", "--quiet")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "note").write_text("x")
    with pytest.raises(ZooError, match="is not empty"):
        run_from_hub(repo, tmp_path / "here")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda config, state: config.update(plugins=["evil.py"]), "which would execute code"),
        (
            lambda config, state: config["parts"].update(loss="gan-zoo/minimax"),
            "is of another composition than its weights",
        ),
        (lambda config, state: state.update(step=10**6), "is not what a run writes"),
        (lambda config, state: state.update(seconds="soon"), "is not what a run writes"),
        (lambda config, state: state.pop("identity"), "is not what a run writes"),
    ],
    ids=["plugins", "composition", "step", "seconds", "identity"],
)
def test_a_state_that_a_stranger_changed_is_refused(
    zoo, hub, trained, repo, held, tmp_path, change, said
):
    zoo("push", trained, repo, "--with-state", "--quiet")
    files = {
        name: json.loads(held.data(f"state/{name}"))
        for name in ("config.json", "state.json", "manifest.json")
    }
    change(files["config.json"], files["state.json"])
    place = tmp_path / "changed"
    place.mkdir()
    bundle = json.loads(held.data("config.json"))
    for name in ("config.json", "state.json", "manifest.json"):
        (place / name).write_text(json.dumps(files[name]))
        bundle["sha256"][f"state/{name}"] = sha256_of(place / name)
        # the manifest, which comes last, has the checksum of what was changed
        files["manifest.json"]["files"]["state.json"] = sha256_of_text(files["state.json"])
    bundle.pop("digest")
    bundle["digest"] = digest_of(bundle)
    held.change(
        {
            "config.json": json.dumps(bundle).encode(),
            **{f"state/{name}": (place / name).read_bytes() for name in files},
        }
    )
    with pytest.raises(ZooError, match=said):
        run_from_hub(repo, tmp_path / "run")
    assert not (tmp_path / "run").exists()
    assert not list(tmp_path.glob(".run*"))


def sha256_of_text(value: dict) -> str:
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()
