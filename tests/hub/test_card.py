"""The card: read back by the client, and safe whatever the configuration says."""

from __future__ import annotations

import json

import pytest
from huggingface_hub import ModelCard

from zoo_core.weights.bundle.config import BundleConfig
from zoo_core.weights.publication.card import card as card_of
from zoo_core.weights.publication.markdown import block, code, escaped, paper_link

SCORE = {
    "step": 4,
    "by": "eval",
    "weights": "average",
    "direction": "",
    "scores": {"fid": 12.345678, "kid": 0.01},
    "better": {"fid": "lower", "kid": "lower"},
    "digests": {"fid": "0123456789abcdef", "kid": "fedcba9876543210"},
    "protocol": {
        "features": "zoo-plugin-metrics/pixels",
        "features_digest": "ab" * 32,
        "split": "test",
        "data": "gan-zoo/digits",
        "image": "1x8x8",
        "fake_count": 1000,
        "real_count": 297,
        "seed": 0,
    },
}


@pytest.fixture
def config(package):
    """Return what config.json of weights holds, for a test to change."""
    return package.config.to_json()


def card(config, name):
    return card_of(BundleConfig.from_json(config), name)


def test_the_front_matter_is_what_the_hub_asks_for(config):
    config["licence"] = "cc0-1.0"
    data = ModelCard(card(config, "ada/digits")).data
    assert data.library_name == "gan-zoo"
    assert data.pipeline_tag == "unconditional-image-generation"
    assert data.license == "cc0-1.0"
    assert data.datasets == ["digits"]
    assert data.tags == ["gan", "vanilla", "non-saturating"]


def test_measured_metrics_are_a_model_index_with_their_protocol(config):
    config["scores"] = [SCORE]
    results = ModelCard(card(config, "ada/digits")).data.eval_results
    assert [(one.metric_type, one.metric_value) for one in results] == [
        ("fid", 12.345678),
        ("kid", 0.01),
    ]
    first = results[0]
    assert (first.dataset_name, first.dataset_split) == ("digits", "test")
    assert first.task_type == "unconditional-image-generation"
    assert first.metric_args["protocol"] == "0123456789abcdef"
    assert first.metric_args["fake_count"] == 1000


def test_scores_are_a_table_for_people(config):
    config["scores"] = [SCORE]
    text = card(config, "ada/digits")
    assert "| fid | 12.35 | lower | pixels | `0123456789abcdef` |" in text
    assert "1000 samples, 297 real images, split test, data gan-zoo/digits" in text
    assert "Nobody has measured" not in text


def test_of_evaluations_with_one_protocol_the_last_counts(config):
    config["scores"] = [{**SCORE, "scores": {"fid": 99.0}}, SCORE]
    assert "99" not in card(config, "ada/digits").partition("## Scores")[2].partition("##")[0]


def test_without_scores_the_card_says_so(config):
    text = card(config, "ada/digits")
    assert "None were measured" in text
    assert "model-index" not in text


@pytest.mark.parametrize(
    "score", [{}, {"scores": 3}, {"scores": {"fid": "x"}}, {"scores": {"fid": True}}]
)
def test_scores_of_another_form_are_left_out(config, score):
    config["scores"] = [score, {"protocol": "text", **SCORE, "better": 5}]
    assert "| fid | 12.35 |" in card(config, "ada/digits")


def test_three_lines_load_and_sample(config):
    text = card(config, "ada/digits")
    assert (
        "```python\nimport zoo_core\nmodel = zoo_core.load('ada/digits')\n"
        "images = model.sample(16, seed=0)\n```" in text
    )
    assert "pip install gan-zoo zoo-plugin-vanilla" in text


def test_the_training_can_be_repeated_and_the_parts_have_papers(config):
    text = card(config, "ada/digits")
    assert "zoo train " in text
    assert config["training"]["command"] in text
    assert "[arXiv:1406.2661](https://arxiv.org/abs/1406.2661)" in text
    assert "![Samples](samples.png)" in text


def test_a_translation_is_image_to_image(config):
    config["composition"]["task"]["source"] = [3, 8, 8]
    text = card(config, "ada/maps")
    assert ModelCard(text).data.pipeline_tag == "image-to-image"
    assert "images = model.translate(images)" in text


def test_own_files_are_no_data_set_of_the_hub(config):
    config["composition"]["parts"]["data"] = "gan-zoo/folder:private/holidays"
    text = card(config, "ada/holidays")
    assert ModelCard(text).data.datasets is None
    assert "private" not in text.partition("This repeats")[0]


def test_a_plugin_of_a_stranger_comes_with_a_warning(config):
    config["distributions"]["zoo-plugin-strange"] = "1.0"
    assert "`zoo-plugin-strange`: a plugin that is not part of GAN Zoo" in card(config, "a/b")


EVIL = "x|y](http://evil) <script>alert(1)</script> ![a](http://e/e.png) `code` ## head\n# h\n```"


def test_text_of_others_is_shown_and_not_read(config):
    config["composition"]["parts"]["generator"] = f"strange/{EVIL}"
    config["composition"]["parts"]["condition"] = "concat"
    config["composition"]["task"]["classes"] = [EVIL]
    config["training"]["command"] = f"zoo train {EVIL}"
    config["origin"] = {EVIL: EVIL}
    config["scores"] = [
        {**SCORE, "scores": {EVIL: 1.0}, "digests": {EVIL: EVIL}, "better": {EVIL: EVIL}}
    ]
    text = card(config, "ada/digits")
    body = without_code(text.partition("\n---\n\n")[2])
    for raw in ("<script", "](http://evil)", "![a]", "\n# h", "http://e/"):
        assert raw not in body
    assert ModelCard(text).data.library_name == "gan-zoo"


def without_code(text: str) -> str:
    """Return Markdown without its code, found as a reader of Markdown finds it."""
    kept, fence = [], ""
    for line in text.splitlines():
        ticks = len(line) - len(line.lstrip("`"))
        if fence:
            fence = "" if line.strip() == fence else fence
        elif ticks >= 3 and "`" not in line[ticks:]:
            fence = "`" * ticks
        else:
            kept.append(line)
    assert not fence
    return without_spans("\n".join(kept))


def without_spans(text: str) -> str:
    found, at = "", 0
    while at < len(text):
        if text[at] == "\\":
            found, at = f"{found}?", at + 2
            continue
        ticks = len(text[at:]) - len(text[at:].lstrip("`"))
        if not ticks:
            found, at = found + text[at], at + 1
            continue
        end = text.find("`" * ticks, at + ticks)
        while end >= 0 and text[end + ticks : end + ticks + 1] == "`":
            end = text.find("`" * ticks, end + ticks + 1)
        assert end >= 0
        at = end + ticks
    return found


def test_escapes_are_those_of_markdown():
    assert escaped("a*b_c") == r"a\*b\_c"
    assert escaped("http://x www.y a@b") == r"http\://x www\.y a\@b"
    assert escaped("two\nlines") == "two lines"
    assert code("a`b") == "``a`b``"
    assert code("`") == "`` ` ``"
    assert code("a|b") == "`a¦b`"
    assert block(["```"]) == "````\n```\n````"
    assert paper_link("arXiv:1.2)[x") == "[arXiv:1.2)\\[x](https://arxiv.org/abs/1.2%29%5Bx)"
    assert paper_link("javascript:alert(1)") == "javascript:alert(1)"


def test_the_card_is_the_same_for_the_same_weights(config):
    again = json.loads(json.dumps(config))
    assert card(config, "ada/digits") == card(again, "ada/digits")
