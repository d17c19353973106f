from __future__ import annotations

import importlib.util
import json
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from zoo_cli.reporting.curves import Curve, charts_of, thin
from zoo_cli.reporting.pictures import evenly, pictures_of
from zoo_core.runs import read_history
from zoo_core.runs.atomic import LEFT

EVIL = '</script><img src=x onerror="document.title=1">&"\''

CHROMIUM = next(
    (p for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), ""
)
BROWSER_ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


class Tags(HTMLParser):
    """Collect elements, attributes and the text of a page; fail on what no tag of ours has."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "input"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def parsed(path: Path) -> Tags:
    tags = Tags()
    tags.feed(path.read_text(encoding="utf-8"))
    tags.close()
    assert tags.open == []
    return tags


def data_of(path: Path) -> dict[str, Any]:
    text = path.read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', text)
    assert found is not None
    return json.loads(found[1])


def score(step: int, fid: float, digest: str = "d1", **protocol: object) -> str:
    line = {
        "step": step,
        "by": "train",
        "weights": "average",
        "direction": "",
        "scores": {"fid": fid},
        "better": {"fid": "lower"},
        "protocol": {"features": "zoo-plugin-metrics/mnist", "fake_count": 2000, **protocol},
        "digests": {"fid": digest},
    }
    return json.dumps(line) + "\n"


@pytest.fixture
def run(trained: Path, home: Path) -> Path:
    """Return a run with pictures of three steps, scores and remarks."""
    place = home / "runs" / "mine"
    shutil.copytree(trained, place)
    for step, shade in ((1, 40), (2, 120)):
        Image.new("L", (24, 24), shade).save(place / "samples" / f"step-{step:08d}.png")
    first = json.loads((place / "metrics.jsonl").read_text().splitlines()[-1])
    lines = [{**first, "step": step, "critic.total": step / 2} for step in (1, 2, 3)]
    (place / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    (place / "scores.jsonl").write_text(score(1, 9.0) + score(2, 3.5) + score(3, 4.0))
    event = {"step": 3, "since": 2, "kind": "collapse", "text": "few shapes", "advice": "try `r1`"}
    (place / "events.jsonl").write_text(json.dumps(event) + "\n")
    return place


def test_page_has_all_there_is_to_say(zoo, run, home):
    result = zoo("report", run)
    assert (result.exit_code, result.stdout) == (0, "report.html\n")
    text = (home / "report.html").read_text(encoding="utf-8")
    tags = parsed(home / "report.html")
    assert "<title>mine - GAN Zoo</title>" in text
    assert "vanilla against vanilla with non-saturating on digits at 8x8" in text
    assert "few shapes" in text
    assert "step 3, since step 2" in text
    assert "try <code>r1</code>" in text
    assert "3.5 at 2" in text
    assert "4 at 3" in text
    assert "arXiv:1406.2661" in text
    assert "https://arxiv.org/abs/1406.2661" in {link["href"] for link in tags.of("a")}
    pictures = tags.of("img")
    assert [picture["data-step"] for picture in pictures] == ["1", "2", "3"]
    assert all(str(picture["src"]).startswith("data:image/png;base64,") for picture in pictures)
    assert all(picture["alt"] for picture in pictures)
    assert ["hidden" in picture for picture in pictures] == [True, True, False]


def test_page_asks_for_nothing_and_allows_only_its_own_script(zoo, run, home):
    zoo("report", run)
    tags = parsed(home / "report.html")
    assert not tags.of("link")
    assert not [tag for tag, attributes in tags.found if "style" in attributes]
    assert [sorted(attributes) for attributes in tags.of("script")] == [["id", "type"], []]
    policy = next(m["content"] for m in tags.of("meta") if "http-equiv" in m)
    assert policy is not None
    assert policy.startswith("default-src 'none'; ")
    assert re.search(r"script-src 'sha256-[\w+/=]{44}'; style-src 'sha256-[\w+/=]{44}'$", policy)


def test_curves_are_sorted_into_charts(run):
    charts = charts_of(read_history(run))
    shown = {(chart.group, chart.title): [c.name for c in chart.curves] for chart in charts}
    assert shown["Scores", "fid (mnist), lower is better"] == ["fid (mnist)"]
    assert shown["Losses", "Total losses"] == ["critic.total", "generator.total"]
    assert shown["Losses", "Losses of critic"] == ["critic.real", "critic.fake", "critic.total"]
    assert shown["The critic's view", "What the critic gives to real and fake"] == [
        "critic.D(real)",
        "critic.D(fake)",
    ]
    assert shown["Gradients", "Gradient norms"] == [
        "critic.gradient_norm",
        "generator.gradient_norm",
    ]
    named = {name for curves in shown.values() for name in curves}
    # a single loss is its player's total
    assert set(read_history(run).names) - named <= {"generator.fake"}


def test_terms_of_the_monitor_have_a_group_of_their_own(run):
    with (run / "metrics.jsonl").open("a") as file:
        file.write('{"step": 4, "health.spread": 0.5, "strange": 1.0, "health.D(real)": 1.0}\n')
        file.write('{"step": 5, "health.D(held-out)": 0.5}\n')
    charts = charts_of(read_history(run))
    groups = {chart.title: chart.group for chart in charts}
    assert (groups["health.spread"], groups["strange"]) == ("Health", "Other terms")
    (view,) = [chart for chart in charts if "health.D(real)" in [c.name for c in chart.curves]]
    assert view.group == "Health"
    assert [curve.name for curve in view.curves] == ["health.D(real)", "health.D(held-out)"]


def test_scores_of_two_protocols_are_two_curves(zoo, run, home):
    with (run / "scores.jsonl").open("a") as file:
        file.write(score(3, 1.0, digest="d2", fake_count=500))
    titles = [chart.title for chart in charts_of(read_history(run)) if chart.group == "Scores"]
    assert titles == ["fid (mnist) [a], lower is better", "fid (mnist) [b], lower is better"]
    zoo("report", run)
    text = (home / "report.html").read_text(encoding="utf-8")
    assert text.count("<summary>Protocol ") == 2


def test_values_that_are_not_finite_leave_a_gap(zoo, run, home):
    with (run / "metrics.jsonl").open("a") as file:
        file.write('{"step": 4, "critic.total": NaN}\n{"step": 5, "critic.total": 2.0}\n')
    zoo("report", run)
    totals = next(
        c for c in data_of(home / "report.html")["charts"] if c["title"] == "Total losses"
    )
    assert totals["curves"][0] == {"name": "critic.total", "x": [1, 2, 3, 5], "y": [0.5, 1, 1.5, 2]}


def test_who_set_what_is_shown_where_it_is_recorded(zoo, run, home):
    config = json.loads((run / "config.json").read_text())
    del config["environment"]["set_by"]
    (run / "config.json").write_text(json.dumps(config))
    zoo("report", run)
    assert "not recorded" in (home / "report.html").read_text(encoding="utf-8")
    config["environment"]["set_by"] = {
        "parts": {"generator": "user"},
        "options": {"critic": {"lr": ["recipe best", ["engine", 0.5]], "betas": ["default"]}},
    }
    (run / "config.json").write_text(json.dumps(config))
    zoo("report", run, "--force")
    text = (home / "report.html").read_text(encoding="utf-8")
    assert (
        '<tr><th scope="row">lr</th><td>0.0002</td><td>recipe best</td><td>0.5 (engine)</td></tr>'
        in text
    )
    assert re.search(r'<tr class="dim"><th scope="row">betas</th>', text)


def test_a_strangers_run_injects_nothing(zoo, run, home):
    config = json.loads((run / "config.json").read_text())
    config["parts"]["generator"] = EVIL
    config["recipe"] = EVIL
    config["options"]["critic"][EVIL] = EVIL
    config["environment"] = {
        EVIL: EVIL,
        "set_by": {"parts": {"loss": EVIL}, "options": {"critic": {EVIL: [EVIL, [EVIL, EVIL]]}}},
    }
    (run / "config.json").write_text(json.dumps(config))
    with (run / "metrics.jsonl").open("a") as file:
        file.write(json.dumps({"step": 4, f"{EVIL}2": 1.0}) + "\n")
    event = {"step": 4, "kind": EVIL, "text": f"`{EVIL}`", "advice": EVIL}
    (run / "events.jsonl").write_text(json.dumps(event) + "\n")
    (run / "scores.jsonl").write_text(
        json.dumps(
            {
                "step": 4,
                "by": EVIL,
                "weights": EVIL,
                "direction": EVIL,
                "scores": {EVIL: 1.0},
                "protocol": {EVIL: {EVIL: EVIL}, "features": EVIL},
                "digests": {EVIL: EVIL},
            }
        )
    )
    place = home / "<img src=x onerror=alert(1)>"
    run.rename(place)
    assert zoo("report", place).exit_code == 0
    tags = parsed(home / "report.html")
    assert len(tags.of("script")) == 2
    assert {img["src"][:22] for img in tags.of("img") if img["src"]} == {"data:image/png;base64,"}
    assert not [tag for tag, found in tags.found for name in found if name.startswith("on")]
    titles = [chart["title"] for chart in data_of(home / "report.html")["charts"]]
    assert len([title for title in titles if EVIL in title]) == 2


def test_a_file_that_is_no_picture_is_left_out_and_said(zoo, run, home):
    (run / "samples" / "step-00000002.png").write_text("<svg onload=alert(1)>")
    result = zoo("report", run, "--json")
    assert json.loads(result.stdout)["pictures"] == [1, 3]
    assert "step-00000002.png is no PNG" in result.stderr


def test_many_pictures_are_thinned_evenly(run):
    samples = run / "samples"
    # all of one size: which of them fit is then a matter of their number alone
    for step in range(2, 101):
        shutil.copy(samples / "step-00000001.png", samples / f"step-{step:08d}.png")
    history = read_history(run)
    whole = pictures_of(history.samples)
    assert (len(whole.shown), whole.found) == (100, 100)
    total = sum(len(picture.uri) for picture in whole.shown)
    some = pictures_of(history.samples, budget=total // 9)
    steps = [picture.step for picture in some.shown]
    assert (steps[0], steps[-1], some.found) == (1, 100, 100)
    assert 5 <= len(steps) < 50
    assert sum(len(picture.uri) - 22 for picture in some.shown) <= total // 9
    gaps = [after - before for before, after in pairwise(steps)]
    assert max(gaps) - min(gaps) <= 1
    assert pictures_of(history.samples, budget=10).shown == ()


def test_a_single_picture_that_fits_is_the_newest():
    assert evenly([1, 2, 3], {1: 30, 2: 30, 3: 30}, budget=50) == [3]
    assert evenly([], {}, budget=50) == []


def test_long_curves_keep_their_ends_and_extremes():
    points = [(step, float(step % 7)) for step in range(10_000)]
    points[5_000] = (5_000, 99.0)
    points[7_000] = (7_000, -99.0)
    thinned = thin(Curve("x", points), most=100).points
    assert len(thinned) <= 100
    assert thinned == sorted(thinned)
    assert (thinned[0], thinned[-1]) == (points[0], points[-1])
    assert {(5_000, 99.0), (7_000, -99.0)} <= set(thinned)
    assert thin(Curve("x", points[:100]), most=100).points == points[:100]


def test_a_run_of_which_nothing_is_known_yet_has_a_page(zoo, home):
    (home / "empty").mkdir()
    (home / "empty" / "config.json").write_text("{}")
    result = zoo("report", "empty", "--out", "pages/empty.html")
    assert (result.exit_code, result.stdout) == (0, "pages/empty.html\n")
    text = (home / "pages" / "empty.html").read_text(encoding="utf-8")
    assert "The run has no pictures yet." in text
    assert "Nothing has been logged yet." in text
    assert "This run recorded no remarks." in text


def test_plugin_files_of_the_run_are_not_executed(zoo, run, home):
    (home / "evil.py").write_text("open('ran', 'w').close()\n")
    config = json.loads((run / "config.json").read_text())
    config["plugins"] = [str(home / "evil.py")]
    (run / "config.json").write_text(json.dumps(config))
    assert zoo("report", run).exit_code == 0
    assert not (home / "ran").exists()


def test_only_pages_are_written_over(zoo, run, home):
    before = (run / "config.json").read_bytes()
    result = zoo("report", run, "--out", run / "config.json")
    assert result.exit_code == 1
    assert result.stderr == (
        f"Error: a report is an HTML page, not '.json'\nHint: `--out {run / 'config.html'}`\n"
    )
    assert (run / "config.json").read_bytes() == before


def test_a_page_that_cannot_be_written_is_an_error(zoo, run, home):
    (home / "taken.html").mkdir()
    result = zoo("report", run, "--out", "taken.html")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: cannot write 'taken.html': ")
    assert not list(home.glob(LEFT))


def test_what_is_no_run_is_refused(zoo, home):
    result = zoo("report", "nothing")
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: no run at 'nothing'\nHint: give the directory that `zoo train` made\n"
    )


@pytest.fixture
def browser() -> Iterator[Any]:
    if not CHROMIUM or importlib.util.find_spec("playwright") is None:
        pytest.skip("no Chromium, or no playwright to steer it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=list(BROWSER_ARGUMENTS))
        yield found
        found.close()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("scheme", "ground"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(20, 23, 27)")]
)
def test_page_works_in_a_browser_without_a_network(zoo, run, home, browser, scheme, ground):
    zoo("report", run)
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1200, "height": 800})
    context.set_offline(True)
    page, asked, said = context.new_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    url = (home / "report.html").as_uri()
    page.goto(url)
    assert page.title() == "mine - GAN Zoo"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == ground
    slide(page)
    read_chart(page)
    change_chart(page)
    assert said == []
    assert [one for one in asked if not one.startswith("data:")] == [url]
    context.close()


def slide(page: Any) -> None:
    slider, output = page.locator(".controls input"), page.locator(".controls output")
    assert output.inner_text() == "step 3"
    slider.focus()
    page.keyboard.press("ArrowLeft")
    assert output.inner_text() == "step 2"
    assert page.locator(".frames img:visible").get_attribute("data-step") == "2"
    page.keyboard.press("Home")
    assert page.locator(".frames img:visible").get_attribute("data-step") == "1"
    assert page.evaluate("document.querySelector('.frames img:not([hidden])').naturalWidth") == 24
    assert slider.get_attribute("aria-valuetext") == "step 1"


def read_chart(page: Any) -> None:
    totals = page.locator("figure", has_text="Total losses").first
    tip = totals.locator(".tip")
    assert totals.locator(".plot path.curve").count() == 2
    totals.locator(".plot").focus()
    page.keyboard.press("ArrowRight")
    assert tip.inner_text().startswith("step 1\n")
    page.keyboard.press("End")
    assert tip.inner_text().split()[:4] == ["step", "3", "critic.total", "1.5"]
    box = totals.locator(".plot").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 3, box["y"] + 40)
    assert "step 1" in tip.inner_text()


def change_chart(page: Any) -> None:
    totals = page.locator("figure", has_text="Total losses").first
    totals.locator(".legend button").first.click()
    assert totals.locator(".plot path.curve").count() == 1
    logarithmic = page.get_by_role("button", name="Logarithmic scale: Total losses")
    logarithmic.click()
    assert logarithmic.get_attribute("aria-pressed") == "true"
    page.locator("#smoothing").fill("0.9")
    assert totals.locator(".plot path.raw").count() == 1


@pytest.mark.slow
def test_page_is_played_and_fits_a_narrow_window(zoo, run, home, browser):
    zoo("report", run)
    page = browser.new_page(viewport={"width": 360, "height": 700})
    page.goto((home / "report.html").as_uri())
    page.get_by_role("button", name="Play").click()
    page.locator("output", has_text="step 3").wait_for()
    page.get_by_role("button", name="Play").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.close()


@pytest.mark.slow
def test_the_pages_policy_stops_a_script_that_got_in(zoo, run, home, browser):
    zoo("report", run)
    path = home / "report.html"
    text = path.read_text(encoding="utf-8").replace(
        "<main>", "<main><script>document.title = 'taken'</script>"
    )
    path.write_text(text, encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.title() == "mine - GAN Zoo"
    page.close()
