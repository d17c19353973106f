from __future__ import annotations

import json
import re

import pytest

from zoo_cli.matrix.cells import AXES, Cell
from zoo_cli.matrix.reasons import reasons_of
from zoo_core import Registry

INSTALLED = Registry.from_installed()
ONE = ("--gen", "dcgan", "--disc", "vanilla", "--size", "8")
TWO_LOSSES = ("--loss", "minimax", "--loss", "non-saturating")
PLAIN = ("--condition", "none")
PARTS = '''
from zoo_core import Entry, ImageSpec, ZooError, hookimpl
from zoo_core.interfaces import Condition, Game, Generator
from zoo_core.testing.partners import Squares


class Painter(Generator):
    """Read images."""

    def __init__(self, *, source: ImageSpec, image: ImageSpec) -> None:
        super().__init__()

    def forward(self, latents, labels=None):
        return latents


class Named(Condition):
    """Need labels."""

    reads_labels = True


class Single(Squares):
    """Need one score."""

    needs_single_score = True


@hookimpl
def zoo_entries():
    return [
        Entry("generator", "painter", "painting:Painter", "Read images."),
        Entry("condition", "named", "painting:Named", "Need labels."),
        Entry("loss", "single", "painting:Single", "Need one score."),
    ]
'''


@pytest.fixture
def painting(home) -> tuple[str, str]:
    """Return the flag of a plugin with a generator that reads images and with a condition."""
    (home / "painting.py").write_text(PARTS)
    return ("--plugin", "painting.py")


def cells_of(zoo, *arguments: str) -> list[dict]:
    return json.loads(zoo("matrix", *arguments, "--json").stdout)


def refused(reason: str, hint: str = "another part", **parts: str) -> Cell:
    names = {**dict.fromkeys(AXES, "x"), **parts}
    return Cell(parts=names, reason=reason, hint=hint)


def test_rows_are_generators_and_critics_under_a_staircase_of_losses(zoo):
    text = zoo("matrix", *ONE, "--disc", "mini-conv", *TWO_LOSSES, *PLAIN, width=80).stdout
    assert text == (
        "\n"
        "                      minimax\n"
        "generator  critic     | non-saturating\n"
        "dcgan      vanilla    + +\n"
        "           mini-conv  + +\n"
        "\n"
        "+ fits; a number says why not, below\n"
        "losses: without a condition\n"
        "\n"
        "4 of 4 combinations fit\n"
    )


def test_a_condition_has_a_column_of_its_own_after_the_losses(zoo, painting):
    asked = (*ONE, *TWO_LOSSES, *PLAIN, "--condition", "named", *painting)
    text = zoo("matrix", *asked).stdout
    assert "generator  critic   | | condition named\ndcgan      vanilla  + + +\n" in text
    assert "~ fits with some of the losses, of which there are 2\n" in text
    assert text.endswith("4 of 4 combinations fit\n")


def test_a_single_condition_is_that_of_the_losses(zoo, painting):
    text = zoo("matrix", *ONE, *TWO_LOSSES, "--condition", "named", *painting).stdout
    assert "losses: condition named\n" in text
    assert "~" not in text


def test_a_condition_that_fits_with_some_losses_has_a_mark_of_its_own(zoo, painting):
    options = ("--penalty", "none", "-o", "loss.smoothing=0.1")
    asked = ("--loss", "minimax", "--loss", "single", *PLAIN, "--condition", "named")
    text = zoo("matrix", *ONE, *asked, *options, *painting).stdout
    assert "dcgan      vanilla  + 1 ~\n" in text
    assert "1  2 cells: loss 'single' has no option 'smoothing'" in text


def test_misfit_has_a_number_and_its_reason_below(zoo):
    text = zoo("matrix", *ONE[:4], *TWO_LOSSES, *PLAIN, "--size", "30", width=80).stdout
    assert "dcgan      vanilla  1 1\n" in text
    assert "why not\n1  2 cells: generator 'dcgan' cannot do images of 30x30 pixels\n" in text
    assert text.endswith("0 of 2 combinations fit\n")


def test_json_has_a_cell_for_each_combination_with_its_parts(zoo):
    cells = cells_of(zoo, *ONE[:4], "--gen", "vanilla", "--loss", "minimax", *PLAIN, "--size", "30")
    assert cells[1] == {
        "parts": {
            "generator": "vanilla",
            "critic": "vanilla",
            "loss": "minimax",
            "condition": "none",
            "data": "digits",
        },
        "fits": True,
        "reason": "",
        "hint": "",
    }
    assert cells[0]["fits"] is False
    assert cells[0]["reason"] == "generator 'dcgan' cannot do images of 30x30 pixels"
    assert cells[0]["hint"].startswith("both sides must be a base of 2 to 7 pixels")


def test_all_parts_are_tried_unless_an_axis_is_narrowed(zoo):
    cells = cells_of(zoo, "--gen", "vanilla", "--loss", "minimax", "--size", "8")
    found = {role: {cell["parts"][role] for cell in cells} for role in AXES}
    assert found["generator"] == {"vanilla"}
    assert found["critic"] == {item.entry.name for item in INSTALLED.entries("discriminator")}
    assert found["condition"] == {"none", *(i.entry.name for i in INSTALLED.entries("condition"))}
    assert len(cells) == len(found["critic"]) * len(found["condition"])


