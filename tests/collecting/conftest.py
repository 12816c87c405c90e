"""Datasets that are collected in a moment."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.collecting.shard import make_spec
from embodied_ssl.worlds.turntable import Turntable

LOCK = "manifest.lock"


@pytest.fixture
def config(tmp_path):
    """Of the turntable, with small images."""
    return CollectConfig(env="turntable", out=tmp_path / "one", image_size=32)


@pytest.fixture
def views():
    """Three shards of views, one object at a time."""
    return Turntable.Config(val_objects=8, test_objects=16, azimuths=1)


@pytest.fixture
def digests():
    """The checksums of everything that a dataset's folder holds."""

    def of(folder):
        files = [file for file in sorted(folder.rglob("*")) if file.is_file() and file.name != LOCK]
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    return of


@pytest.fixture
def counting(monkeypatch):
    """The module of a world without a simulator."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    import counting

    return counting


@pytest.fixture
def spec_of(counting, tmp_path):
    """The specification of a dataset of the counting world: ``spec_of(rows=250)``."""

    def of(out="one", seed=0, world="Counting", **options):
        config = CollectConfig(f"counting:{world}", tmp_path / out, seed=seed, image_size=16)
        return make_spec(config, getattr(counting, world).Config(**options))

    return of


@pytest.fixture
def start(tmp_path):
    """Start ``collect`` of the counting world in a process group: ``start("one", "--rows", 9)``."""
    here = str(Path(__file__).parent)
    path = os.pathsep.join([here, *filter(None, sys.path)])
    processes = []

    def of(out, *options, world="Counting"):
        words = [
            "--env",
            f"counting:{world}",
            "--out",
            tmp_path / out,
            "--image-size",
            16,
            *options,
        ]
        process = subprocess.Popen(
            [sys.executable, "-m", "embodied_ssl", "collect", *map(str, words)],
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": path},
        )
        processes.append(process)
        return process

    yield of
    for process in processes:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


@pytest.fixture
def listed():
    """The shards that a folder's manifest names, each there with the checksum that it says."""

    def of(folder):
        shards = json.loads((folder / "dataset.json").read_text())["shards"]
        for name, entry in shards.items():
            content = (folder / "data" / name).read_bytes()
            assert hashlib.sha256(content).hexdigest() == entry["sha256"], name
        return shards

    return of
