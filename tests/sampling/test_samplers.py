"""Samplers: epochs are permutations, whatever is drawn follows from the number alone."""

import numpy as np
import pytest
import torch
from torch import Tensor

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.sampling import Epochs, FrameSampler, image_frames
from embodied_ssl.sampling.interaction_sampler import InteractionSampler
from embodied_ssl.sampling.interactions import INTERACTIONS, in_order
from embodied_ssl.sampling.labelled import LabelledSampler, sample_per_class
from embodied_ssl.sampling.pairs import PairSampler


@pytest.fixture(scope="module")
def caches(tabletop_dir, rooms_dir):
    return {
        "tabletop": Dataset.open(tabletop_dir).cache(),
        "rooms": Dataset.open(rooms_dir).cache(),
    }


def test_every_epoch_is_another_permutation():
    epochs = Epochs(10, 7)
    drawn = np.concatenate([epochs(start, 4) for start in range(0, 40, 4)]).reshape(4, 10)
    assert all(sorted(epoch) == list(range(10)) for epoch in drawn.tolist())
    assert len({tuple(epoch) for epoch in drawn.tolist()}) == 4
    assert epochs(3, 25).tolist() == drawn.ravel()[3:28].tolist()  # several epochs at once
    assert Epochs(10, 8)(0, 10).tolist() != drawn[0].tolist()


def test_an_epoch_of_frames_has_each_of_them_once(caches):
    sampler = FrameSampler([caches["rooms"]], 12, 0)
    assert sampler.size % 12 == 0
    index = torch.cat([sampler(n)["index"] for n in range(sampler.size // 12)])
    assert sorted(index.tolist()) == list(range(sampler.size))
    batch = sampler(3)
    splits = caches["rooms"].rows["split"][batch["row"].numpy()]
    assert set(splits) == {"train"}
    places, rows = image_frames(caches["rooms"])
    frames = caches["rooms"].frames[places[batch["index"]]]
    assert np.array_equal(frames, batch["frames"].permute(0, 2, 3, 1).numpy())
    assert rows[batch["index"]].tolist() == batch["row"].tolist()


def test_patterns_take_turns_and_each_pair_comes_once_in_their_epochs(caches):
    sampler = PairSampler(caches["rooms"], 12, 0, 0.5, patterns=6, mirror=0.0)
    counts = np.bincount(sampler.pattern, minlength=6)
    batches = [sampler(n) for n in range(2 * counts.min() // 2 // 2)]
    for batch in batches:
        assert np.bincount(batch["pattern"], minlength=6).tolist() == [2] * 6
        assert (sampler.pairs.first[batch["index"]] == batch["row"].numpy()).all()
    index = torch.cat([batch["index"] for batch in batches])
    assert len(set(index.tolist())) == len(index)  # none twice before its epoch is over


@pytest.mark.parametrize("name", INTERACTIONS)
def test_interactions_in_order_are_all_that_there_are(caches, name):
    samples = INTERACTIONS[name](caches["tabletop"], "val")
    batches = list(in_order(samples, 5, 0))
    first = samples.images[0]
    assert sum(len(batch[first]) for batch in batches) == len(samples) > 0
    assert all(batch[column].dtype == torch.uint8 for batch in batches for column in samples.images)


def test_identity_shows_two_different_views_of_one_track(caches):
    sampler = InteractionSampler({"tabletop": caches["tabletop"]}, {"identity": 8}, 0)
    batch = sampler(0)["identity"]
    assert (batch["first"] != batch["second"]).flatten(1).any(1).all()
    assert set(caches["tabletop"].rows["interaction"][batch["row"]]) == {"look"}


def test_pairs_in_a_mirror_move_to_the_other_side(caches):
    sampler = PairSampler(caches["rooms"], 64, 0, 0.5, patterns=6, mirror=0.5)
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


def test_few_are_as_many_of_each():
    kinds = np.array(["a"] * 30 + ["b"] * 4 + ["c"] * 9)
    chosen = sample_per_class(kinds, np.random.default_rng(0), 6)
    assert len(set(chosen)) == len(chosen)
    assert {kind: (kinds[chosen] == kind).sum() for kind in "abc"} == {"a": 6, "b": 4, "c": 6}


def test_labelled_frames_are_few_and_of_training_rooms(caches):
    sampler = LabelledSampler(caches["rooms"], 64, 0, count=3, most=8)
    rows = caches["rooms"].rows
    assert len(sampler.rows) == 6  # three of each of two kinds
    assert set(rows["split"][sampler.rows]) == {"train"}
    assert [sampler.names[k] for k in sampler.category] == list(rows["kind"][sampler.rows])
    with pytest.raises(UserError, match="of 2 kinds"):
        LabelledSampler(caches["rooms"], 64, 0, count=3, most=1)


def test_image_methods_take_as_many_frames_from_each_world(caches):
    sampler = FrameSampler(caches.values(), 10, 0)
    frames = sampler(0)["frames"].permute(0, 2, 3, 1).numpy()
    pools = [{c.frames[i].tobytes() for i in image_frames(c)[0]} for c in caches.values()]
    assert [[f.tobytes() in pool for f in frames] for pool in pools] == [
        [True] * 5 + [False] * 5, [False] * 5 + [True] * 5
    ]  # fmt: skip
