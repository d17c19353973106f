"""A configuration as values: from JSON and back, and refused where it is wrong."""

from __future__ import annotations

import json
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

import zoo_core
from zoo_core import ImageSpec, ZooError
from zoo_core.config.configuration import (
    MAX_CLASSES,
    STATED,
    Configuration,
    Environment,
    Origin,
    RecordedTask,
    SetBy,
)
from zoo_core.config.values import is_value, value_of, value_to_json

IMAGES = {"images": ImageSpec(1, 8, 8)}
WHOLE = Configuration(
    parts={"generator": "toys/toy", "penalty": ("toys/a", "toys/b"), "condition": "none"},
    options={"critic": {"betas": (0.0, 0.9), "lr": 0.5}, "run": {"steps": 3, "size": None}},
    recipe="toys/made",
    plugins=("mine.py",),
    task=RecordedTask(images=IMAGES, source=ImageSpec(3, 8, 8), classes=("a", "b")),
    environment=Environment(
        facts={"device": "cpu", "threads": 1},
        distributions={"torch": "2.11"},
        set_by=SetBy(
            parts={"generator": "user"},
            options={"critic": {"betas": Origin("user", (("engine", (0.5, 0.9)),))}},
        ),
    ),
)


def test_all_of_it_comes_back_from_its_json() -> None:
    found = json.loads(json.dumps(WHOLE.to_json()))
    assert Configuration.from_json(found) == WHOLE
    assert found["options"]["critic"]["betas"] == [0.0, 0.9]
    assert found["environment"]["set_by"]["options"] == {
        "critic": {"betas": ["user", ["engine", [0.5, 0.9]]]}
    }


def test_what_is_not_said_is_not_written() -> None:
    assert Configuration().to_json() == {"format": 1, "parts": {}, "options": {}}


def test_it_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        WHOLE.recipe = "other"  # type: ignore[misc]


def test_a_section_is_replaced_in_a_copy() -> None:
    changed = WHOLE.with_options("run", {"steps": 9})
    assert changed.options == {"critic": WHOLE.options["critic"], "run": {"steps": 9}}
    assert WHOLE.value("run", "steps") == 3


def test_a_value_or_a_name_that_is_not_there_is_nothing() -> None:
    assert WHOLE.value("run", "batch") is None
    assert WHOLE.value("generator", "width") is None
    assert WHOLE.names("condition") == WHOLE.names("metric") == ()
    assert WHOLE.names("generator") == ("toys/toy",)
    assert WHOLE.names("penalty") == ("toys/a", "toys/b")


def test_one_that_names_every_needed_part_is_complete() -> None:
    parts = dict.fromkeys(STATED, "x")
    assert Configuration(parts=parts).complete
    parts.pop("generator")
    assert not Configuration(parts=parts).complete


@pytest.mark.parametrize(
    ("task", "what"),
    [
        ({}, "'images' are no object of shapes"),
        ({"images": {}}, "'images' are no object of shapes"),
        ({"images": {str(i): [1, 8, 8] for i in range(17)}}, "'images' are no object of shapes"),
        ({"images": {"images": [1, 8]}}, "'[1, 8]' is no shape of an image"),
        ({"images": {"images": [1, 8, 8.0]}}, "'[1, 8, 8.0]' is no shape of an image"),
        ({"images": {"x" * 201: [1, 8, 8]}}, f"{'x' * 80!r} is no name"),
        ({"images": {"images": [1, 8, 8]}, "classes": "abc"}, "'classes' are no list of names"),
        (
            {"images": {"images": [1, 8, 8]}, "classes": ["a"] * (MAX_CLASSES + 1)},
            "'classes' are no list of names",
        ),
        ({"images": {"images": [1, 8, 8]}, "classes": [3]}, "'3' is no name"),
        ({"images": {"images": [1, 8, 8]}, "source": 3}, "'3' is no shape of an image"),
    ],
)
def test_a_task_of_another_form_is_refused(task: dict[str, Any], what: str) -> None:
    with pytest.raises(ZooError) as caught:
        Configuration.from_json({"task": task})
    assert caught.value.message == f"the configuration's 'task' has another form: {what}"
    assert caught.value.hint.startswith("a run or `zoo push` writes it")


def test_a_damaged_one_is_read_as_far_as_it_goes() -> None:
    found = Configuration.salvaged(
        {
            "format": 9,
            "parts": {"generator": "toys/toy", "loss": 3, "gone": ["a"]},
            "options": {"run": {"steps": 3, "size": {"height": 8}}, "critic": 7},
            "recipe": 5,
            "plugins": ["a.py", 3],
            "task": {"images": 3},
            "environment": {
                "device": "cpu",
                "nested": {"a": 1},
                "distributions": [1],
                "set_by": {"parts": 3, "options": {"run": {"steps": [], "batch": ["user", 3]}}},
            },
        }
    )
    assert found == Configuration(
        parts={"generator": "toys/toy", "loss": "3", "gone": ("a",)},
        options={"run": {"steps": 3}},
        plugins=("a.py",),
        environment=Environment(
            facts={"device": "cpu"}, set_by=SetBy(options={"run": {"batch": Origin("user")}})
        ),
    )


@pytest.mark.parametrize("found", [None, [], "text", 3])
def test_of_what_is_no_object_nothing_is_read(found: object) -> None:
    assert Configuration.salvaged(found) == Configuration()


def test_lists_of_json_are_tuples_and_back() -> None:
    assert value_of([1, ["a", None]]) == (1, ("a", None))
    assert value_to_json((1, ("a", None))) == [1, ["a", None]]
    assert is_value([True, [1.5]])
    assert not is_value([{"a": 1}])
    with pytest.raises(TypeError, match="no option can be"):
        value_of([{"a": 1}])


def test_it_has_a_public_name() -> None:
    assert zoo_core.Configuration is Configuration
