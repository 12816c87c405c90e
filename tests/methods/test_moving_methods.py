"""What single methods of a moving camera promise beyond the contract of all methods."""

import dataclasses

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from embodied_ssl.sampling.base import FrameSampler, InteractionSampler, generator_of, seen_frames
from embodied_ssl.training.checkpoint import load_method, newest
from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.labelled import LabelledSampler, few_of_each
from embodied_ssl.methods import method_class
from embodied_ssl.methods.interaction.both_worlds import BothWorlds
from embodied_ssl.methods.motion.continuous_equivariance import Continuous
from embodied_ssl.methods.motion.egomotion import EgoMotion
from embodied_ssl.methods.motion.view_prediction import ViewPrediction
from embodied_ssl.training.command import open_worlds, run_train
from embodied_ssl.trunks import build_trunk


def build(cls, **settings):
    torch.manual_seed(0)
    return cls(build_trunk("alexnet", width=0.1, fc_dim=16), cls.Config(**settings), 48)


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


def test_pairs_in_a_mirror_move_to_the_other_side(caches):
    sampler = build(EgoMotion).open_sampler(caches, 64, 0)
    batch = sampler(0)
    mirrored = batch["mirrored"]
    assert 0 < mirrored.sum() < 64
    plain = sampler.pairs.motion.tolist()
    for motion, pattern, turned in zip(*map(Tensor.tolist, (batch["motion"], batch["pattern"],
                                                            mirrored)), strict=True):  # fmt: skip
        if turned:
            motion = [motion[0], -motion[1], -motion[2]]
        assert motion in plain
        now = np.array([motion], np.float32) * ([1, -1, -1] if turned else 1)
        assert sampler.patterns(now.astype(np.float32)) == pattern


def test_both_frames_of_a_pair_are_seen_in_one_mirror_and_light(caches):
    method = build(EgoMotion)
    batch = method.open_sampler(caches, 16, 0)(0)
    first, _ = method.views(batch, generator_of(0, 0))
    again, twin = method.views(dict(batch, second=batch["first"]), generator_of(0, 0))
    assert torch.equal(first, again) and torch.equal(first, twin)
    apart = build(EgoMotion, one_light=False)
    first, twin = apart.views(dict(batch, second=batch["first"]), generator_of(0, 0))
    assert not torch.allclose(first, twin, atol=0.02)
    plain, _ = method.views(dict(batch, mirrored=~batch["mirrored"]), generator_of(0, 0))
    torch.testing.assert_close(plain.flip(3), again, rtol=0, atol=0.02)


def test_labels_and_drlim_join_the_loss_with_their_weights(caches):
    plain = build(EgoMotion)
    joint = build(EgoMotion, drlim=0.5, contrast=0.3, supervised=2.0, labelled=3)
    assert joint.images_per_step(8) == plain.images_per_step(8) + 4
    batch = joint.open_sampler(caches, 8, 0)(0)
    outputs = joint.loss(batch, generator_of(0, 0))
    weights = {"equivariance": 1, "still": 1, "relative": 1, "drlim": 0.5, "contrast": 0.3,
               "supervised": 2}  # fmt: skip
    parts = sum(weight * outputs[name].item() for name, weight in weights.items())
    assert outputs["loss"].item() == pytest.approx(parts, rel=1e-5)


def test_infonce_has_negatives_of_other_rooms_alone(caches, monkeypatch):
    method = build(EgoMotion, contrast=1.0)
    batch = method.open_sampler(caches, 8, 0)(0)
    alone = dict(batch, room=torch.zeros(8, dtype=torch.int64))
    assert method.loss(alone, generator_of(0, 0))["contrast"].item() == pytest.approx(0)
    assert method.loss(batch, generator_of(0, 0))["contrast"].item() > 0.1
    rows = dict(caches["rooms"].rows, instance=np.full(len(caches["rooms"].rows["kind"]), "one"))
    one_room = dataclasses.replace(caches["rooms"], rows=rows)
    with pytest.raises(UserError, match="--contrast"):
        method.open_sampler({"rooms": one_room}, 8, 0)


def test_another_light_cannot_be_foretold():
    with pytest.raises(UserError, match="no-one-light"):
        ViewPrediction.Config(one_light=False)


