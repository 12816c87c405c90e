"""The pages: drawn as the code is, reachable, with links that lead somewhere."""

import ast
import importlib
import os
import re
import runpy
import subprocess
import sys

import pytest
import yaml
from pages import DOCS, ROOT, blocks, without_blocks

PAGES = sorted(DOCS.rglob("*.md"))
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
SECTIONS = [
    "Idea",
    "Command",
    "How it is made here",
    "Logged numbers",
    "Deviations from the paper",
    "Options",
    "Results here",
    "Results of the paper",
    "Reference",
]


def in_navigation(entries):
    """Every page that a list of mkdocs.yml names."""
    for entry in entries:
        if isinstance(entry, str):
            yield entry
        else:
            for value in entry.values():
                yield from in_navigation([value] if isinstance(value, str) else value)


def test_pages_are_as_the_code_draws_them():
    drawn = runpy.run_path(str(ROOT / "scripts" / "draw_methods"), run_name="script")["pages"]
    for file, text in drawn():
        assert file.read_text(encoding="utf-8") == text, f"{file.name}: run scripts/draw_methods"


def test_every_point_of_the_scaling_figure_was_measured():
    script = runpy.run_path(str(ROOT / "scripts" / "draw_scaling"), run_name="script")
    for file, run, _, _ in script["RUNS"]:
        recall = script["validation"](file, run)
        assert 0 < recall["low"] < recall["1"] < recall["high"] < 1


@pytest.mark.parametrize("page", sorted((DOCS / "methods").glob("*.md")), ids=lambda p: p.stem)
def test_a_page_of_a_method_has_every_section(page):
    text = page.read_text(encoding="utf-8")
    assert re.findall(r"^## (.+)$", text, re.M) == SECTIONS
    assert "" not in [part.strip() for part in re.split(r"^## .+$", text, flags=re.M)]


def test_every_page_is_in_the_navigation_and_there():
    site = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    named = list(in_navigation(site["nav"]))
    assert sorted(named) == sorted(str(page.relative_to(DOCS)) for page in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(DOCS)))
def test_links_lead_to_files(page):
    for link in LINK.findall(without_blocks(page)):
        path, _, anchor = link.partition("#")
        if "://" not in link and path:
            assert (page.parent / path).is_file(), link
        assert anchor or path


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(DOCS)))
def test_python_of_a_page_imports_what_there_is(page):
    """Of this package; other pages than guides are not run."""
    for block in blocks(page):
        if block.language != "python":
            continue
        for node in ast.walk(ast.parse(block.text)):
            if isinstance(node, ast.ImportFrom) and node.module.startswith("embodied_ssl"):
                module = importlib.import_module(node.module)
                assert all(hasattr(module, name.name) for name in node.names)


def test_the_site_builds_without_a_warning(tmp_path):
    """Links, anchors, navigation and every object of the reference."""
    command = ["mkdocs", "build", "--strict", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(
        [sys.executable, "-P", "-m", *command],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    page = (tmp_path / "site" / "reference" / "trunks" / "index.html").read_text(encoding="utf-8")
    assert "from_pretrained" in page and "Opens a trained trunk" in page
