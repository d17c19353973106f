from __future__ import annotations

import codecs
import json
import re
from pathlib import Path

import pytest

from zoo_core import ZooError
from zoo_core.config.configuration import Configuration, Environment
from zoo_core.config.file import LARGEST, read_config_file
from zoo_core.config.form import KEYS

ROOT = Path(__file__).resolve().parents[2]
WRITES = "`zoo train ... --dry-run --json` writes a configuration"
SYNTAX = f"JSON knows neither comments nor a comma before a bracket; {WRITES}"
KEYS_ARE = "its keys are format, parts, options, recipe, plugins, task, data, environment"
ROLES_ARE = (
    "the roles are generator, critic, loss, penalty, constraint, head, sampler, condition, "
    "game, encoder, data, augment, metric, features"
)


def refusal(path: Path) -> tuple[str, str]:
    """Return message and hint, with the folder left out."""
    with pytest.raises(ZooError) as caught:
        read_config_file(path)
    folder = f"{path.parent}/"
    return caught.value.message.replace(folder, ""), caught.value.hint.replace(folder, "")


NOT_JSON = {
    "{": ("line 1, column 2: expecting property name enclosed in double quotes", SYNTAX),
    '{"parts": {\n "loss": "a" "b"}}': ("line 2, column 14: expecting ',' delimiter", SYNTAX),
    "# mine\n{}": ("line 1, column 1: expecting value", SYNTAX),
    '{"format": 1, "format": 1}': ("'format' stands twice in one object", WRITES),
    '{"options": {"run": {"steps": NaN}}}': ("NaN is no number in JSON", WRITES),
    '{"options": {"run": {"steps": -Infinity}}}': ("-Infinity is no number in JSON", WRITES),
    "[" * 100_000: ("nested too deeply", WRITES),
}


@pytest.mark.parametrize("text", NOT_JSON, ids=lambda text: text[:20])
def test_what_is_no_json_is_refused_with_its_place(tmp_path: Path, text: str) -> None:
    (tmp_path / "my.json").write_text(text)
    message, hint = NOT_JSON[text]
    assert refusal(tmp_path / "my.json") == (f"'my.json' is not a JSON file: {message}", hint)


def test_a_number_of_thousands_of_digits_is_refused(tmp_path: Path) -> None:
    (tmp_path / "my.json").write_text('{"format": ' + "9" * 5000 + "}")
    message, _ = refusal(tmp_path / "my.json")
    assert message.startswith("'my.json' is not a JSON file: Exceeds the limit (4300 digits)")


OTHER_JSON = {
    "": ("'my.json' is empty", WRITES),
    " \n": ("'my.json' is empty", WRITES),
    "[1]": (
        "'my.json' holds no JSON object but a list",
        f"a configuration is one object; {WRITES}",
    ),
    '"x"': (
        "'my.json' holds no JSON object but a string",
        f"a configuration is one object; {WRITES}",
    ),
    "null": (
        "'my.json' holds no JSON object but null",
        f"a configuration is one object; {WRITES}",
    ),
    '{"parts": ["toy"]}': ("the configuration's 'parts' is no object", WRITES),
    '{"options": 3}': ("the configuration's 'options' is no object", WRITES),
    '{"environment": "here"}': ("the configuration's 'environment' is no object", WRITES),
    '{"options": {"run": 3}}': ("the configuration's options for 'run' are no object", WRITES),
    '{"parts": {"loss": 3}}': ("the configuration's part for 'loss' is no name", WRITES),
    '{"parts": {"loss": null}}': ("the configuration's part for 'loss' is no name", WRITES),
    '{"parts": {"penalty": ["a", 1]}}': (
        "the configuration's part for 'penalty' is no name",
        WRITES,
    ),
    '{"recipe": 3}': ("the configuration's 'recipe' is no name", WRITES),
    '{"plugins": "mine.py"}': ("the configuration's 'plugins' are no list of paths", WRITES),
    '{"plugins": [3]}': ("the configuration's 'plugins' are no list of paths", WRITES),
    '{"parts": {"loss": "\\ud800"}}': ("'my.json' holds half a character", WRITES),
    '{"format": 2}': (
        "the configuration has the format 2; this version reads 1",
        "`pip install --upgrade gan-zoo`",
    ),
    '{"format": 0}': (
        "the configuration has the format 0; this version reads 1",
        f"the format is 1; {WRITES}",
    ),
    '{"format": "new"}': (
        "the configuration has the format 'new'; this version reads 1",
        f"the format is 1; {WRITES}",
    ),
    '{"format": true}': (
        "the configuration has the format True; this version reads 1",
        f"the format is 1; {WRITES}",
    ),
    '{"option": {}}': (
        "the configuration has the unknown key 'option'",
        f"did you mean 'options'? {KEYS_ARE}",
    ),
    '{"comment": ""}': ("the configuration has the unknown key 'comment'", KEYS_ARE),
    '{"discriminator": "toy"}': (
        "the configuration has the unknown key 'discriminator'",
        "a part goes into 'parts' as 'critic', its values into 'options'",
    ),
    '{"run": {"steps": 3}}': (
        "the configuration has the unknown key 'run'",
        'values go into \'options\', such as {"options": {"run": {"steps": 900}}}',
    ),
    '{"parts": {"genrator": "toy"}}': (
        "the configuration names a part for the unknown role 'genrator'",
        f"did you mean 'generator'? {ROLES_ARE}",
    ),
    '{"parts": {"disc": "toy"}}': (
        "the configuration names a part for the unknown role 'disc'",
        f"did you mean 'critic'? {ROLES_ARE}",
    ),
}