def test_generators_that_read_images_are_tried_in_a_game_that_has_some(zoo, painting):
    asked = ("--gen", "painter", *ONE, "--loss", "minimax", *PLAIN, *painting)
    around = [
        {role: cell["parts"].get(role) for role in ("game", "data")}
        for cell in cells_of(zoo, *asked, "--data", "mnist")
    ]
    assert around == [
        {"game": "cycle", "data": "unpaired:mnist,mnist"},
        {"game": None, "data": "mnist"},
    ]
    text = " ".join(zoo("matrix", *asked).stdout.split())
    flags = "--game cycle --data unpaired:digits,digits"
    assert f"tried with `{flags}`, because it reads images: painter" in text


@pytest.mark.parametrize(
    ("asked", "around"),
    [
        (("--game", "adversarial"), {"game": "adversarial", "data": "digits"}),
        (("--data", "unpaired:digits,mnist"), {"game": None, "data": "unpaired:digits,mnist"}),
    ],
    ids=["game", "data"],
)
def test_a_game_or_data_with_two_sides_is_taken_as_it_is_said(zoo, painting, asked, around):
    flags = ("--gen", "painter", "--disc", "vanilla", "--loss", "minimax", *PLAIN)
    flags = (*flags, *painting, *asked, "--size", "32")
    (cell,) = cells_of(zoo, *flags)
    assert {role: cell["parts"].get(role) for role in around} == around
    assert "reads images" not in zoo("matrix", *flags).stdout


def test_a_penalty_and_options_are_those_of_every_cell(zoo, painting):
    flags = ("--penalty", "none", "-o", "critic.lr=0.1", "-o", "generator.width=8")
    cells = cells_of(zoo, *ONE, "--gen", "vanilla", "--loss", "minimax", *PLAIN, *flags)
    assert [cell["fits"] for cell in cells] == [True, False]
    assert cells[0]["parts"]["penalty"] == ["none"]
    assert cells[1]["reason"] == "generator 'vanilla' has no option 'width'"


def test_columns_that_do_not_fit_the_width_go_below(zoo):
    text = zoo("matrix", *ONE, *TWO_LOSSES, *PLAIN, width=34).stdout
    assert text.count("generator  critic") == 2
    text = zoo("matrix", *ONE, *TWO_LOSSES, *PLAIN, width=36).stdout
    assert text.count("generator  critic") == 1


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_of_the_whole_table_is_too_long(zoo, width):
    narrow = ("--gen", "vanilla", "--gen", "dcgan", "--disc", "vanilla", "--size", "30")
    lines = zoo("matrix", *narrow, width=width).stdout.splitlines()
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--gen", "dcgann"), "no generator named 'dcgann'"),
        (("--condition", "nothing"), "no condition named 'nothing'"),
        (("--penalty", "gpp"), "no penalty named 'gpp'"),
        (("--game", "tennis"), "no game named 'tennis'"),
        (("--data", "digit"), "no dataset named 'digit'"),
        (("-o", "width"), "no option can be read from 'width'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_unknown_name_is_an_error_before_anything_is_tried(zoo, flags, message):
    result = zoo("matrix", *flags)
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith(f"Error: {message}\nHint: ")


def test_a_size_is_said_once(zoo):
    result = zoo("matrix", "--size", "8", "-o", "run.size=16")
    assert result.exit_code == 2
    assert "--size and -o run.size both set run.size" in result.stderr


def test_reasons_that_differ_in_names_alone_are_one():
    cells = [
        refused(f"condition '{condition}' reads one score, but critic '{critic}' has patches")
        for condition in ("ac", "sgan", "concat")
        for critic in ("patchgan", "pixelgan")
    ]
    reasons = reasons_of(cells)
    (found,) = reasons.found
    assert found.cells == 6
    assert found.text == (
        "condition 'ac', 'sgan' or 'concat' reads one score, "
        "but critic 'patchgan' or 'pixelgan' has patches"
    )
    assert {reasons.number(cell) for cell in cells} == {1}


def test_reasons_say_nothing_of_combinations_that_do_not_occur():
    pairs = [("a", "x"), ("a", "y"), ("b", "y")]
    reasons = reasons_of(refused(f"'{one}' does not go with '{two}'") for one, two in pairs)
    assert [(each.text, each.cells) for each in reasons.found] == [
        ("'a' does not go with 'x' or 'y'", 2),
        ("'b' does not go with 'y'", 1),
    ]


def test_reasons_with_other_hints_are_others_and_most_cells_come_first():
    cells = [refused("'a' is small", "grow"), *[refused("'b' is small", "wait")] * 3]
    reasons = reasons_of(cells)
    assert [(each.hint, each.cells) for each in reasons.found] == [("wait", 3), ("grow", 1)]
    assert [reasons.number(cell) for cell in cells] == [2, 1, 1, 1]


def test_cells_that_fit_have_no_reason():
    fitting = Cell(parts=dict.fromkeys(AXES, "x"))
    assert fitting.fits
    assert reasons_of([fitting]).found == ()


def test_examples_of_the_help_are_commands_that_work(zoo):
    text = zoo("matrix", "--help").stdout
    lines = re.findall(r"^ +zoo (matrix --.*)$", text, flags=re.MULTILINE)
    assert len(lines) == 4
    assert "matrix --gen dcgan --penalty gp -o critic.norm=batch --json" in lines


def test_any_part_can_be_the_same_in_every_cell(zoo):
    parts = ("--sampler", "uniform", "--constraint", "clip", "--encoder", "none")
    (cell,) = cells_of(zoo, *ONE, "--loss", "minimax", *PLAIN, *parts)
    assert cell["fits"]
    assert {"sampler": "uniform", "constraint": ["clip"], "encoder": "none"}.items() <= cell[
        "parts"
    ].items()
    refused = zoo("matrix", *ONE, "--sampler", "normall")
    assert refused.exit_code == 1
    assert "no sampler named 'normall'" in refused.stderr
