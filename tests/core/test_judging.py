"""The scores of the quality benchmarks, on cases that are known by hand."""

import json
import sys
from pathlib import Path

import pytest
import torch

from zoo_core import ZooError
from zoo_core.data import MemoryTable
from zoo_core.interfaces import Dataset
from zoo_core.spec import ImageSpec

ROOT = Path(__file__).resolve().parents[2]
if not (ROOT / "benchmarks" / "judging").is_dir():
    pytest.skip("the benchmarks are not part of this copy", allow_module_level=True)
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from benchmarks import first_run, results  # noqa: E402
from benchmarks.judging import (  # noqa: E402
    Figures,
    JudgeOptions,
    Panel,
    class_shares,
    figures_table,
    frechet_distance,
    nearest_distances,
    nearest_other_distances,
)
from benchmarks.judging.controls import (  # noqa: E402
    COPIES,
    GAUSSIAN,
    HELD_OUT,
    MEANS,
    controls,
    gaussian,
)
from benchmarks.judging.real import RealImages, real_images  # noqa: E402
from benchmarks.judging.results_page import read_results, results_page  # noqa: E402
from benchmarks.judging.scores import Moments, moments  # noqa: E402
from benchmarks.judging.tables import markdown  # noqa: E402


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def test_fid_of_a_set_with_itself_is_zero():
    features = torch.randn(200, 8, generator=seeded())
    assert frechet_distance(moments(features), moments(features)) == pytest.approx(0, abs=1e-10)


def test_fid_of_a_shifted_set_is_the_squared_length_of_the_shift():
    features = torch.randn(200, 3, generator=seeded()).double()
    shift = torch.tensor([1.0, -2.0, 2.0])
    found = frechet_distance(moments(features), moments(features + shift))
    assert found == pytest.approx(9)


def test_fid_of_gaussians_with_diagonal_covariances_is_the_distance_of_their_deviations():
    one = Moments(torch.zeros(2).double(), torch.diag(torch.tensor([1.0, 4.0]).double()))
    two = Moments(torch.zeros(2).double(), torch.diag(torch.tensor([9.0, 16.0]).double()))
    assert frechet_distance(one, two) == pytest.approx((1 - 3) ** 2 + (2 - 4) ** 2)


def test_fid_of_rotated_covariances_is_symmetric_and_equals_the_general_formula():
    features = torch.randn(400, 4, generator=seeded()).double()
    mixed = features @ torch.randn(4, 4, generator=seeded(1)).double()
    one, two = moments(features), moments(mixed)
    eigenvalues = torch.linalg.eigvals(one.covariance @ two.covariance)
    expected = (
        (one.mean - two.mean).square().sum()
        + one.covariance.trace()
        + two.covariance.trace()
        - 2 * eigenvalues.sqrt().real.sum()
    )
    assert frechet_distance(one, two) == pytest.approx(expected.item())
    assert frechet_distance(two, one) == pytest.approx(expected.item())


def test_fid_of_features_that_never_vary_is_finite():
    flat = moments(torch.zeros(10, 3))
    assert frechet_distance(flat, moments(torch.ones(10, 3))) == pytest.approx(3)


def test_class_shares_count_the_highest_probabilities_of_all_classes():
    probabilities = torch.tensor([[0.9, 0.1, 0.0], [0.2, 0.8, 0.0], [0.6, 0.4, 0.0], [1, 0, 0]])
    assert class_shares(probabilities).tolist() == [0.75, 0.25, 0.0]


def test_nearest_distances_are_root_mean_squares_over_the_pixels():
    images = torch.zeros(2, 1, 2, 2)
    images[1] = 1
    others = torch.stack([torch.full((1, 2, 2), -0.5), torch.full((1, 2, 2), 3.0)])
    assert nearest_distances(images, others).tolist() == pytest.approx([0.5, 1.5])


def test_nearest_distance_to_a_set_with_the_image_in_it_is_exactly_zero():
    images = torch.rand(250, 1, 8, 8, generator=seeded())
    assert nearest_distances(images, images).tolist() == [0.0] * 250


def test_nearest_other_distance_skips_the_image_itself_but_not_its_twin():
    images = torch.rand(250, 1, 8, 8, generator=seeded())
    images[240] = images[3]
    found = nearest_other_distances(images)
    assert found[[3, 240]].tolist() == [0.0, 0.0]
    assert (found > 0).sum() == 248


