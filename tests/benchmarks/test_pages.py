"""The pages that are written from stored figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks import results
from benchmarks.pages.autoencoders import autoencoders_text
from benchmarks.pages.collapse import collapse_text
from benchmarks.pages.measures import measured_tables, measured_text
from benchmarks.pages.metrics import between_marks
from benchmarks.pages.overtraining import overtraining_text
from benchmarks.pages.recipes import cells, page
from benchmarks.pages.results import FORMAT, read_results, results_page
from benchmarks.pages.seeds import seeds_text
from benchmarks.pages.sweeps import kills_text, pruning_text
from benchmarks.pages.translations import translations_text
from benchmarks.shared.program import write_json
from zoo_core import ZooError

PROTOCOL = {
    "fake_count": 10_000,
    "real_count": 355,
    "split": "test",
    "data": "gan-zoo/digits",
    "image": "1x28x28",
    "features": "zoo-plugin-metrics/digit-classifier",
    "features_digest": "d9c3ce02bc2bea55d0",
    "reads": "as it is",
    "range": "[-1, 1] rounded to 8 bits",
    "seed": 0,
    "versions": {"torch": "2.11.0"},
}
ENVIRONMENT = {
    "device": "cpu",
    "threads": 2,
    "python": "3.12.0",
    "distributions": {"torch": "2.11.0"},
}


SCORES = ("fid", "kid", "modes", "memorisation")


def stored(name: str, digest: str = "ab12", **measures: object) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "name": name,
        "about": "A model.",
        "data": "mnist",
        "row": {"options": {"run": {"steps": 10}}},
        "commands": {"train": "zoo train", "result": "python benchmarks/results.py"},
        "training": {
            "steps": 10,
            "seconds": 90.0,
            "images_per_second": 7.0,
            "environment": ENVIRONMENT,
        },
        "scores": {
            "digests": dict.fromkeys(SCORES, digest),
            "protocol": PROTOCOL,
            "scores": {"fid": 12.34, "kid": 5.678, "modes": 9.0, "memorisation": 0.0123},
        },
        "measures": measures,
    }


def test_results_are_read_in_the_order_of_the_rows(tmp_path: Path) -> None:
    for name in ("zebra", "second", "first"):
        write_json(tmp_path / f"{name}.json", stored(name))
    write_json(tmp_path / "another-program.json", {"rows": []})
    found = read_results(tmp_path, ["first", "second"])
    assert [result["name"] for result in found] == ["first", "second", "zebra"]


def test_results_of_another_format_are_refused_with_the_command_that_helps(tmp_path: Path) -> None:
    write_json(tmp_path / "one.json", {**stored("one"), "format": 0})
    with pytest.raises(ZooError, match="the figures of 'one' have format 0") as error:
        read_results(tmp_path, ["one"])
    assert error.value.hint == "`python benchmarks/results.py --only one --again`"


def test_the_page_shows_each_model_once_in_one_table(tmp_path: Path) -> None:
    text = results_page([stored("one"), stored("two")], tmp_path)
    assert text.count("| --- |") == 1
    assert text.count("| [one](#one) | 10 | 9.000 | 12.3 | 5.68 | 9 | 1.2% |") == 1
    assert text.count("fid `ab12`: 10,000 samples") == 1
    assert "pictures/results/two.png" in text


def test_the_page_never_mixes_two_protocols_in_one_table(tmp_path: Path) -> None:
    text = results_page([stored("one"), stored("two", "cd34"), stored("three")], tmp_path)
    assert text.count("| --- |") == 2
    assert text.index("[three](#three)") < text.index("fid `ab12`")
    assert text.index("fid `ab12`") < text.index("[two](#two)")


def test_a_page_without_figures_is_an_error_with_a_way_out(tmp_path: Path, capsys) -> None:
    assert results.main(["--report-only", "--docs", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "Error: no figures in" in said
    assert "Hint: `python benchmarks/results.py`" in said


def test_each_kind_of_measure_gets_a_table_with_its_figures() -> None:
    read = {"label-accuracy": 0.95, "label-accuracy.worst": 0.8}
    codes = {
        "purity_samples": 0.7,
        "purity_held_out": 0.6,
        "classes_covered": 8,
        "purity_of_one_value": 0.11,
    }
    tables = measured_tables(
        [
            stored("cdcgan", kind="labels", scores=read, held_out=0.996),
            stored("infogan", kind="codes", **codes),
            stored("sgan", kind="classes", labels=100, accuracy=0.9, supervised_accuracy=0.7),
            stored("plain"),
        ]
    )
    assert len(tables) == 3
    assert "| [cdcgan](#cdcgan) | 95.0% | 80.0% |" in tables[0]
    assert "| *held-out images* | 99.6% |  |" in tables[0]
    assert "| [infogan](#infogan) | 70.0% | 60.0% | 8 |" in tables[1]
    assert "| [sgan](#sgan) | 100 | 90.0% | 70.0% |" in tables[2]


def test_pictures_of_codes_are_shown() -> None:
    text = measured_text(stored("infogan", pictures=["infogan-code-1.png"]))
    assert "![code 1 of infogan](pictures/results/infogan-code-1.png)" in text
    assert measured_text(stored("plain")) == ""


def test_nothing_is_said_of_what_was_not_made(tmp_path: Path) -> None:
    assert translations_text(tmp_path) == []
    assert autoencoders_text(tmp_path) == []
    assert seeds_text(tmp_path, ["one"]) == ""
    assert overtraining_text(tmp_path) == ""


def test_a_translation_stands_beside_the_images_as_they_are(tmp_path: Path) -> None:
    figures = {
        "scores": {"fid": 20.0, "label-accuracy": 0.7},
        "untranslated": {"fid": 300.0, "label-accuracy": 0.99},
        "digests": dict.fromkeys(SCORES, "ab12"),
        "protocol": PROTOCOL,
        "cycle_error": 0.08,
        "changed": 0.4,
    }
    training = {"steps": 1200, "seconds": 60.0}
    result = {"name": "digits-mnist-0", "seed": 0, "training": training}
    write_json(
        tmp_path / "translations" / "digits-mnist-0.json",
        {**result, "figures": {"ab": figures, "ba": figures}},
    )
    (text,) = translations_text(tmp_path)
    row = "| digits to MNIST | 0 | 20.0 | 300.0 | 70.0% | 99.0% | 0.080 | 0.400 |"
    assert row in text


def test_autoencoders_stand_beside_components_and_gans(tmp_path: Path) -> None:
    coded = {"latents": 16, "training": {"steps": 2000, "seconds": 60.0}, "pca": 0.1}
    scores = {"fid": 30.0, "kid": 2.0, "modes": 10.0, "memorisation": 0.0}
    digests = dict.fromkeys(scores, "ab12")
    measured = {"scores": {"scores": scores, "digests": digests, "protocol": PROTOCOL}}
    held_out = {"error": 0.04, "bits_per_dim": 0.19}
    noise = {"options": {"amount": 0.5}, "psnr": {"before": 10.0, "after": 20.0}}
    sparse = {"options": {"rho": 0.05}, "activation": {"mean": 0.06, "largest": 0.2}}
    left_out = {"digit": 0, "auroc": {"bits_per_dim": 0.9, "error": 0.8}, "held_out": held_out}
    stored = {
        "vae": {**coded, **measured, "held_out": held_out},
        "denoising": {**coded, **noise, "held_out": {"error": 0.02}},
        "sparse": {**coded, **sparse, "held_out": {"error": 0.01}},
        "vae-without-0": left_out,
        "dcgan.mnist-28": measured,
    }
    for name, result in stored.items():
        write_json(tmp_path / "autoencoders" / f"{name}.json", {"name": name, **result})
    (text,) = autoencoders_text(tmp_path)
    assert "| vae | 16 | 2,000 | 60 | 0.0400 | 0.1000 | 0.190 |" in text
    assert "10.0 dB, and what is made of them 20.0 dB" in text
    assert "of 0.05 is asked for; on held-out images it is 0.060, and 0.200" in text
    assert "| dcgan.mnist-28 | 30.0 | 2.00 | 10 | 0.0% |" in text
    assert "| vae | 0 | bits_per_dim | 0.900 | 0.800 |" in text


def test_seeds_are_a_mean_and_their_deviation(tmp_path: Path) -> None:
    def run(*fids: float) -> dict[str, Any]:
        other = {"kid": 1.0, "modes": 10, "memorisation": 0.0}
        lines = [{"step": step, "fid": fid, **other} for step, fid in enumerate(fids, 1)]
        return {"evaluations": lines, "seconds_per_step": 0.25}

    measured = {"digests": dict.fromkeys(SCORES, "ab12"), "protocol": PROTOCOL}
    result = {"name": "one", "steps": 2, "share": 10, **measured}
    write_json(
        tmp_path / "seeds" / "one.json",
        {**result, "seeds": {"0": run(30, 20), "1": run(24, 26)}},
    )
    text = seeds_text(tmp_path, ["one", "absent"])
    # last: 20 and 26; best: 20 at step 2 and 24 at step 1
    assert "| [one](#one) | 2 | 1/10 | 0.250 | 23.0 ± 4.2 | 22.0 ± 2.8 | 2, 1 |" in text


def test_modes_are_counted_with_and_without_a_remedy(tmp_path: Path) -> None:
    def seed(modes: float, near: float) -> dict[str, Any]:
        return {"scores": {"modes": modes, "near": near}, "training": {"steps": 4, "seconds": 1.0}}

    assert collapse_text(tmp_path) == ""
    for remedy, counts in (("spectral", (20, 24)), ("none", (5, 7))):
        seeds = {str(place): seed(count, 0.5) for place, count in enumerate(counts)}
        result = {"data": "gaussians", "remedy": remedy, "seeds": seeds}
        write_json(tmp_path / "collapse" / f"{remedy}.json", result)
    *_, plain, held = collapse_text(tmp_path).splitlines()
    assert plain == "| gaussians | none | 4 | 0.250 | 5, 7 | 6.0 ± 1.4 | 50 ± 0 % |  |"
    assert held == "| gaussians | spectral | 4 | 0.250 | 20, 24 | 22.0 ± 2.8 | 50 ± 0 % |  |"


def reached() -> dict[str, Any]:
    scores = {
        "fid": 20.0,
        "kid": 1.5,
        "modes.kl": 0.01,
        "precision": 0.6,
        "recall": 0.9,
        "memorisation": 0.002,
    }
    training = {"seconds": 61.4, "environment": {"threads": 1}}
    run = {"training": training, "scores": scores, "digests": {"fid": "ab12"}, "protocol": PROTOCOL}
    return {"runs": {"0": run}, "controls": {"copies": {**scores, "memorisation": 1.0}}}


def test_what_a_recipe_reaches_stands_above_the_controls() -> None:
    head, run, control = cells(reached())
    assert head[1:3] == ["FID (digit-classifier)", "KID (digit-classifier)"]
    assert run[:2] == ["seed 0, 61 s on 1 thread", "20.0"]
    assert control == ["*copies*", "20.0", "1.5", "0.010", "0.600", "0.900", "100.0%"]


def test_the_page_of_the_first_recipe_has_both_tables_and_their_protocols() -> None:
    scores = reached()["runs"]["0"]["scores"]
    rows = [{"change": "the recipe", "steps": 1000, "scores": scores}]
    search = {"digests": {"fid": "cd34"}, "protocol": PROTOCOL, "rows": rows}
    text = page(reached(), search)
    assert "| the recipe | 1,000 | 20.0 | 1.5 | 0.010 | 0.600 | 0.900 |" in text
    assert "training of 1,000 steps" in text
    assert text.index("`ab12`") < text.index("## What was tried") < text.index("`cd34`")
    assert not {"REACHED", "FIRST", "TRIED", "SEARCH", "STEPS"} & set(text.split())


def test_a_table_is_put_between_its_marks() -> None:
    text = "a <!-- speed -->\nold\n<!-- end of speed --> b"
    assert between_marks(text, "speed", "new") == (
        "a <!-- speed -->\n\nnew\n\n<!-- end of speed --> b"
    )


def test_what_pruning_saved_and_whether_the_best_was_lost_is_a_row_a_seed() -> None:
    def figures(steps: int, trial: int, fid: float, pruned: int = 0) -> dict[str, Any]:
        best = {"trial": trial, "fid": fid, "at": 40}
        took = {"trials": 4, "pruned": pruned, "steps": steps, "seconds": 9.6}
        return {**took, "best": best}

    rows = [
        {"seed": 0, "none": figures(160, 3, 20.0), "median": figures(100, 3, 20.0, 2)},
        {"seed": 1, "none": figures(160, 1, 20.0), "median": figures(60, 0, 25.0, 3)},
    ]
    text = pruning_text({"rows": rows})
    assert "| 0 | 2 of 4 | 100 | 160 | 38% | 10 | 10 | 20.0 (trial 3) | 20.0 (trial 3) |" in text
    assert "Together 50% of the steps were saved, and in 1 of 2 seeds" in text


def test_what_became_of_killed_sweeps_is_a_table_each() -> None:
    row = ["0000", "hinge", "2", "done"]
    sweep = {"title": "A grid:", "headings": ["loss", "begun", "outcome"], "rows": [row]}
    text = kills_text({"sweeps": [sweep, sweep]})
    assert text.count("A grid:\n\n| trial | loss | begun | outcome |") == 2
    assert text.count("| 0000 | hinge | 2 | done |") == 2
