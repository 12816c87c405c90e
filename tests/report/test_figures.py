"""Every type of figure as HTML and as Markdown, whoever drew it."""

import re
import runpy
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from embodied_ssl.data import Dataset
from embodied_ssl.evaluation.results import read_results
from embodied_ssl.evaluation.screen import joined
from embodied_ssl.figures import (
    Bars,
    Chart,
    Figure,
    Fragment,
    Listing,
    Neighbours,
    Picture,
    Pictures,
    Row,
    Section,
    Strip,
    Table,
    Tiles,
    open_chart,
)
from embodied_ssl.report.collected import SHOWN, frames
from embodied_ssl.report.html import html

ROOT = Path(__file__).resolve().parents[2]
NASTY = "<em>&"
IMAGE = np.zeros((4, 4, 3), np.uint8)


def one_of_each():
    chart, axes = open_chart(2, 1)
    axes.plot([0, 1])
    row = Row(NASTY, (NASTY, "1"), NASTY, marked=True, best=(1,))
    picture = Picture(IMAGE, NASTY, "near")
    return [
        Table((NASTY, "b"), (row,), (NASTY, NASTY), (NASTY,), NASTY),
        Bars((NASTY,), {NASTY: (0.5,), "none": (None,)}, NASTY, frozenset((NASTY,))),
        Chart(chart, NASTY, NASTY),
        Pictures((Strip((picture,), NASTY, NASTY),)),
        Neighbours(((picture, {NASTY: (picture,)}),), {"near": NASTY}),
        Tiles({NASTY: NASTY}),
        Listing(NASTY),
        Fragment("<i>made</i>"),
        Section(NASTY, (Listing(NASTY),), NASTY, NASTY, {NASTY: "red"}, "small"),
    ]


def test_there_is_an_example_of_every_type():
    assert [type(figure) for figure in one_of_each()] == list(get_args(Figure))


@pytest.mark.parametrize("figure", one_of_each(), ids=lambda figure: type(figure).__name__)
def test_text_is_escaped(figure):
    page = html(figure)
    assert NASTY not in page
    assert "&lt;em&gt;&amp;" in page or type(figure) is Fragment
    assert ("<i>made</i>" in page) == (type(figure) is Fragment)


def test_figures_of_a_section_have_headings_of_the_next_depth():
    page = html(Section("a", (Section("b", (Section("c", ()),)),)))
    places = [page.index(tag) for tag in ("<h2>a</h2>", "<h3>b</h3>", "<h4>c</h4>")]
    assert places == sorted(places)


def test_headings_leave_no_depth_out():
    row = Row("a", ("1",))
    parts = (
        Bars(("a",), {"x": (0.5,)}, "y"), Chart(open_chart(2, 1)[0], "chart"),
        Pictures((Strip((Picture(IMAGE),), "strip"),)),
    )  # fmt: skip
    section = Section("a", (*parts, Section("", parts), Section("f", parts, folded=True)))
    page = html(Section("top", (section, Table(("x",), (row,)))))
    assert [int(depth) for depth in re.findall(r"<h(\d)", page)] == [2, 3] + [4] * 9


def test_what_a_header_heads_is_said():
    groups = Table(("@1", "@5") * 2, (Row("a", tuple("1234")),), groups=("p", "q"))
    page = html(groups)
    assert page.count('scope="col"') == 4 and page.count('scope="colgroup"') == 2
    assert page.count('scope="row"') == 1 and "<th></th>" not in page
    assert re.findall(r'data-title="(\w)"', page) == ["p", "p", "q", "q"]


def test_pictures_may_stand_below_one_another():
    strips = tuple(Strip((Picture(IMAGE),), title) for title in "ab")
    assert 'class="small"' in html(Pictures(strips))
    assert 'class="rows"' in html(Pictures(strips, "column"))


def test_a_chart_says_what_it_shows():
    page = html(Chart(open_chart(2, 1)[0], "a", "below", description='falls "fast"'))
    assert 'role="img" aria-label="a: falls &#34;fast&#34;"' in page
    assert 'aria-label="a: below"' in html(Chart(open_chart(2, 1)[0], "a", "below"))


def test_the_best_cell_and_the_marked_row_stand_out():
    page = html(
        Table(("x", "y"), (Row("a", ("1", "2"), marked=True, best=(1,)), Row("b", ("0", "1"))))
    )
    assert re.findall(r'<tr class="(\w*)"><th scope="row">(\w)', page) == [("best", "a"), ("", "b")]
    assert re.findall(r'<td class=" top"[^>]*>(\d)', page) == ["2"]


