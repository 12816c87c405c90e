"""What single methods of a moving camera promise beyond the contract of all methods."""

import dataclasses

import numpy as np
import pytest
import torch

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.motion.continuous_equivariance import Continuous
from embodied_ssl.methods.motion.egomotion import EgoMotion
from embodied_ssl.methods.motion.view_prediction import ViewPrediction
from embodied_ssl.sampling import generator_of
from embodied_ssl.trunks import build_trunk


def build(cls, **settings):
    torch.manual_seed(0)
    return cls(build_trunk("alexnet", width=0.1, fc_dim=16), cls.Config(**settings), 48)


def moment(number=0):
    return Step(number, 0.0, generator_of(0, number))


def outputs_of(method, batch, number=0):
    return method(method.prepare(batch, moment(number)), moment(number))


@pytest.fixture(scope="module")
def caches(tabletop_dir, rooms_dir):
    return {
        "tabletop": Dataset.open(tabletop_dir).cache(),
        "rooms": Dataset.open(rooms_dir).cache(),
    }


@pytest.fixture
def continuous():
    """With generators of the size that a training ends with: sharp turns have exponents of 10."""
    method = build(Continuous)
    method.generators.data.normal_(std=0.5)
    method.units.copy_(torch.tensor([0.2, 0.05, 0.4]))
    return method


def exponents(method, motion):
    return torch.einsum("bk,kij->bij", motion / method.units, method.generators).double()


def test_the_continuous_map_is_the_exponential(continuous):
    features, motion = torch.randn(8, 16), torch.randn(8, 3) * continuous.units
    exponent = exponents(continuous, motion)
    assert torch.linalg.matrix_norm(exponent, 2).max() > 8
    expected = (torch.matrix_exp(exponent) @ features.double()[..., None])[..., 0]
    moved = continuous.move(features, motion).double()
    assert ((moved - expected).norm(dim=1) / expected.norm(dim=1)).max() < 1e-4


def test_the_continuous_map_composes_and_has_an_inverse(continuous):
    continuous.generators.data *= 0.3  # what grows and shrinks again loses digits
    features, motion = torch.randn(8, 16), torch.randn(8, 3) * continuous.units
    there = continuous.move(features, motion)
    torch.testing.assert_close(continuous.move(there, -motion), features, rtol=1e-3, atol=1e-3)
    twice = continuous.move(there, motion)
    torch.testing.assert_close(twice, continuous.move(features, 2 * motion), rtol=1e-3, atol=1e-3)
    assert torch.equal(continuous.move(features, 0 * motion), features)


def test_motions_are_counted_in_their_spread(caches):
    method = build(Continuous)
    sampler = method.open_sampler(caches, 8, 0)
    torch.testing.assert_close(method.units, torch.from_numpy(sampler.pairs.motion.std(axis=0)))
    assert "units" in method.state_dict()


def test_both_frames_of_a_pair_are_seen_in_one_mirror_and_light(caches):
    method = build(EgoMotion)
    batch = method.open_sampler(caches, 16, 0)(0)
    first, _ = method.views(batch, moment())
    again, twin = method.views(dict(batch, second=batch["first"]), moment())
    assert torch.equal(first, again) and torch.equal(first, twin)
    apart = build(EgoMotion, same_augmentation=False)
    first, twin = apart.views(dict(batch, second=batch["first"]), moment())
    assert not torch.allclose(first, twin, atol=0.02)
    plain, _ = method.views(dict(batch, mirrored=~batch["mirrored"]), moment())
    torch.testing.assert_close(plain.flip(3), again, rtol=0, atol=0.02)


def test_labels_and_drlim_join_the_loss_with_their_weights(caches):
    plain = build(EgoMotion)
    joint = build(EgoMotion, drlim=0.5, infonce_weight=0.3, supervised=2.0, labelled=3)
    batch = joint.open_sampler(caches, 8, 0)(0)
    costs = [m.cost(m.prepare(batch, moment())) for m in (plain, joint)]
    assert costs == [16, 20]
    outputs = outputs_of(joint, batch)
    weights = {"equivariance": 1, "min_motion": 1, "relative": 1, "drlim": 0.5, "infonce": 0.3,
               "supervised": 2}  # fmt: skip
    parts = sum(weight * outputs[name].item() for name, weight in weights.items())
    assert outputs["loss"].item() == pytest.approx(parts, rel=1e-5)


def test_infonce_has_negatives_of_other_rooms_alone(caches, monkeypatch):
    method = build(EgoMotion, infonce_weight=1.0)
    batch = method.open_sampler(caches, 8, 0)(0)
    alone = dict(batch, room=torch.zeros(8, dtype=torch.int64))
    assert outputs_of(method, alone)["infonce"].item() == pytest.approx(0)
    assert outputs_of(method, batch)["infonce"].item() > 0.1
    rows = dict(caches["rooms"].rows, instance=np.full(len(caches["rooms"].rows["kind"]), "one"))
    one_room = dataclasses.replace(caches["rooms"], rows=rows)
    with pytest.raises(UserError, match="--infonce-weight"):
        method.open_sampler({"rooms": one_room}, 8, 0)


def test_another_light_cannot_be_foretold():
    with pytest.raises(UserError, match="no-same-augmentation"):
        ViewPrediction.Config(same_augmentation=False)


def test_view_prediction_learns_what_comes_after(caches):
    method = build(ViewPrediction)
    batch = method.open_sampler(caches, 16, 0)(0)
    optimizer = torch.optim.Adam(method.parameters(), 3e-3)
    errors = []
    for step in range(60):
        outputs = outputs_of(method, batch, step)
        optimizer.zero_grad()
        outputs["loss"].backward()
        optimizer.step()
        errors.append(outputs["pixels"].item())
    assert errors[-1] < 0.75 * errors[0]
    views = method.eval().predict(batch["first"], batch["motion"])
    assert views.shape == (16, 3, 48, 48) and views.min() >= 0 and views.max() <= 1
