"""Learned maps against maps that are known, and the features that they should foresee."""

import numpy as np
import pytest
import torch
from scipy.linalg import expm, logm

from embodied_ssl.data import Dataset
from embodied_ssl.evaluation.learned_maps import learned_rho
from embodied_ssl.methods import load_method_class
from embodied_ssl.motion import MotionPatterns, mine_pairs, relative_motion
from embodied_ssl.trunks import build_trunk

CHAINS = {"one": np.array([[0, 3], [20, 24]]), "two": np.array([[0, 3, 8], [12, 14, 19]])}
UNITS = (0.3, 0.1, 0.4)  # metres ahead and aside, radians


@pytest.fixture
def cache(rooms_dir):
    return Dataset.open(rooms_dir).cache()


def method_of(name):
    cls = load_method_class(name)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    return cls(trunk, cls.Config(), 48).eval()


def rotation(seed):
    turn = np.linalg.qr(np.random.default_rng(seed).normal(size=(16, 16)))[0]
    turn[:, 0] *= np.sign(np.linalg.det(turn))
    return turn


def followed(cache, map_of):
    """Features (N, 16): at the start of each chain random, then what the maps make of them."""
    poses = np.stack(list(cache.rows["pose"])).reshape(-1, 4, 4)
    z = np.random.default_rng(0).normal(size=(len(poses), 16))
    for rows in (row for chain in CHAINS.values() for row in chain):
        for before, after in zip(rows, rows[1:], strict=False):
            motion = relative_motion(poses[[before]], poses[[after]]).astype(np.float32)
            z[after] = map_of(motion) @ z[before]
    return z.astype(np.float32)


def test_a_map_for_each_pattern(cache):
    method = method_of("egomotion")
    known = np.stack([rotation(seed) for seed in range(6)])
    train = mine_pairs(cache, "train", method.config.seconds).motion
    patterns = MotionPatterns(train, 6)
    z = followed(cache, lambda motion: known[patterns(motion)[0]])
    identities = learned_rho(method, cache, z, CHAINS)  # as it is before any training
    assert identities == {"one": pytest.approx(1), "two": pytest.approx(1)}
    method.maps.data = torch.from_numpy(known).float()
    assert learned_rho(method, cache, z, CHAINS) == {
        "one": pytest.approx(0, abs=1e-3), "two": pytest.approx(0, abs=1e-3)}  # fmt: skip
    method.maps.data = method.maps.data.flip(0)  # those of other patterns
    assert min(learned_rho(method, cache, z, CHAINS).values()) > 0.5


def test_a_map_for_any_motion(cache):
    method = method_of("continuous-equivariance")
    generator = np.real(logm(rotation(0)))
    shares = np.array([1.0, -0.5, 2.0])  # of the motion's three numbers
    z = followed(cache, lambda motion: expm((motion[0] / UNITS @ shares) * generator))
    method.units.copy_(torch.tensor(UNITS))
    method.generators.data.zero_()
    none = learned_rho(method, cache, z, CHAINS)
    assert none == {"one": pytest.approx(1), "two": pytest.approx(1)}
    method.generators.data = torch.from_numpy(shares[:, None, None] * generator).float()
    assert max(learned_rho(method, cache, z, CHAINS).values()) < 1e-2


def test_methods_without_maps_and_baselines_have_none(cache):
    z = np.zeros((len(cache.rows["split"]), 16), np.float32)
    assert learned_rho(None, cache, z, CHAINS) == {}
    assert learned_rho(method_of("temporal"), cache, z, CHAINS) == {}