def test_gaussian_control_has_the_means_and_covariances_of_the_pixels():
    base = torch.randn(5000, 3, generator=seeded()) @ torch.tensor(
        [[0.1, 0.05, 0.0], [0.0, 0.1, 0.05], [0.0, 0.0, 0.1]]
    )
    images = (base + torch.tensor([0.2, -0.1, 0.0])).view(-1, 1, 1, 3)
    drawn = gaussian(images, 20_000, seeded(1)).flatten(1)
    assert torch.allclose(drawn.mean(0), base.mean(0) + torch.tensor([0.2, -0.1, 0]), atol=0.005)
    assert torch.allclose(drawn.T.cov(), base.T.cov(), atol=0.001)


def test_gaussian_control_stays_in_the_range_of_images():
    images = torch.randn(50, 1, 2, 2, generator=seeded()).sign()
    assert gaussian(images, 100, seeded()).abs().max() == 1


def test_controls_are_as_many_as_asked_and_repeat_with_their_seed():
    real = RealImages(torch.rand(30, 1, 4, 4, generator=seeded()), torch.zeros(30).long())
    few = RealImages(torch.rand(5, 1, 4, 4, generator=seeded(1)), torch.zeros(5).long())
    found, again = (controls(real, few, 12, seed=3) for _ in range(2))
    assert {name: len(images) for name, images in found.items()} == {
        GAUSSIAN: 12,
        MEANS: 12,
        COPIES: 12,
        HELD_OUT: 5,
    }
    assert all(torch.equal(found[name], again[name]) for name in found)


class Stripes(Dataset):
    """Two classes, bright on the left or on the right."""

    def __init__(self, classes=("left", "right")):
        self.image, self.classes = ImageSpec(1, 8, 8), classes

    def tables(self, split):
        labels = torch.arange(200 if split == "train" else 60) % 2
        images = torch.randint(0, 60, (len(labels), 1, 8, 8), generator=seeded(len(labels)))
        images[labels == 0, :, :, :4] += 190
        images[labels == 1, :, :, 4:] += 190
        return {"images": MemoryTable(images.byte(), labels if self.classes else None)}


@pytest.fixture(scope="module")
def panel():
    return Panel(Stripes(), JudgeOptions(epochs=6, batch=20, shift=1))


def test_judge_learns_to_tell_two_classes_apart(panel):
    assert panel.judge.accuracy == 1
    assert panel.judge.trained_on == 200


def test_judge_is_the_same_when_it_is_trained_again(panel):
    again = Panel(Stripes(), JudgeOptions(epochs=6, batch=20, shift=1))
    probabilities, _ = panel.judge(panel.held_out.images)
    assert torch.equal(again.judge(again.held_out.images)[0], probabilities)


def test_panel_sees_a_collapsed_model_in_every_figure(panel):
    found = panel.figures(panel.held_out.images[:1].expand(100, -1, -1, -1).contiguous())
    assert (found.least_share, found.classes, found.twins) == (0, 1, 1)
    assert found.fid > panel.controls(60)[HELD_OUT].fid


def test_panel_sees_copies_by_their_distance(panel):
    found = panel.controls(200)
    assert found[COPIES].nearest == 0
    assert found[COPIES].twins > 0.5
    assert found[HELD_OUT].nearest > 0
    assert found[HELD_OUT].images == 60


def test_judge_refuses_data_without_labels():
    with pytest.raises(ZooError, match="the judge needs labels, but Stripes has none"):
        real_images(Stripes(classes=()), "train")


def figures(**changes):
    values = {
        "images": 1000,
        "shares": (0.1,) * 10,
        "top_probability": 0.8,
        "nearest": 0.2,
        "fid": 1.0,
        "twins": 0.0,
    }
    return Figures(**{**values, **changes})


CONTROLS = {
    GAUSSIAN: figures(top_probability=0.5, nearest=0.3, fid=4.0),
    HELD_OUT: figures(top_probability=0.9),
}


def missed(found):
    needed = first_run.requirements(found, CONTROLS)
    return [place for place, requirement in enumerate(needed) if not requirement.met]


def test_good_figures_meet_every_requirement():
    assert missed(figures()) == []


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"shares": (0.04, 0.16, *(0.1,) * 8)}, 0),
        ({"top_probability": 0.62}, 1),
        ({"nearest": 0.19}, 3),
    ],
)
def test_one_bad_figure_misses_its_requirement(changes, place):
    assert missed(figures(**changes)) == [place]


