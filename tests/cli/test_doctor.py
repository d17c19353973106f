from __future__ import annotations

import json
from collections.abc import Callable

BROKEN_PART = """
from zoo_core import Entry, hookimpl

@hookimpl
def zoo_entries():
    return [Entry(kind='loss', name='gone', target='nowhere:Gone', summary='Gone.')]
"""


def test_healthy_installation_ends_with_nothing_broken(zoo):
    result = zoo("doctor")
    assert result.exit_code == 0
    assert "devices" in result.stdout
    assert "zoo-plugin-dcgan" in result.stdout
    assert result.stdout.rstrip().endswith("parts load")


def test_plugin_that_raises_is_shown_with_its_traceback(zoo, install: Callable[[str, str], None]):
    install("zoo-sick", "raise ValueError('no luck')")
    result = zoo("doctor")
    assert result.exit_code == 1
    assert "broken: zoo-sick\ncannot be loaded: ValueError: no luck\n" in result.stdout
    assert "zoo_sick.py" in result.stdout


def test_part_whose_target_is_missing_is_broken(zoo, install: Callable[[str, str], None]):
    install("zoo-hollow", BROKEN_PART)
    result = zoo("doctor", "--json")
    assert result.exit_code == 1
    (broken,) = json.loads(result.stdout)["broken"]
    assert broken["source"] == "zoo-hollow"
    assert "points to 'nowhere:Gone'" in broken["message"]


def test_json_has_versions_machine_and_plugins(zoo):
    found = json.loads(zoo("doctor", "--json").stdout)
    assert found["versions"]["torch"]
    assert "cpu" in found["machine"]["devices"]
    assert found["checked"] > 10
    assert all(plugin["seconds"] >= 0 for plugin in found["plugins"])
