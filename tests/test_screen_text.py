"""Names reach a terminal, a page and a chart as text that shows and does nothing else."""

import re

import pytest

from embodied_ssl.evaluation.base import Protocol
from embodied_ssl.evaluation.screen import print_results
from embodied_ssl.figures import Bars, Chart, Listing, Row, Section, Table, literal, open_chart
from embodied_ssl.report.html import html, render
from embodied_ssl.screen_text import printable

NAMES = {
    "an escape sequence": "red\x1b[31m",
    "a title of the window": "\x1b]0;mine\x07",
    "a line end": "one\nerror: two",
    "a carriage return": "one\rtwo",
    "a null": "a\0b",
    "another direction": "\u202egnp.exe",
    "no width": "a\u200bb\ufeff",
    "a line separator": "a\u2028b",
    "no text": "a\udcff",
    "an 8-bit escape": "\x9b31m",
    "markup": "d[/b]e",
    "opened markup": "[bold red]x",
    "a backslash at the end": "x[\\",
    "an emoji's name": ":smile:",
    "a tag": "<script>alert(1)</script>",
    "a formula": "cost $\\frac$",
    "one dollar": "$",
    "braces": "{0.__class__} {{ 7 * 7 }} {% raw %}",
    "letters": "Kätzchen 猫 \N{CAT FACE}",
}
UNSEEN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2028\u2029\ufeff\ud800-\udfff]"
)
names = pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)


@names
def test_a_line_of_text(name):
    shown = printable(name)
    assert not UNSEEN.search(shown) and "\n" not in shown
    assert printable(shown) == shown
    if not UNSEEN.search(name) and "\n" not in name:
        assert shown == name


@names
def test_a_table_on_a_terminal(name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    metrics = {"accuracy": [name, "{:.2f}"], "stage": ["stage", "{}"]}
    models = {name: {"accuracy": 0.5, "stage": name}}
    results = {"title": name, "data": {name: 3}, "models": models, "metrics": metrics}
    print_results(Protocol, results, {name: [name]})
    out = capsys.readouterr().out
    assert not UNSEEN.search(out)
    assert out.count(printable(name).rstrip()) >= 5


@names
def test_a_page(name):
    figures = [
        Table((name,), (Row(name, (name,), name),), (name, name), (), name),
        Bars((name,), {name: (0.5,)}, name),
        Listing(f"{name}\nsecond line"),
    ]
    section = Section(name, tuple(figures), name, name, {name: "red"}, menu=name)
    page = render("page.html.j2", title=name, sections={"a": section}, menu=[name], origin=name)
    assert not UNSEEN.search(page)
    assert "<script" not in page
    page.encode()


@names
@pytest.mark.filterwarnings("error")
def test_a_chart(name):
    chart, axes = open_chart(3, 2)
    axes.bar([literal(name)], [1], label="count")
    axes.legend()
    page = html(Chart(chart, name, name))
    assert not UNSEEN.search(page) and "<script" not in page
    if "$" in name:
        assert name in page
