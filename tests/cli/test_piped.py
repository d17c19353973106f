"""What is piped is one line a row, of every command that prints a table."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys

import pytest
from PIL import Image

from zoo_core import Registry, compose
from zoo_core.config.options import options_of


def row(text: str, *pieces: str) -> str:
    """Return the one line that has all pieces, each as it is, in their order."""
    pattern = ".*?".join(map(re.escape, pieces))
    (line,) = [line for line in text.splitlines() if re.search(rf"(^|\s){pattern}", line)]
    return line


@pytest.fixture(scope="module")
def registry() -> Registry:
    return Registry.from_installed()


def test_list_has_a_line_for_every_part(zoo, registry):
    text = zoo("list").stdout
    for item in registry.entries():
        row(text, f"{item.entry.name} ", item.entry.summary, item.entry.paper, item.source)


def test_info_has_a_line_for_every_option(zoo, registry):
    entry = registry.find("discriminator", "dcgan").entry
    text = zoo("info", "dcgan", "--kind", "discriminator").stdout
    options = options_of(entry.load()).values()
    assert len(options) > 3
    for option in options:
        row(text, f"{option.name} ", option.type_text, option.help)


def test_info_has_a_line_for_what_is_several_lines_on_a_terminal(zoo):
    command = ("info", "dcgan", "--kind", "discriminator")
    assert "\n                32x32x1: 661,248\n" in zoo(*command, width=80).stdout
    row(zoo(*command).stdout, "parameters", "28x28x1: 138,624; 32x32x1: 661,248; 64x64x3")


def test_matrix_names_the_generator_in_every_row(zoo):
    text = zoo("matrix", "--gen", "vanilla", "--loss", "hinge", "--condition", "none").stdout
    rows = [line for line in text.splitlines() if line.startswith("vanilla ")]
    assert len(rows) > 3
    assert {len(line.split()) for line in rows} == {len(rows[0].split())}


def test_matrix_has_a_line_for_every_reason(zoo):
    text = zoo("matrix", "--gen", "dcgan", "--size", "30", "--condition", "none").stdout
    row(text, "1 ", "cannot do images of 30x30 pixels", "`--size 28` or `--size 32`")


def test_recipes_have_a_line_each(zoo, registry):
    text = zoo("list", "recipe").stdout
    for item in registry.entries("recipe"):
        row(text, f"{item.entry.name} ", item.entry.summary, "on two cores")


def test_a_dry_run_has_a_line_for_every_value(zoo):
    flags = ("--gen", "vanilla", "--data", "digits", "--size", "8")
    text = zoo("train", *flags, "--dry-run").stdout
    composition = compose({"generator": "vanilla", "data": "digits"}, {"run": {"size": "8"}})
    for section in composition.settings.values():
        for name, setting in section.values.items():
            found = [line for line in text.splitlines() if line.startswith(f"{name} ")]
            assert any(setting.source.split()[0] in line for line in found), name


def test_data_check_has_a_line_for_every_fact(zoo, home):
    for split, count in (
        ("train", 3),
        ("a folder whose name is as long as names of folders get", 2),
    ):
        place = home / "photos" / split
        place.mkdir(parents=True)
        for number in range(count):
            Image.new("RGB", (16, 16), (number, number, number)).save(place / f"{number}.png")
    text = zoo("data", "check", "folder:photos").stdout
    row(text, "splits ", "of the files")
    assert not [line for line in text.splitlines() if line.startswith("         ")]


def test_doctor_has_a_line_for_every_plugin(zoo, registry):
    text = zoo("doctor").stdout
    for plugin in registry.plugins:
        row(text, f"{plugin.source.distribution} ", plugin.source.version, " ms")


def test_eval_has_a_line_for_every_score(zoo, trained, home, monkeypatch):
    pytest.importorskip("zoo_plugin_metrics", reason="zoo-plugin-metrics is not installed")
    monkeypatch.setenv("ZOO_CACHE", str(home / "cache"))
    flags = ("--count", "32", "--metrics", "fid,kid,modes", "--no-save")
    text = zoo("eval", trained, *flags).stdout
    for score in ("fid", "kid", "modes", "modes.kl"):
        assert len(re.findall(rf"(?m)^{re.escape(score)} .*\d\.\d+ +\d+\.\d+$", text)) == 1, text
    assert (
        len(re.findall(r"(?m)32 samples .* features digit-classifier \w{8}; fid \w{16}, ", text))
        == 2
    )


def test_compare_has_a_line_for_every_run(zoo, trained, home):
    for number in range(6):
        place = home / "runs" / f"a-run-with-a-name-that-is-as-long-as-names-get-{number}"
        shutil.copytree(trained, place)
        config = json.loads((place / "config.json").read_text())
        config["options"]["critic"].update({f"option{at}": number * at for at in range(20)})
        (place / "config.json").write_text(json.dumps(config))
    text = zoo("compare", *sorted((home / "runs").iterdir())).stdout
    lines = text.partition("runs\n")[2].splitlines()[:7]
    assert {len(line.split()) for line in lines} == {len(lines[0].split())}
    assert len(lines[0].split()) > 20


def test_push_has_a_line_for_every_file(zoo, trained):
    text = zoo("push", trained, "ada/digits", "--dry-run").stdout
    row(text, "generator.safetensors ")


def test_a_reader_that_has_enough_ends_it_quietly(environment):
    command = [sys.executable, "-m", "zoo_cli", "list"]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True
    ) as listing:
        assert listing.stdout is not None
        assert listing.stderr is not None
        first = [listing.stdout.readline() for _ in range(3)]
        listing.stdout.close()
        said = listing.stderr.read()
        assert (listing.wait(), said) == (0, "")
    assert first[1] == "augment\n"
