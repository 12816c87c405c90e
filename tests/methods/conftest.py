"""Every method of the registry with a small trunk, and small data that it can learn from."""

import dataclasses

import numpy as np
import pytest
import torch

from embodied_ssl.data import Dataset, FrameCache
from embodied_ssl.data.rows import Rows
from embodied_ssl.methods import METHODS, load_method_class
from embodied_ssl.trunks import build_trunk

SIZE = 48
ALL = [*METHODS, "curious-robot+egomotion", "rotation+simclr"]


VERSIONS = [("moco", {"version": 1}), ("moco", {"version": 3})]
"""Methods whose settings make others of them."""


@pytest.fixture(
    params=[(name, {}) for name in ALL] + VERSIONS, ids=lambda p: f"{p[0]} {p[1] or ''}"
)
def method(request, small_trunk_of):
    torch.manual_seed(0)
    name, settings = request.param
    cls = load_method_class(name)
    trunk, trunk_settings = small_trunk_of(cls)
    return cls(build_trunk(trunk, **trunk_settings), cls.Config(**settings), SIZE).train()


@pytest.fixture(scope="module")
def caches(tabletop_dir, rooms_dir, turntable_dir):
    folders = {"tabletop": tabletop_dir, "rooms": rooms_dir, "turntable": turntable_dir}
    caches = {env: FrameCache.open(Dataset.open(folder)) for env, folder in folders.items()}
    circled, roles = caches["turntable"], {"val": "train", "test": "val"}
    split = np.array([roles[each] for each in circled.rows["split"]], object)
    rows = Rows(dict(circled.rows) | {"split": split})
    return caches | {"turntable": dataclasses.replace(circled, rows=rows)}


@pytest.fixture
def data(method, caches):
    """Data of the first of the worlds in which the method, or each part of it, can learn."""
    types = getattr(method, "types", (type(method),))
    worlds = [(*cls.worlds, "tabletop")[0] for cls in types]
    return {world: caches[world] for world in worlds}
