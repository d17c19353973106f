from __future__ import annotations

import json

import pytest

ONE = ("--gen", "dcgan", "--disc", "vanilla")
TWO_LOSSES = ("--loss", "minimax", "--loss", "non-saturating")


def test_rows_are_generators_and_critics_and_columns_losses(zoo):
    text = zoo("matrix", *ONE, *TWO_LOSSES, "--size", "16").stdout
    assert "generator  critic   minimax  non-saturating" in text
    assert "dcgan      vanilla  yes      yes" in text
    assert "combinations fit" in text


def test_misfit_has_a_number_and_its_reason_below(zoo):
    text = zoo("matrix", *ONE, "--loss", "wgan", "--loss", "minimax", "--size", "30").stdout
    assert "dcgan      vanilla  1     1" in text
    assert "why not\n1  generator 'dcgan' cannot do images of 30x30 pixels" in text
    assert text.endswith("0 of 2 combinations fit\n")


def test_json_has_a_cell_for_each_combination(zoo):
    cells = json.loads(
        zoo("matrix", *ONE, "--gen", "vanilla", "--loss", "wgan", "--size", "30", "--json").stdout
    )
    assert [(cell["generator"], cell["fits"]) for cell in cells] == [
        ("dcgan", False),
        ("vanilla", True),
    ]
    assert cells[0]["reason"] == "generator 'dcgan' cannot do images of 30x30 pixels"
    assert cells[0]["hint"]


def test_columns_that_do_not_fit_the_width_go_below(zoo, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("COLUMNS", "40")
    text = zoo("matrix", *ONE, *TWO_LOSSES, "--size", "8").stdout
    assert text.count("generator  critic") == 2


def test_unknown_part_is_an_error(zoo):
    result = zoo("matrix", "--gen", "dcgann")
    assert result.exit_code == 1
    assert result.stderr.startswith(
        "Error: no generator named 'dcgann'\nHint: did you mean 'dcgan'"
    )
