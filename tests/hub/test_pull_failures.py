"""What goes wrong while weights are pulled: the outcome, and what is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from huggingface_hub import constants

from zoo_core import ZooError
from zoo_core.runs.atomic import LEFT
from zoo_core.weights.bundle.untrusted import digest_of
from zoo_core.weights.hub.names import HubName
from zoo_core.weights.hub.pull import pull, pulled

WEIGHTS = "generator.safetensors"


def refused(repo: str, revision: str = "") -> str:
    """Return what is said to a pull that does not work."""
    with pytest.raises(ZooError) as caught:
        pulled(repo, revision)
    return str(caught.value)


def weights_in(cache: str) -> list[Path]:
    """Return everything in the cache that may be weights."""
    return [
        path for path in Path(cache).rglob("*") if path.is_file() and path.stat().st_size > 10_000
    ]


def test_a_repository_that_is_not_there(hub, repo, monkeypatch):
    assert refused(repo) == (
        f"there is no repository {repo!r}, or your token may not see it\n"
        "Hint: check the name; `hf auth whoami` says whose token it is"
    )
    monkeypatch.delenv("HF_TOKEN")
    assert refused(repo) == (
        f"there is no repository {repo!r} that can be seen without a token\n"
        "Hint: check the name; a private one needs `hf auth login`, or HF_TOKEN"
    )


def test_a_private_repository_without_a_token(zoo, hub, pushed, monkeypatch):
    hub.repos["model", pushed].private = True
    monkeypatch.delenv("HF_TOKEN")
    result = zoo("pull", pushed)
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: there is no repository {pushed!r} that can be seen without a token\n"
        "Hint: check the name; a private one needs `hf auth login`, or HF_TOKEN\n",
    )


def test_a_private_repository_with_a_token_that_may_read(hub, pushed, monkeypatch):
    hub.repos["model", pushed].private = True
    monkeypatch.setenv("HF_TOKEN", "hf_read")
    assert pulled(pushed).is_dir()
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    assert "or your token may not see it" in refused(pushed)


def test_a_token_that_the_hub_does_not_know(hub, pushed, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_nonsense")
    assert refused(pushed) == (
        f"the Hub does not accept your token while reading {pushed!r}\n"
        f"Hint: `hf auth login` with one from {hub.endpoint}/settings/tokens; HF_TOKEN, where it "
        "is set, comes first"
    )


def test_a_gated_repository(hub, pushed, held, monkeypatch):
    held.gate()
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    said = f"{pushed!r} is gated: its owner decides who gets its files\n"
    way = f"Hint: ask for access at {hub.endpoint}/{pushed}"
    assert refused(pushed) == said + way
    monkeypatch.delenv("HF_TOKEN")
    assert refused(pushed) == f"{said}{way}, then log in with `hf auth login` or set HF_TOKEN"


def test_a_revision_that_is_not_there(hub, pushed):
    assert refused(pushed, "v9") == (
        f"{pushed!r} has no revision 'v9'\n"
        f"Hint: a branch, a tag or a whole commit id; {hub.endpoint}/{pushed}/tree/main lists them"
    )


def test_a_repository_without_a_configuration(pushed, held):
    held.change({"config.json": None})
    assert refused(pushed) == (
        f"{pushed!r} has no config.json, so it holds no weights of GAN Zoo\n"
        "Hint: `zoo push` makes such repositories"
    )


def test_a_repository_without_its_weights(pushed, held):
    held.change({WEIGHTS: None})
    assert refused(pushed) == (
        f"{pushed!r} lacks {WEIGHTS!r}, which its config.json names\n"
        "Hint: it was not pushed whole: tell its owner; nothing was downloaded"
    )


def test_weights_that_were_exchanged_are_not_downloaded(pushed, held):
    held.change({WEIGHTS: b"x" * 100})
    assert refused(pushed) == (
        f"{WEIGHTS!r} of {pushed!r} is not the one that its config.json names: the checksums "
        "differ\nHint: it was changed after the push: tell its owner; nothing was downloaded"
    )
    assert not held.asked(WEIGHTS)


def test_a_configuration_that_is_too_large_is_not_downloaded(hub, pushed, held):
    held.change({"config.json": b"{" + b" " * (1 << 20)})
    assert "has 1,048,577 bytes, so it is none of GAN Zoo's" in refused(pushed)
    assert not held.asked("/resolve/") + held.asked("/objects/")


def test_a_claim_of_a_hundred_gigabytes_is_not_downloaded(pushed, held, monkeypatch):
    from zoo_core.weights.hub.client import Hub
    from zoo_core.weights.hub.remote import Remote, RemoteFile

    look = Hub.look

    def inflated(self, repo, revision=""):
        found = look(self, repo, revision)
        large = RemoteFile(10**11, "", found.files[WEIGHTS].sha256)
        return Remote(repo, found.commit, found.private, {**found.files, WEIGHTS: large})

    monkeypatch.setattr(Hub, "look", inflated)
    said = refused(pushed)
    assert said.startswith(
        f"{WEIGHTS} of {pushed!r} has 100,000,000,000 bytes, and its net needs at most "
    )
    assert said.endswith("Hint: it is not what it claims to be; nothing was downloaded")
    assert not held.asked(WEIGHTS)


def changed_config(held, change) -> None:
    config = json.loads(held.data("config.json"))
    change(config)
    config.pop("digest")
    config["digest"] = digest_of(config)
    held.change({"config.json": json.dumps(config).encode()})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda c: c.update(format=9), "`pip install --upgrade gan-zoo`"),
        (
            lambda c: c["composition"]["parts"].update(generator="zoo-plugin-dcgan/nothing"),
            "nothing",
        ),
        (lambda c: c["composition"].update(plugins=["evil.py"]), "plugin files"),
        (
            lambda c: c["composition"]["options"]["run"].update(latent_dim=10**8),
            "cannot take 100000000 for 'latent_dim'",
        ),
        (
            lambda c: c.update(
                components={"generator": "../evil.safetensors"},
                sha256={"../evil.safetensors": "0" * 64},
            ),
            "which is no plain file of its own",
        ),
    ],
    ids=["format", "part", "plugins", "number", "path"],
)
def test_what_is_wrong_with_a_configuration_is_said_before_weights_come(pushed, held, change, said):
    changed_config(held, change)
    assert said in refused(pushed)
    assert not held.asked(WEIGHTS)


@pytest.mark.parametrize("status", [500, 503])
def test_trouble_that_passes_is_waited_for(hub, pushed, pauses, status):
    hub.add_fault("/api/models/", status=status, count=2)
    hub.add_fault("/resolve/.*safetensors", status=status, count=2)
    hub.add_fault("/objects/", status=status, count=1)
    assert pulled(pushed).is_dir()
    assert pauses


def test_trouble_that_stays_is_said(hub, pushed, pauses):
    hub.add_fault("/api/models/", status=500, count=None)
    assert refused(pushed) == (
        f"the Hub has trouble (status 500) while reading {pushed!r}\n"
        "Hint: repeat the command later; nothing is left half done"
    )


def test_trouble_that_stays_with_one_file_is_said(hub, pushed, pauses):
    hub.add_fault("/resolve/.*safetensors", status=503, count=None)
    assert "the Hub has trouble (status 503) while reading" in refused(pushed)
    hub.faults.clear()
    assert pulled(pushed).is_dir()


def test_too_many_requests_are_repeated_after_as_long_as_the_hub_asks(hub, pushed, pauses):
    hub.add_fault("/api/models/", status=429, retry_after=9)
    hub.add_fault("/resolve/.*config", status=429, retry_after=11)
    hub.add_fault("/objects/", status=429, retry_after=13)
    assert pulled(pushed).is_dir()
    assert 9.0 in pauses


@pytest.mark.parametrize("reset", [False, True], ids=["orderly", "reset"])
def test_a_connection_that_is_dropped_in_mid_body_goes_on(hub, pushed, held, pauses, reset):
    fault = hub.add_fault("/objects/", drop_after=1_000_000, reset=reset)
    assert pulled(pushed).is_dir()
    assert fault.hits == 1
    assert pull(HubName(pushed)).size == sum(
        held.files[name].size for name in ("config.json", WEIGHTS)
    )


def test_a_connection_that_is_always_dropped_leaves_nothing(hub, pushed, pauses, new_cache):
    cache = new_cache()
    hub.add_fault("/objects/", drop_after=0, reset=True, count=None)
    assert f"the Hub at {hub.endpoint} cannot be reached while reading" in refused(pushed)
    assert weights_in(str(cache)) == []
    hub.faults.clear()
    assert pulled(pushed).is_dir()


def test_a_damaged_body_of_the_right_length_is_noticed_and_got_again(hub, pushed, held):
    fault = hub.add_fault("/objects/", corrupt_at=1_000_000)
    path = pulled(pushed) / WEIGHTS
    assert path.read_bytes() == held.data(WEIGHTS)
    assert fault.hits == 1


def test_a_body_that_is_damaged_twice_is_refused_and_not_kept(hub, pushed, new_cache):
    cache = new_cache()
    hub.add_fault("/objects/", corrupt_at=1_000_000, count=2)
    assert refused(pushed) == (
        f"{WEIGHTS!r} of {pushed!r} was downloaded twice, and its checksum is wrong both times\n"
        "Hint: the connection or the Hub damages it; nothing of it was kept: try again later"
    )
    assert weights_in(str(cache)) == []
    assert pulled(pushed).is_dir()


def test_a_damaged_configuration_is_noticed(hub, pushed):
    hub.add_fault("/resolve/.*config.json", method="GET", corrupt_at=100)
    assert json.loads((pulled(pushed) / "config.json").read_text())["step"] == 4


def test_a_configuration_that_is_damaged_twice_is_refused(hub, pushed):
    hub.add_fault("/resolve/.*config.json", method="GET", corrupt_at=100, count=2)
    assert "'config.json' of" in refused(pushed)
    assert pulled(pushed).is_dir()


def test_a_file_of_the_cache_that_was_damaged_later_is_got_again(pushed, held):
    path = pulled(pushed, held.head) / WEIGHTS
    data = path.read_bytes()
    path.resolve().chmod(0o644)
    path.write_bytes(data[:-1] + b"\xff")
    assert (pulled(pushed) / WEIGHTS).read_bytes() == data


def test_no_connection_and_nothing_in_the_cache(hub, pushed, monkeypatch, pauses):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert f"the Hub at http://127.0.0.1:9 cannot be reached while reading {pushed!r}" in refused(
        pushed
    )


def test_offline_by_choice_and_nothing_in_the_cache(hub, pushed, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert refused(pushed) == (
        f"{pushed!r} is not in the cache, and HF_HUB_OFFLINE forbids to ask the Hub\n"
        "Hint: unset HF_HUB_OFFLINE, or pull it once with a connection"
    )


def test_an_interrupted_copy_leaves_nothing(zoo, pushed, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("zoo_core.weights.hub.pull.shutil.copyfile", full)
    result = zoo("pull", pushed, "--to", "mine")
    assert result.stderr == (
        "Error: cannot write 'mine': the disk is full\n"
        "Hint: make room there, or `--to` names another folder\n"
    )
    assert not [path for path in tmp_path.iterdir() if path.match("*mine*") or path.match(LEFT)]
