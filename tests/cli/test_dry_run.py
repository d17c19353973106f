from __future__ import annotations

import json
from pathlib import Path

FLAGS = ("--gen", "dcgan", "--loss", "wgan-gp", "--size", "16", "--steps", "9", "--lr", "3e-4")


def test_every_value_says_who_set_it_and_whom_it_overrode(zoo):
    text = zoo("train", *FLAGS, "--dry-run").stdout
    assert "generator  zoo-plugin-dcgan/dcgan   user" in text
    assert "critic     zoo-plugin-dcgan/dcgan   generator dcgan" in text
    assert "critic_steps      5             loss wgan-gp     1 (engine)" in text
    assert "lr                0.0003        user             0.0001 (loss wgan-gp)" in text
    assert all(len(line) <= 80 for line in text.splitlines()[1:])


def test_parameters_remarks_and_hardware_are_shown(zoo):
    text = zoo("train", *FLAGS, "--dry-run").stdout
    assert "generator: 337,280 parameters" in text
    assert "computes on cpu, " in text
    assert "is built with norm=layer instead of batch" in text


def test_nothing_is_written(zoo, home):
    zoo("train", *FLAGS, "--dry-run")
    assert not list(home.iterdir())


def test_only_what_the_user_said_is_the_users(zoo):
    text = zoo("train", *FLAGS, "--dry-run").stdout
    users = [line.split()[0] for line in text.splitlines() if " user" in line]
    assert users == ["generator", "loss", "steps", "size", "lr", "lr"]


def test_json_is_a_configuration_that_comes_back_the_same(zoo):
    first = zoo("train", *FLAGS, "--dry-run", "--json").stdout
    Path("config.json").write_text(first)
    second = zoo("train", "--config", "config.json", "--dry-run", "--json").stdout
    assert json.loads(second) == json.loads(first)


def test_flags_win_over_a_configuration(zoo):
    Path("config.json").write_text(zoo("train", *FLAGS, "--dry-run", "--json").stdout)
    found = json.loads(
        zoo("train", "--config", "config.json", "--steps", "4", "--dry-run", "--json").stdout
    )
    assert found["options"]["run"]["steps"] == 4
    assert found["options"]["run"]["size"] == "16x16"


def test_several_penalties_and_none_are_understood(zoo):
    flags = ("--gen", "vanilla", "--loss", "wgan-gp", "--dry-run", "--json")
    with_none = json.loads(zoo("train", *flags, "--penalty", "none").stdout)
    assert with_none["parts"]["penalty"] == []
    one = json.loads(zoo("train", *flags, "--penalty", "gp,").stdout)
    assert one["parts"]["penalty"] == ["zoo-plugin-wgan/gp"]


def test_options_reach_their_parts(zoo):
    flags = ("-o", "generator.output=sigmoid", "-o", "critic.lr=0.004", "-o", "run.steps=7")
    result = zoo("train", "--gen", "vanilla", *flags[2:], "--dry-run", "--json")
    found = json.loads(result.stdout)["options"]
    assert (found["critic"]["lr"], found["run"]["steps"]) == (0.004, 7)
