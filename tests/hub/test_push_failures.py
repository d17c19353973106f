"""What goes wrong while weights are pushed: the outcome, and what is said."""

from __future__ import annotations

import pytest

from zoo_core import ZooError
from zoo_core.weights.hub.failures import HubError
from zoo_core.weights.publication.package import Wishes
from zoo_core.weights.publication.push import send


def refused(*arguments, **more) -> str:
    """Return what is said to a push that does not work."""
    with pytest.raises(ZooError) as caught:
        send(*arguments, **more)
    return str(caught.value)


def test_without_a_token_the_error_says_how_to_log_in(zoo, hub, trained, repo, monkeypatch):
    monkeypatch.delenv("HF_TOKEN")
    result = zoo("push", trained, repo)
    assert (result.exit_code, result.stderr) == (
        1,
        f"Error: writing to {repo!r} needs a token, and there is none\n"
        f"Hint: make one with the role 'write' at {hub.endpoint}/settings/tokens, then "
        "`hf auth login`, or set HF_TOKEN\n",
    )
    assert hub.log == []


def test_a_token_that_may_only_read(hub, package, repo, held, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_read")
    assert refused(package, repo) == (
        f"your token does not allow making {repo!r}\n"
        f"Hint: take one with the role 'write' of 'ada' from {hub.endpoint}/settings/tokens, then "
        "`hf auth login`"
    )
    assert not held.is_there


def test_a_token_that_may_only_read_what_is_there(
    hub, other_package, pushed, held, monkeypatch, transfer
):
    monkeypatch.setenv("HF_TOKEN", "hf_read")
    assert f"your token does not allow writing to {pushed!r}" in refused(other_package, pushed)
    assert held.commits == 2


def test_somebody_elses_name(package, held, repo, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_other")
    assert f"your token does not allow making {repo!r}" in refused(package, repo)
    assert not held.is_there


def test_a_token_that_the_hub_does_not_know(hub, package, repo, held, monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_nonsense")
    assert refused(package, repo) == (
        f"the Hub does not accept your token while reading {repo!r}\n"
        f"Hint: `hf auth login` with one from {hub.endpoint}/settings/tokens; HF_TOKEN, where it "
        "is set, comes first"
    )
    assert not held.is_there


def test_a_licence_that_the_hub_does_not_know(zoo, trained, repo, held):
    result = zoo("push", trained, repo, "--licence", "mine")
    assert f"Error: the Hub refuses writing to {repo!r}: " in result.stderr
    assert 'Invalid metadata in README.md.\n"' in result.stderr or '"license" must be' in (
        result.stderr
    )
    assert "Hint: a licence that it knows is written like `--licence apache-2.0`" in result.stderr
    assert not held.is_there


@pytest.mark.parametrize("status", [500, 503])
def test_trouble_that_passes_is_waited_for(hub, package, repo, held, pauses, status, transfer):
    hub.add_fault("/api/models/", status=status, count=2)
    assert send(package, repo).is_new
    assert held.commits == 2
    assert pauses[:2] == [1.0, 2.0]


def test_trouble_that_stays_is_said(hub, package, repo, held, pauses):
    hub.add_fault("/api/models/", status=503, count=None)
    assert refused(package, repo) == (
        f"the Hub has trouble (status 503) while reading {repo!r}\n"
        "Hint: repeat the command later; nothing is left half done"
    )
    assert not held.is_there


def test_too_many_requests_are_repeated_after_as_long_as_the_hub_asks(
    hub, package, repo, held, pauses
):
    hub.add_fault("/api/repos/create", status=429, retry_after=7)
    assert send(package, repo).is_new
    assert 7.0 in pauses


def test_a_hub_that_asks_for_too_much_patience_is_not_waited_for(hub, package, repo, held, pauses):
    hub.add_fault("/api/models/", status=429, retry_after=900, count=None)
    assert refused(package, repo) == (
        f"the Hub answers that there are too many requests while reading {repo!r}\n"
        "Hint: repeat the command in 900 seconds"
    )
    assert pauses == []


def test_an_upload_that_is_interrupted_once_goes_on(hub, package, repo, held, transfer, pauses):
    fault = hub.add_fault("/v1/xorbs/|/v1/shards|/uploads/", drop_request_after=100)
    assert send(package, repo).is_new
    assert held.commits == 2
    assert fault.hits == 1


def test_an_upload_that_never_works_leaves_the_hub_as_it_was(
    hub, package, other_package, pushed, held, pauses, transfer
):
    hub.add_fault("/objects/batch|/xet-write-token/", status=403, count=None)
    before = held.head, held.files
    assert f"your token does not allow writing to {pushed!r}" in refused(other_package, pushed)
    assert (held.head, held.files) == before
    hub.faults.clear()
    assert send(other_package, pushed).is_new


def test_a_repository_that_was_made_for_a_push_that_fails_goes_with_it(
    hub, package, repo, held, pauses
):
    hub.add_fault("/preupload/", status=403, count=None)
    assert "your token does not allow writing to" in refused(package, repo)
    assert not held.is_there
    hub.faults.clear()
    assert send(package, repo).created


def test_a_lost_answer_to_the_commit_is_looked_up(hub, package, repo, held, transfer):
    hub.add_fault("/commit/", method="POST", lose_reply=True)
    said: list[str] = []
    done = send(package, repo, say=said.append)
    assert (done.is_new, done.commit, held.commits) == (True, held.head, 2)
    assert said[-1] == "the Hub's answer was lost, but the commit is there"


def test_a_commit_that_did_not_arrive_is_sent_again(hub, package, repo, held, transfer):
    hub.add_fault("/commit/", method="POST", drop_request_after=0)
    said: list[str] = []
    assert send(package, repo, say=said.append).is_new
    assert held.commits == 2
    assert "cannot be reached" in said[-2]


def test_an_error_of_the_hub_at_the_commit_is_looked_into(hub, package, repo, held):
    hub.add_fault("/commit/", method="POST", status=500, count=2)
    assert send(package, repo).is_new
    assert held.commits == 2


def test_a_commit_that_never_works_leaves_the_hub_as_it_was(hub, other_package, pushed, held):
    hub.add_fault("/commit/", method="POST", status=500, count=None)
    before = held.head
    assert refused(other_package, pushed) == (
        f"the Hub has trouble (status 500) while writing to {pushed!r}\n"
        "Hint: repeat the command later; nothing is left half done"
    )
    assert held.head == before


def test_whether_a_commit_arrived_may_stay_unknown(hub, other_package, pushed, pauses):
    hub.add_fault("/commit/", method="POST", lose_reply=True)
    hub.add_fault("/api/models/.*blobs=true", status=503, skip=1, count=None)
    assert refused(other_package, pushed) == (
        f"the Hub at {hub.endpoint} cannot be reached while writing to {pushed!r}: "
        "Server disconnected without sending a response.; whether it was pushed is not known\n"
        "Hint: repeat the command: what is there already is not pushed again"
    )
    hub.faults.clear()
    assert not send(other_package, pushed).is_new


def test_a_commit_of_somebody_else_is_followed(other_package, pushed, held, monkeypatch):
    interfere(monkeypatch, held, times=1)
    said: list[str] = []
    done = send(other_package, pushed, say=said.append)
    assert (done.is_new, held.commits) == (True, 4)
    assert {"NOTES-0.md", "config.json"} <= held.files.keys()
    assert any("changes while it is written to" in line for line in said)


def test_somebody_who_commits_all_the_time_is_an_error(other_package, pushed, held, monkeypatch):
    before = held.data("generator.safetensors")
    interfere(monkeypatch, held, times=9)
    assert refused(other_package, pushed) == (
        f"{pushed!r} changes while it is written to, and nothing was pushed\n"
        "Hint: somebody else pushes there too: look at it, then push again"
    )
    assert held.data("generator.safetensors") == before


def interfere(monkeypatch: pytest.MonkeyPatch, held, times: int) -> None:
    """Let somebody else commit between a look at the repository and the commit."""
    from zoo_core.weights.hub.client import Hub

    commit, done = Hub.commit, []

    def disturbed(self, *arguments, **more):
        if len(done) < times:
            held.change({f"NOTES-{len(done)}.md": b"somebody was here"})
            done.append(True)
        return commit(self, *arguments, **more)

    monkeypatch.setattr(Hub, "commit", disturbed)


def test_what_did_not_arrive_as_sent_is_noticed(other_package, pushed, held, monkeypatch):
    from zoo_core.weights.hub.client import Hub

    commit = Hub.commit

    def damaged(self, *arguments, **more):
        commit(self, *arguments, **more)
        held.change({"generator.safetensors": b"other bytes"})
        return held.head

    monkeypatch.setattr(Hub, "commit", damaged)
    assert refused(other_package, pushed) == (
        f"generator.safetensors of {pushed!r} did not arrive as sent\n"
        "Hint: push again; what arrived is not sent twice"
    )


def test_no_hub_at_all(hub, package, repo, monkeypatch, pauses):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(HubError) as caught:
        send(package, repo, Wishes())
    assert f"the Hub at http://127.0.0.1:9 cannot be reached while reading {repo!r}" in str(
        caught.value
    )
    assert caught.value.failure.kind == "unreachable"
