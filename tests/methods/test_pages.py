"""Each method's page says what each of its numbers means."""

import re
from pathlib import Path

from embodied_ssl.methods import METHODS
from embodied_ssl.methods.base import Step
from embodied_ssl.sampling import generator_of

PAGES = Path(__file__).resolve().parents[2] / "docs" / "methods"


def explained(name):
    """Number -> its meaning, from the table of a page."""
    text = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    table = text.partition("## Logged numbers\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", table, re.M))


def test_every_logged_number_is_explained_and_no_other(method, data, request):
    name = request.node.callspec.params["method"][0]
    if "+" in name:  # a sum has the numbers of its parts
        return
    batch = method.open_sampler(data, 8, 0)(0)
    step = Step(0, 0.5, generator_of(0, 0))
    logged = set(method(method.prepare(batch, step), step))
    table = explained(name)
    assert logged <= table.keys()
    optional = {number for number, meaning in table.items() if meaning.startswith("with `--")}
    assert table.keys() - logged <= optional
    assert method.chance.keys() <= logged


def test_every_method_has_a_page_and_every_page_a_method():
    ours = {name for name in METHODS if METHODS[name].startswith("embodied_ssl.")}
    assert {page.stem for page in PAGES.glob("*.md")} == ours