def test_images_that_a_gaussian_equals_miss_their_requirement():
    near = {**CONTROLS, GAUSSIAN: figures(top_probability=0.75)}
    needed = first_run.requirements(figures(), near)
    assert [requirement.met for requirement in needed] == [True, True, False, True]


def test_requirement_says_what_it_found_and_what_it_needs():
    slow = first_run.Requirement(name="training seconds", value=200, bound=180, at_most=True)
    assert str(slow) == "MISS training seconds: 200.000 <= 180.000"


def test_figures_survive_being_written():
    found = figures(shares=(0.25, 0.75), twins=0.125)
    assert Figures.from_json(json.loads(json.dumps(found.rounded()))) == found


def test_table_compares_every_row_with_held_out_images():
    lines = figures_table({"mine": figures()}, CONTROLS).splitlines()
    assert " ".join(lines[1].split()) == "mine 1,000 10.0% 10 0.800 0.89 0.200 1.00 1.00 0.0%"
    assert len({len(line) for line in lines}) == 1


def test_markdown_table_has_a_rule_below_its_head():
    assert markdown([["a", "b"], ["c", "1"]]) == "| a | b |\n| --- | ---: |\n| c | 1 |"


def test_row_states_every_option_in_its_command():
    row = next(row for row in results.ROWS if row.name == "dcgan-wgan-gp")
    words = row.train_command.split()
    assert row.train_command.startswith("zoo train --gen dcgan --loss wgan-gp --data mnist ")
    for section, values in row.options.items():
        for name, value in values.items():
            assert f"{section}.{name}={value}" in words or str(value) in words


def stored(name, steps=10, asked=10, accuracy=0.99):
    environment = {
        "device": "cpu",
        "threads": 2,
        "python": "3.12.0",
        "distributions": {"torch": "2.11.0"},
    }
    return {
        "format": 1,
        "name": name,
        "about": "A model.",
        "data": "mnist",
        "row": {"options": {"run": {"steps": asked}}},
        "commands": {"train": "zoo train", "result": "python benchmarks/results.py"},
        "training": {
            "steps": steps,
            "seconds": 90.0,
            "images_per_second": 7.0,
            "environment": environment,
        },
        "samples": {"count": 1000, "seed": 1},
        "judge": {
            "images": 20000,
            "size": "1x28x28",
            "epochs": 6,
            "seed": 0,
            "batch": 64,
            "shift": 2,
            "smoothing": 0.1,
            "accuracy": accuracy,
            "held_out": 10000,
            "references": 60000,
            "torch_threads": 2,
        },
        "figures": figures().rounded(),
        "controls": {control: found.rounded() for control, found in CONTROLS.items()},
    }


def test_results_are_read_in_the_order_of_the_rows(tmp_path):
    for name in ("zebra", "second", "first"):
        (tmp_path / f"{name}.json").write_text(json.dumps(stored(name)))
    found = read_results(tmp_path, ["first", "second"])
    assert [result["name"] for result in found] == ["first", "second", "zebra"]


def test_results_of_another_format_are_refused_with_the_command_that_helps(tmp_path):
    (tmp_path / "one.json").write_text(json.dumps({**stored("one"), "format": 0}))
    with pytest.raises(ZooError, match="the figures of 'one' have format 0") as error:
        read_results(tmp_path, ["one"])
    assert error.value.hint == "`python benchmarks/results.py --only one --again`"


def test_page_shows_each_model_once_in_one_table():
    text = results_page([stored("one"), stored("two")])
    assert text.count("| --- |") == 1
    assert text.count("[one](#one) | 10 | 1.5 | 1,000 | 10.0% |") == 1
    assert "pictures/results/two.png" in text
    assert text == results_page([stored("one"), stored("two")])


def test_page_never_mixes_two_judges_in_one_table():
    text = results_page([stored("one"), stored("two", accuracy=0.98)])
    assert text.count("| --- |") == 2


def test_page_says_when_a_training_was_cut_short():
    text = results_page([stored("one", steps=5)])
    assert "It was stopped there by its time limit; 10 were planned." in text


def test_page_without_figures_is_an_error_with_a_way_out(tmp_path, capsys):
    assert results.main(["--report-only", "--docs", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert "Error: no figures in" in said
    assert "Hint: `python benchmarks/results.py`" in said