@pytest.mark.parametrize("text", OTHER_JSON)
def test_json_of_another_form_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "my.json").write_text(text)
    assert refusal(tmp_path / "my.json") == OTHER_JSON[text]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "my.json") == (
        "no file 'my.json'",
        f"every run directory has a config.json, and {WRITES}",
    )


def test_a_folder_is_refused_and_its_configuration_named(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    assert refusal(tmp_path / "run") == ("'run' is a folder, not a configuration", WRITES)
    (tmp_path / "run/config.json").write_text("{}")
    assert refusal(tmp_path / "run")[1] == "`--config run/config.json`"


def test_a_path_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    (tmp_path / "my.json").write_text("{}")
    with pytest.raises(ZooError) as caught:
        read_config_file(tmp_path / "my.json/more.json")
    assert caught.value.message.endswith("my.json/more.json' cannot be read: not a directory")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "my.json").write_bytes(b'{"parts": "\xff"}')
    assert refusal(tmp_path / "my.json") == (
        "'my.json' is not a JSON file: byte 11 is no UTF-8 text",
        f"save it as UTF-8; {WRITES}",
    )


def test_a_file_that_is_too_large_is_not_read_to_its_end(tmp_path: Path) -> None:
    with (tmp_path / "my.json").open("wb") as file:
        # a terabyte that takes no room on the disk
        file.truncate(1 << 40)
    assert refusal(tmp_path / "my.json") == (
        f"'my.json' is larger than {LARGEST:,} bytes, so it is no configuration",
        WRITES,
    )


@pytest.mark.parametrize(
    ("mark", "encoding"), [(b"", "utf-8"), (codecs.BOM_UTF8, "utf-8"), (b"", "utf-16")]
)
def test_what_editors_and_shells_write_is_read(tmp_path: Path, mark: bytes, encoding: str) -> None:
    (tmp_path / "my.json").write_bytes(mark + '{"recipe": "ä"}'.encode(encoding))
    assert read_config_file(tmp_path / "my.json") == Configuration(recipe="ä")


def test_what_a_run_records_is_read(tmp_path: Path) -> None:
    recorded = {"format": 1, "parts": {}, "environment": {"torch": "2"}, "plugins": ["a.py"]}
    (tmp_path / "my.json").write_text(json.dumps(recorded))
    found = read_config_file(tmp_path / "my.json")
    assert found == Configuration(plugins=("a.py",), environment=Environment(facts={"torch": "2"}))
    assert found.to_json() == {**recorded, "options": {}}


def test_the_documented_keys_are_those_that_are_read() -> None:
    page = (ROOT / "docs/recipes.md").read_text(encoding="utf-8")
    table = page.partition("## The configuration file")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE) == list(KEYS)
