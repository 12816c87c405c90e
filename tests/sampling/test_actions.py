"""Actions between two views: pushes, a camera round objects, motions in rooms, all at once."""

import numpy as np
import pytest
import torch

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.methods.contrastive.action_aware import ActionAware
from embodied_ssl.sampling.actions import ActionSampler, Circlings, Pushes
from embodied_ssl.trunks import build_trunk


@pytest.fixture
def tabletop(tabletop_dir):
    return Dataset.open(tabletop_dir).cache()


@pytest.fixture
def circled(turntable_dir):
    """The turntable's objects as those to learn from."""
    return Dataset.open(turntable_dir).cache().as_training("val")


@pytest.fixture
def rooms(rooms_dir):
    return Dataset.open(rooms_dir).cache()


def no_rooms(cache, count):
    raise AssertionError


def test_a_push_is_what_the_robot_did(tabletop):
    sampler = ActionSampler({"tabletop": tabletop}, 6, 0, 0.0, no_rooms)
    batch = sampler(1)
    assert batch["known"].all() and not batch["mirrored"].any()
    for row, motion, first, second in zip(
        batch["row"].tolist(), batch["motion"], batch["first"], batch["second"], strict=True
    ):
        assert tabletop.rows["interaction"][row] == "push"
        push = tabletop.rows["push"][row]
        np.testing.assert_allclose(motion[:4], push[:4])
        assert motion[4] == pytest.approx(push[4] / 0.05)
        for name, image in (("before", first), ("after", second)):
            stored = tabletop.frames[tabletop.index[name][row]]
            assert np.array_equal(image.permute(1, 2, 0).numpy(), stored)


def test_in_a_mirror_an_action_is_mirrored(tabletop, circled):
    for world, cache, signs in (
        ("tabletop", tabletop, Pushes.mirror),
        ("turntable", circled, Circlings.mirror),
    ):
        plain = ActionSampler({world: cache}, 8, 0, 0.0, no_rooms)(2)
        mirrored = ActionSampler({world: cache}, 8, 0, 1.0, no_rooms)(2)
        assert mirrored["mirrored"].all() and torch.equal(plain["first"], mirrored["first"])
        count = len(signs)
        expected = plain["motion"][:, :count] * torch.tensor(signs)
        torch.testing.assert_close(mirrored["motion"][:, :count], expected)


def test_the_camera_round_an_object_tells_azimuth_and_elevation(circled):
    pairs = Circlings(circled)
    places, actions, rows = pairs(np.arange(len(pairs)), np.random.default_rng(0))
    index = circled.index["image"]
    for (first, second), action, row in zip(places.T, actions, rows, strict=True):
        a, b = (int(np.flatnonzero(index == place)[0]) for place in (first, second))
        instance = circled.rows["instance"]
        assert instance[a] == instance[b] == instance[row] and a != b
        turn = np.radians(circled.rows["azimuth"][b] - circled.rows["azimuth"][a])
        rise = circled.rows["elevation"][b] - circled.rows["elevation"][a]
        np.testing.assert_allclose(action, [np.sin(turn), np.cos(turn), rise / 45], atol=1e-6)


def test_all_worlds_share_a_batch_and_each_knows_its_numbers(tabletop, circled, rooms):
    caches = {"rooms": rooms, "tabletop": tabletop, "turntable": circled}
    method = ActionAware(build_trunk("alexnet", width=0.1, fc_dim=16), ActionAware.Config(), 48)
    sampler = method.open_sampler(caches, 9, 0)
    batch = sampler(0)
    counts = batch["known"].sum(1).tolist()
    assert sorted(counts) == [3] * 6 + [5] * 3
    assert len(set(batch["index"].tolist())) > 6 and batch["index"].max() < sampler.size
    assert (batch["motion"][~batch["known"]] == 0).all()
    again = sampler(0)
    assert all(torch.equal(batch[name], again[name]) for name in batch)


def test_objects_of_the_train_split_are_needed(turntable_dir):
    cache = Dataset.open(turntable_dir).cache()
    with pytest.raises(UserError, match="turntable data hold too few objects to learn"):
        ActionSampler({"turntable": cache}, 4, 0, 0.5, no_rooms)
