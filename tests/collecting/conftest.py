"""A dataset that is collected in a moment."""

import hashlib

import pytest

from embodied_ssl.collecting.config import CollectConfig
from embodied_ssl.worlds.turntable import Turntable


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
        files = [file for file in sorted(folder.rglob("*")) if file.is_file()]
        return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}

    return of
