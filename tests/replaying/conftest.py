"""Small datasets of every world."""

import shutil
import sys
from pathlib import Path

import pytest

from embodied_ssl.collecting import shard
from embodied_ssl.collecting.command import run_collect
from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.worlds import WORLDS

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "envs"))  # for urdfs.py, which writes files for tests
sys.path.insert(0, str(TESTS / "replaying"))  # for edits.py

SMALL = {
    "tabletop": {"interactions": 4},
    "rooms": {"episodes": 2, "frames": 4, "objects": ("blobs",)},
    "turntable": {"val_objects": 1, "test_objects": 1, "azimuths": 1, "orbit": True},
}
ROWS = 3  # of a shard of the tabletop, so that four interactions are two shards


@pytest.fixture(autouse=True)
def small_shards(monkeypatch):
    monkeypatch.setattr(shard, "ROWS", ROWS)


@pytest.fixture(scope="session")
def stored(tmp_path_factory):
    """The dataset of a world, collected once: not to be changed."""
    root = tmp_path_factory.mktemp("stored")

    def of(world):
        if not (root / world).exists():
            config = CollectConfig(world, root / world, seed=7, image_size=32)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(shard, "ROWS", ROWS)
                run_collect(config, WORLDS.load(world).Config(**SMALL[world]))
        return root / world

    return of


@pytest.fixture
def copied(stored, tmp_path):
    """A copy of the dataset of a world, which may be changed."""
    return lambda world: shutil.copytree(stored(world), tmp_path / world)


@pytest.fixture
def counted(monkeypatch, tmp_path):
    """A dataset of a world without a simulator, eight rows in three shards, and its module."""
    monkeypatch.syspath_prepend(str(TESTS / "collecting"))
    import counting

    config = CollectConfig("counting:Counting", tmp_path / "counted", image_size=16)
    run_collect(config, counting.Counting.Config(rows=8))
    return config.out
