"""A package of somebody else's, installed for a test."""

import sys
from pathlib import Path

import pytest

METADATA = "Metadata-Version: 2.1\nName: striped\nVersion: 1.0\n"
ENTRY_POINTS = "[embodied_ssl.worlds]\nstriped = striped:Striped\nbroken = striped.gone:Gone\n"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package ``striped`` with two entry points, one of which does not import."""
    site = tmp_path / "site"
    about = site / "striped-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text(METADATA)
    (about / "entry_points.txt").write_text(ENTRY_POINTS)
    (site / "striped.py").write_text(Path(__file__).with_name("striped.py").read_text())
    monkeypatch.syspath_prepend(site)
    yield "striped"
    sys.modules.pop("striped", None)
