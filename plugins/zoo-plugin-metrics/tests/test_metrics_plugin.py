from __future__ import annotations

import subprocess
import sys

import pytest

from zoo_core import Entry
from zoo_core.config.options import options_of
from zoo_core.interfaces import Features, Metric
from zoo_plugin_metrics.plugin import zoo_entries

ENTRIES = {(entry.kind, entry.name): entry for entry in zoo_entries()}
METRICS = [entry for entry in zoo_entries() if entry.kind == "metric"]
NAMES = (
    "fid",
    "kid",
    "inception-score",
    "precision-recall",
    "wasserstein",
    "modes",
    "label-accuracy",
    "memorisation",
)


def test_the_plugin_imports_no_torch() -> None:
    program = "import sys, zoo_plugin_metrics.plugin; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_what_there_is() -> None:
    assert [entry.name for entry in METRICS] == list(NAMES)
    assert {name for kind, name in ENTRIES if kind == "features"} == {
        "digit-classifier",
        "inception",
        "pixels",
    }


def test_every_entry_loads_what_its_kind_says() -> None:
    kinds = {"metric": Metric, "features": Features}
    for (kind, _), entry in ENTRIES.items():
        assert issubclass(entry.load(), kinds[kind])


def test_the_cheap_ones_are_what_a_run_measures_by_itself() -> None:
    assert [entry.name for entry in METRICS if "cheap" in entry.tags] == ["fid", "kid", "modes"]


def test_features_say_what_they_are_for() -> None:
    assert "for:mnist" in ENTRIES["features", "digit-classifier"].tags
    assert "general" in ENTRIES["features", "inception"].tags
    assert ENTRIES["features", "pixels"].tags == ("fallback",)


@pytest.mark.parametrize("entry", METRICS, ids=lambda entry: entry.name)
def test_the_main_score_comes_first_and_says_which_way_is_better(entry: Entry) -> None:
    scores = entry.load().scores
    main = "precision" if entry.name == "precision-recall" else entry.name
    assert next(iter(scores)) == main
    assert set(scores.values()) <= {"lower", "higher"}


def test_every_option_says_what_it_means() -> None:
    for entry in ENTRIES.values():
        assert all(option.help for option in options_of(entry.load()).values())


def test_the_named_argument_of_features_is_one_of_their_options() -> None:
    target = ENTRIES["features", "inception"].load()
    assert target.argument in options_of(target)