def test_a_table_is_turned_or_joined_where_lines_are_short():
    table = Table(("x", "y"), (Row("a", ("1", "2")), Row("b", ("3", "4"))), caption="said")
    turned = table.transposed()
    assert turned.columns == ("a", "b") and turned.caption == "said"
    assert [(row.name, row.cells) for row in turned.rows] == [("x", ("1", "3")), ("y", ("2", "4"))]
    groups = Table(("@1", "@5") * 2, (Row("a", tuple("1234")),), groups=("p", "q"))
    assert joined(groups).columns == ("p @1/5", "q @1/5")
    assert joined(groups).rows[0].cells == ("1 2", "3 4")
    assert joined(groups, 1).rows[0].cells == ("1", "3")


@pytest.fixture(scope="module")
def script():
    """The functions of scripts/draw_results."""
    return runpy.run_path(str(ROOT / "scripts" / "draw_results"))


def test_markdown_of_figures(script, tmp_path):
    file = tmp_path / "docs" / "some.json"
    file.parent.mkdir()
    found = {type(f).__name__: script["markdown"](f, file) for f in one_of_each()}
    assert f"| **{NASTY}** | {NASTY} |" in found["Table"]
    assert found["Bars"] == f"![{NASTY}](docs/some.svg)"
    chart = file.parent / found["Chart"].split("/")[1].split(")")[0]
    assert "#010203" not in chart.read_text() and script["GREY"] in chart.read_text()
    assert {name for name, text in found.items() if text} == {"Table", "Bars", "Chart"}


def test_the_page_of_results_is_what_the_files_say(script):
    """Nothing is drawn by hand: the numbers of the page follow from files of any version."""
    page = (ROOT / "docs" / "results.md").read_text()
    assert (ROOT / "docs" / "results" / "introduction.txt").read_text().strip() in page
    files = [f for f in (ROOT / "docs" / "results").glob("*.json") if "benchmark" not in f.name]
    assert len(files) > 7
    for file in files:
        for line in script["section"](file).splitlines():
            assert line in page, f"{file.name}: {line}"


def test_nobody_who_lays_out_knows_a_plug_in_by_name():
    from embodied_ssl.evaluation import PROTOCOLS
    from embodied_ssl.methods import METHODS

    drawings = ("tabletop", "rooms", "trajectories", "motions")  # those that worlds name as theirs
    laying_out = [
        *(f for f in (ROOT / "embodied_ssl" / "report").iterdir() if f.suffix == ".py"),
        *(ROOT / "embodied_ssl" / "report").glob("*.j2"),
    ]
    texts = {f.name: f.read_text() for f in laying_out if f.name.split(".")[0] not in drawings}
    texts["draw_results"] = (ROOT / "scripts" / "draw_results").read_text()
    for name, text in texts.items():
        for plugin in (*PROTOCOLS, *METHODS, "tabletop", "turntable", "rooms"):
            for written in (plugin, plugin.replace("-", "_")):
                word = rf"(?<![a-z]){re.escape(written)}(?![a-z])"
                assert not re.search(word, text), (name, plugin)


def test_a_world_that_draws_nothing_itself_is_shown_all_the_same(turntable_dir):
    section = frames(Dataset.open(turntable_dir))
    table, pictures = section.figures
    assert [(row.name, row.cells) for row in table.rows] == [("val", ("36",)), ("test", ("36",))]
    (strip,) = pictures.strips
    assert strip.title == "image" and len(strip.pictures) == SHOWN
    assert section.menu == "Turntable"


def test_probes_of_the_same_models_stand_in_one_table(script):
    """Shares and their lead over the untrained trunk, as the files have them."""
    results = ROOT / "docs" / "results"
    files = sorted(results.glob("photos_*.json"))
    (text,) = script["together"](files).split("\n## ")
    found = read_results(results / "photos_knn_product.json")["models"]["runs/photos/jigsaw-0"]
    row = next(line for line in text.splitlines() if line.startswith("| jigsaw-0"))
    assert f".{found['test'] * 1000:.0f} (+.0{found['difference'] * 1000:.0f})" in row
    assert "| random (split) | .418 |" in text and script["together"](files[:1]) == ""
    assert script["share"](1.0, None) == "1" and script["share"](0.5, -0.25) == ".500 (-.250)"
