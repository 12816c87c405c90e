"""The papers beside the code: what may be cited, how to contribute, which versions are needed."""

import re
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from pages import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
NEEDED = [*PROJECT["dependencies"], *(each for extra in EXTRAS.values() for each in extra)]
REMOTE = {Requirement(each).name for extra in ("gs", "s3") for each in EXTRAS[extra]}
"""Not among the pinned: scripts/setup leaves them out."""


@pytest.fixture
def pinned():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").split()
    return {
        canonicalize_name(name): version for name, _, version in (p.partition("==") for p in lines)
    }


@pytest.mark.parametrize("line", sorted(set(NEEDED)))
def test_a_dependency_has_a_lower_bound_that_the_pinned_version_keeps(line, pinned):
    needed = Requirement(line)
    assert [each.operator for each in needed.specifier] == [">="]
    if needed.name not in REMOTE:
        assert pinned[canonicalize_name(needed.name)] in needed.specifier


def test_what_builds_the_documentation_is_tested():
    assert set(EXTRAS["docs"]) <= set(EXTRAS["test"])


def test_the_citation_names_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= citation.keys()
    assert citation["version"] == PROJECT["version"] and citation["license"] == PROJECT["license"]


def test_the_changelog_begins_with_this_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    first, *_ = re.findall(r"^## \[(.+?)\]", text, re.M)
    assert first == PROJECT["version"]


def test_commits_are_checked_by_the_ruff_that_is_pinned(pinned):
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    ruff = next(repo for repo in hooks["repos"] if "ruff" in repo["repo"])
    assert ruff["rev"] == f"v{pinned['ruff']}"


def test_what_contributing_speaks_of_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    named = re.findall(r"\]\(([^)#]+)\)", text)
    named += re.findall(r"`((?:scripts|tests|envs|embodied_ssl|docs)/[\w./]+)[ `]", text)
    assert len(named) > 12
    for path in named:
        assert (ROOT / path.rstrip("/.")).exists() or "NAME" in path or path.endswith("..."), path


def test_the_readme_has_at_most_700_words():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").split()) <= 700
