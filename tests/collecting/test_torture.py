"""A few kills at random moments; ``scripts/torture --kills 200`` does many, in all worlds."""

import importlib.machinery
import importlib.util
import os
import sys
from pathlib import Path

import pytest

from embodied_ssl.collecting import shard

SCRIPT = Path(__file__).parents[2] / "scripts" / "torture"


@pytest.fixture
def torture(counting, monkeypatch):
    """The script as a module, with a world that takes no time."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    loader = importlib.machinery.SourceFileLoader("torture", str(SCRIPT))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader("torture", loader))
    monkeypatch.setitem(sys.modules, "torture", module)
    loader.exec_module(module)
    for name in ("ROWS", "EPISODES"):
        monkeypatch.setattr(shard, name, getattr(module, name))
    module.WORLDS["counting:Counting"] = ("--rows", 10, 22, "")
    return module


@pytest.mark.timeout(600)
def test_kills_lose_nothing_and_change_nothing(torture, tmp_path):
    figures = torture.torture(["counting:Counting"], 3, 2, tmp_path)["counting:Counting"]
    assert figures.kills >= 3 and figures.outcomes_compared
    faults = {name: count for name, count in vars(figures).items() if name in torture.FAULTS}
    assert faults == dict.fromkeys(torture.FAULTS, 0)


def test_it_finds_rows_that_are_lost_and_shards_that_are_damaged(torture, spec_of, tmp_path):
    from embodied_ssl.collecting.engines import in_this_process
    from embodied_ssl.collecting.filling import collect_missing

    spec = spec_of(rows=10)
    collect_missing(spec, in_this_process, range(spec.num_shards))
    watcher = object.__new__(torture.Collecting)
    watcher.figures = torture.Figures()
    named = watcher.check(spec.out, {})
    assert named == {"00000.parquet": 4, "00001.parquet": 4, "00002.parquet": 2}
    assert not watcher.figures.rows_lost + watcher.figures.shards_damaged
    spec.file(1).unlink()
    watcher.check(spec.out, named)
    assert watcher.figures.rows_lost == 4 and watcher.figures.shards_damaged == 1
