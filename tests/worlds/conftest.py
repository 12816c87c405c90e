"""A package of somebody else's, installed for a test; a few rows of each of our worlds."""

import sys
from pathlib import Path

import pytest

from embodied_ssl.collecting.playing import play_episode
from embodied_ssl.worlds import WORLDS

SMALL = {
    "tabletop": {"interactions": 4},
    "rooms": {"episodes": 1, "frames": 6, "kinds": ("kitchen",)},
    "turntable": {"val_objects": 1, "test_objects": 1, "azimuths": 1},
}
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


@pytest.fixture(params=SMALL)
def name(request):
    """Of each of our worlds."""
    return request.param


@pytest.fixture(scope="session")
def played():
    """Name and options of a world -> the world, and the first rows of its first episode."""

    def play(name, **options):
        cls = WORLDS.load(name)
        world = cls(cls.Config(**SMALL[name], **options))
        env = world.open_env(48)
        try:
            return world, play_episode(env, 0, 0)[:6]
        finally:
            env.close()

    return play