def test_few_are_as_many_of_each():
    kinds = np.array(["a"] * 30 + ["b"] * 4 + ["c"] * 9)
    chosen = few_of_each(kinds, np.random.default_rng(0), 6)
    assert len(set(chosen)) == len(chosen)
    assert {kind: (kinds[chosen] == kind).sum() for kind in "abc"} == {"a": 6, "b": 4, "c": 6}


def test_labelled_frames_are_few_and_of_training_rooms(caches):
    sampler = LabelledSampler(caches["rooms"], 64, 0, count=3, most=8)
    rows = caches["rooms"].rows
    assert len(sampler.rows) == 6  # three of each of two kinds
    assert set(rows["split"][sampler.rows]) == {"train"}
    assert [sampler.names[k] for k in sampler.kind] == list(rows["kind"][sampler.rows])
    with pytest.raises(UserError, match="of 2 kinds"):
        LabelledSampler(caches["rooms"], 64, 0, count=3, most=1)


def test_view_prediction_learns_what_comes_after(caches):
    method = build(ViewPrediction)
    batch = method.open_sampler(caches, 16, 0)(0)
    optimizer = torch.optim.Adam(method.parameters(), 3e-3)
    errors = []
    for step in range(60):
        outputs = method.loss(batch, generator_of(0, step))
        optimizer.zero_grad()
        outputs["loss"].backward()
        optimizer.step()
        errors.append(outputs["pixels"].item())
    assert errors[-1] < 0.75 * errors[0]
    views = method.eval().predict(batch["first"], batch["motion"])
    assert views.shape == (16, 3, 48, 48) and views.min() >= 0 and views.max() <= 1


def test_image_methods_take_as_many_frames_from_each_world(caches):
    sampler = FrameSampler(caches.values(), 10, 0)
    frames = sampler(0)["frames"].permute(0, 2, 3, 1).numpy()
    pools = [{c.frames[i].tobytes() for i in seen_frames(c)} for c in caches.values()]
    assert [[f.tobytes() in pool for f in frames] for pool in pools] == [
        [True] * 5 + [False] * 5, [False] * 5 + [True] * 5
    ]  # fmt: skip


def test_both_worlds_are_trained_and_read_back(few_steps, tabletop_dir, rooms_dir, tmp_path):
    config = few_steps(rooms_dir, tabletop_dir, out=tmp_path / "run", images=100, batch_size=16)
    run_train(config, "both-worlds")
    method = load_method(config.out)
    names = load_file(newest(config.out) / "method.safetensors")
    assert names and not any("trunk" in name for name in names)
    assert method.robot.trunk is method.motion.trunk is method.trunk
    other = dataclasses.replace(config, data=config.data[::-1], out=tmp_path / "other")
    run_train(other, "both-worlds")  # the order in which data are named means nothing
    for name, values in load_method(other.out).state_dict().items():
        assert torch.equal(values, method.state_dict()[name]), name


def test_data_that_are_not_enough_are_said(tabletop_dir, rooms_dir):
    def opened(name, *paths):
        return open_worlds(tuple(map(str, paths)), method_class(name))

    assert list(opened("simclr", tabletop_dir, rooms_dir)) == ["tabletop", "rooms"]
    with pytest.raises(UserError, match="lacks tabletop data"):
        opened("both-worlds", rooms_dir)
    with pytest.raises(UserError, match="second dataset of rooms"):
        opened("simclr", rooms_dir, rooms_dir)
    with pytest.raises(UserError, match="train on rooms data"):
        opened("drlim", tabletop_dir)
    with pytest.raises(UserError, match="frozen-trunk"):
        BothWorlds.Config(robot=BothWorlds.Config().robot.__class__(frozen_trunk=True))


def test_the_robot_of_both_worlds_is_judged_by_its_tasks(caches):
    rows = InteractionSampler(caches["tabletop"], 8, 0, "val")
    batch = next(rows.everything("grasp"))
    method = build(BothWorlds).eval()
    assert method.tasks == ("grasp", "push", "poke", "identity")
    assert method.predict("grasp", batch).shape == batch["success"].shape
