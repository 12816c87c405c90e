"""The page: whole, self-contained, and as a browser shows it."""

import json
import re

import numpy as np
import pytest

from embodied_ssl.errors import UserError
from embodied_ssl.figures import open_chart
from embodied_ssl.report import ReportConfig, run_report
from embodied_ssl.report.images import svg
from embodied_ssl.report.tabletop import grasp_sample


def test_has_every_section_and_needs_nothing_from_elsewhere(page):
    text = page.read_text()
    names = re.findall(r'\bid="([\w-]+)"', text)
    assert {"data-1", "data-2", "data-3", "data-4", "runs", "evaluation-1"} <= set(names)
    menu = re.findall(r'<a href="#[\w-]+">([^<]*)</a>', text)
    assert menu == ["Tabletop: tabletop (1)", "Rooms", "Tabletop: tabletop (2)", "Turntable",
                    "Runs", "Retrieval", "Equivariance", "Next best view"]  # fmt: skip
    for link in re.findall(r'(?:\bhref="#|url\(#)([^")]*)', text):
        assert names.count(link) == 1, link
    for part in ("Ego-motion clusters", "Where motions displace the features", "Where to look next",
                 "Predicted views", "Queries and their nearest neighbours"):  # fmt: skip
        assert part in text
    assert "<script" not in text and "<b>bold" not in text
    for source in re.findall(r'(?:src|href)="([^"]*)"', text):
        assert source.startswith(("data:", "#")), source[:80]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser(page, browser_path, scheme):
    playwright = pytest.importorskip("playwright.sync_api")
    requests, complaints = [], []
    with playwright.sync_playwright() as player:
        browser = player.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        tab = browser.new_page(
            viewport={"width": 400, "height": 800}, color_scheme=scheme, java_script_enabled=True
        )
        tab.on("request", lambda request: requests.append(request.url))
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto(page.as_uri(), wait_until="load")
        for details in tab.query_selector_all("summary"):
            details.click()
        images = tab.evaluate("[...document.images].map(i => i.complete && i.naturalWidth)")
        widths = tab.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        colour = tab.evaluate("getComputedStyle(document.body).backgroundColor")
        browser.close()
    assert not complaints
    assert [url for url in requests if not url.startswith("data:")] == [page.as_uri()]
    assert len(images) > 10 and all(images)
    assert widths[0] <= widths[1] == 400
    brightness = np.mean([int(number) for number in re.findall(r"\d+", colour)[:3]])
    assert (brightness > 127) == (scheme == "light")


def test_figures_take_the_colour_of_the_page_and_do_not_share_names():
    drawings = []
    for _ in range(2):
        chart, axes = open_chart(2, 1)
        axes.plot([0, 1])
        drawings.append(str(svg(chart)))
    assert all("currentColor" in drawing and "#010203" not in drawing for drawing in drawings)
    names = [set(re.findall(r'clipPath id="(\w+)"', drawing)) for drawing in drawings]
    assert names[0] and not names[0] & names[1]


class OneGrasp:
    """A frame cache with one grasp."""

    frames = np.zeros((1, 8, 8, 3), np.uint8)

    def __init__(self, angle):
        self.index = {"before": np.array([0])}
        self.rows = {
            "angle": np.array([angle]),
            "crop_width": np.array([0.16]),
            "success": np.array([True]),
            "object.category": np.array(["mug"], object),
        }


@pytest.mark.parametrize(("angle", "ends"), [(0, (25, 50, 75, 50)), (9, (50, 75, 50, 25))])
def test_fingers_close_along_the_angle(angle, ends):
    sample = grasp_sample(OneGrasp(angle), 0)
    assert sample["line"] == pytest.approx(ends)
    for x0, y0, x1, y1 in sample["fingers"]:  # across the closing direction
        along = np.subtract(ends[2:], ends[:2])
        assert np.dot((x1 - x0, y1 - y0), along) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("config", "line"),
    [
        ({}, "nothing to report"),
        ({"data": ("missing",)}, "missing"),
        ({"runs": ("missing",)}, "missing is no run"),
        ({"evaluations": ("missing",)}, "cannot read .*missing"),
        ({"evaluations": ("broken",)}, "broken was not written by evaluate"),
        ({"evaluations": ("unknown",)}, "unknown protocol 'retrival': did you mean 'retrieval'"),
    ],
)
def test_bad_input_is_one_clear_line_and_writes_nothing(config, line, tmp_path):
    (tmp_path / "broken").write_text("{}")
    unknown = {"protocol": "retrival", "models": {"pixels": {}}, "settings": {"data": "x"}}
    (tmp_path / "unknown").write_text(json.dumps(unknown))
    paths = {
        key: tuple(tmp_path / name for name in value)
        if isinstance(value, tuple)
        else tmp_path / value
        for key, value in config.items()
    }
    out = tmp_path / "report.html"
    with pytest.raises(UserError, match=line) as caught:
        run_report(ReportConfig(**paths, out=out))
    assert "\n" not in str(caught.value)
    assert not out.exists()


@pytest.mark.parametrize("protocol", ["retrieval", "next_best_view"])
def test_a_dataset_that_changed_since_it_was_evaluated_is_noticed(request, protocol, tmp_path):
    results = json.loads(request.getfixturevalue(protocol).read_text())
    results["fingerprint"] = "another"
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(results))
    with pytest.raises(UserError, match="not as it was evaluated"):
        run_report(ReportConfig(evaluations=(changed,), out=tmp_path / "report.html"))
