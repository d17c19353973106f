from __future__ import annotations

import pickle

from zoo_core.errors import ZooError, nearest


def test_the_text_has_the_message_and_the_hint() -> None:
    assert str(ZooError("no loss", hint="`zoo list`")) == "no loss\nHint: `zoo list`"


def test_without_a_hint_the_text_is_the_message() -> None:
    assert str(ZooError("no loss")) == "no loss"


def test_an_error_crosses_processes_with_its_hint() -> None:
    error = pickle.loads(pickle.dumps(ZooError("no loss", hint="`zoo list`")))
    assert (error.message, error.hint) == ("no loss", "`zoo list`")


def test_the_nearest_name_is_a_question() -> None:
    assert nearest("wgan-pg", ["wgan", "wgan-gp", "hinge"]) == "did you mean 'wgan-gp'? "


def test_nothing_near_is_an_empty_string() -> None:
    assert nearest("xyzzy", ["wgan", "hinge"]) == ""
