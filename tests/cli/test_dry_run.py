from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file

from zoo_core.pictures.sheets import save_each

FLAGS = ("--gen", "dcgan", "--loss", "wgan-gp", "--size", "16", "--steps", "9", "--lr", "3e-4")


def test_every_value_says_who_set_it_and_whom_it_overrode(zoo):
    text = zoo("train", *FLAGS, "--dry-run", width=80).stdout
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


TRAINED = ("--gen", "dcgan", "--loss", "wgan-gp", "--size", "8", "--steps", "3", "--batch", "8")
QUICK = ("-o", "generator.width=4", "-o", "critic.width=4", "--critic-steps", "1", "--seed", "5")


def test_a_file_repeats_a_training_exactly(zoo):
    flags = (*TRAINED, *QUICK)
    Path("my.json").write_text(zoo("train", *flags, "--dry-run", "--json").stdout)
    assert zoo("train", *flags, "--run", "first").exit_code == 0
    assert zoo("train", "--config", "my.json", "--run", "second").exit_code == 0
    checkpoints = [Path(run) / "checkpoints/step-00000003" for run in ("first", "second")]
    files = [sorted(path.name for path in each.glob("*.safetensors")) for each in checkpoints]
    assert files[0] == files[1]
    assert {"generator.safetensors", "optimizer.safetensors"} <= set(files[0])
    for name in files[0]:
        first, second = (load_file(each / name) for each in checkpoints)
        assert first.keys() == second.keys()
        assert all(torch.equal(first[key], second[key]) for key in first)
    states = [json.loads((each / "state.json").read_text()) for each in checkpoints]
    assert states[0]["identity"] == states[1]["identity"]


def test_the_configuration_of_a_run_repeats_it(zoo, trained):
    found = zoo("train", "--config", trained / "config.json", "--dry-run", "--json")
    recorded = json.loads((trained / "config.json").read_text())
    recorded.pop("environment")
    assert json.loads(found.stdout) == recorded


def test_a_recipe_can_be_a_file(zoo):
    Path("my.json").write_text(zoo("train", *FLAGS, "--dry-run", "--json").stdout)
    by_recipe, by_config = (
        zoo("train", flag, "./my.json", "--steps", "4", "--dry-run").stdout
        for flag in ("--recipe", "--config")
    )
    assert by_recipe == by_config
    assert "steps             4             user             9 (config)" in by_recipe


def test_a_small_file_written_by_hand_is_enough(zoo):
    Path("my.json").write_text(
        '{"parts": {"generator": "vanilla"}, "options": {"run": {"steps": 9}}}'
    )
    found = json.loads(zoo("train", "--config", "my.json", "--dry-run", "--json").stdout)
    assert found["parts"]["critic"] == "zoo-plugin-vanilla/vanilla"
    assert found["options"]["run"]["steps"] == 9


def test_a_recipe_file_beside_a_configuration_is_wrong_use(zoo):
    result = zoo("train", "--recipe", "a.json", "--config", "b.json")
    assert result.exit_code == 2
    assert "--recipe and --config both name a file; one is possible" in result.stderr


def test_a_recipe_file_and_no_recipe_contradict_each_other(zoo):
    result = zoo("train", "--recipe", "a.json", "--no-recipe")
    assert result.exit_code == 2
    assert "--recipe and --no-recipe contradict each other" in result.stderr


def test_a_recipe_beside_a_whole_configuration_is_refused(zoo):
    Path("my.json").write_text(zoo("train", *FLAGS, "--dry-run", "--json").stdout)
    assert zoo("train", "--recipe", "dcgan-digits", "--config", "my.json").stderr == (
        "Error: nothing is left of recipe 'dcgan-digits': the configuration names every part "
        "itself\nHint: leave out `--recipe` or `--config`\n"
    )


def test_a_changed_recipe_promises_no_time(zoo):
    Path("my.json").write_text(
        '{"recipe": "dcgan-digits", "options": {"run": {"steps": 2, "batch": 8, "size": 8}}}'
    )
    said = zoo("train", "--config", "my.json", "-o", "critic.width=4", "--run", "here").stderr
    assert ", by recipe dcgan-digits\n" in said
    assert (
        "departs from the recipe: critic.width=4, run.size=8x8, run.steps=2, run.batch=8\n" in said
    )
    assert "the recipe departs from the paper: batch 32, where the paper takes 64\n" in said
    assert "takes about" not in said


PARTS_OF_MINE = """
from zoo_core import Entry, hookimpl
from zoo_core.interfaces import Condition
from zoo_plugin_vanilla.mlp import VanillaGenerator

class Numbers(Condition):
    reads_labels = True
    def latents(self, latents, labels, rng):
        return latents if labels is None else latents + labels[:, None]

class Native(VanillaGenerator):
    conditional = True

@hookimpl
def zoo_entries():
    return [
        Entry("condition", "numbers", "my_parts:Numbers", "Numbers."),
        Entry("condition", "others", "my_parts:Numbers", "Others."),
        Entry("generator", "native", "my_parts:Native", "Native."),
    ]
"""
TINY = ("--size", "8", "--steps", "2", "--batch", "8", "--plugin", "my_parts.py")


def said_against(result):
    assert result.exit_code == 1
    message, hint = result.stderr.splitlines()[-2:]
    return message.removeprefix("Error: "), hint.removeprefix("Hint: ")


def test_two_conditions_are_refused(zoo):
    Path("my_parts.py").write_text(PARTS_OF_MINE)
    found = zoo("train", "--gen", "vanilla", "--condition", "numbers,others", *TINY)
    assert said_against(found) == (
        "user names 2 parts for the role 'condition': numbers, others",
        "one is possible",
    )


def test_a_condition_on_data_without_labels_is_refused(zoo):
    Path("my_parts.py").write_text(PARTS_OF_MINE)
    save_each(torch.linspace(-1, 1, 12).view(12, 1, 1, 1).expand(12, 3, 8, 8), Path("photos"))
    flags = ("--gen", "vanilla", "--condition", "numbers", "--data", "folder:photos", *TINY)
    assert said_against(zoo("train", *flags)) == (
        "condition 'numbers' reads labels, but data 'folder' has none",
        "choose labelled data, such as `--data digits`",
    )


def test_a_condition_for_a_generator_that_is_conditional_by_nature_is_refused(zoo):
    Path("my_parts.py").write_text(PARTS_OF_MINE)
    flags = ("--gen", "native", "--disc", "vanilla", "--condition", "numbers", *TINY)
    assert said_against(zoo("train", *flags)) == (
        "generator 'native' is conditional by nature, and the condition 'numbers' is asked for "
        "as well",
        "`--condition none`, or a part that is not conditional",
    )


def test_a_conditional_run_repeats_and_refuses_labels_out_of_range(zoo):
    Path("my_parts.py").write_text(PARTS_OF_MINE)
    flags = ("--gen", "vanilla", "--condition", "numbers", *TINY)
    assert zoo("train", *flags, "--run", "here").exit_code == 0
    again = json.loads(zoo("train", "--config", "here/config.json", "--dry-run", "--json").stdout)
    assert again["parts"]["condition"] == "my-parts/numbers"
    for label in ("12", "-1"):
        assert said_against(zoo("sample", "here", "--label", label)) == (
            f"label {label} is out of range",
            "0 to 9: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9",
        )


def test_a_plugin_file_that_has_moved_is_named_again(zoo):
    Path("my_parts.py").write_text(PARTS_OF_MINE)
    flags = ("--gen", "vanilla", "--condition", "numbers", *TINY, "--dry-run", "--json")
    Path("my.json").write_text(zoo("train", *flags).stdout)
    Path("moved").mkdir()
    del sys.modules["my_parts"]
    Path("my_parts.py").rename("moved/my_parts.py")
    message, _ = said_against(zoo("train", "--config", "my.json", "--dry-run"))
    assert message.startswith("no plugin file '")
    moved = ("--config", "my.json", "--plugin", "moved/my_parts.py", "--dry-run", "--json")
    assert json.loads(zoo("train", *moved).stdout)["plugins"] == [
        str(Path("moved/my_parts.py").resolve())
    ]


def test_a_mistake_in_a_file_is_two_lines(zoo):
    Path("my.json").write_text('{"parts": {"generator": "dcgan"}, "option": {}}')
    assert said_against(zoo("train", "--config", "my.json")) == (
        "the configuration has the unknown key 'option'",
        "did you mean 'options'? its keys are format, parts, options, recipe, plugins, task, "
        "data, environment",
    )
