"""Clips are whole pieces of training episodes."""

import dataclasses

import numpy as np
import pytest
import torch

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.clips import ClipSampler


@pytest.fixture
def cache(rooms_dir):
    return Dataset.open(rooms_dir).cache()  # training episodes 0, 1 and 2, of 48 frames each


@pytest.mark.parametrize(("length", "stride"), [(4, 1), (3, 5), (1, 1)])
def test_every_clip_comes_once_in_an_epoch(cache, length, stride):
    sampler = ClipSampler(cache, 1, 0, length, stride)
    expected = {
        (episode, *range(first, first + stride * length, stride))
        for episode in (0, 1, 2)
        for first in range(48 - stride * (length - 1))
    }
    found = set()
    for number in range(sampler.size):
        rows = sampler.clips[sampler(number)["index"].numpy()][0]
        assert len(set(cache.rows["episode"][rows])) == 1
        found.add((int(cache.rows["episode"][rows[0]]), *cache.rows["step"][rows].tolist()))
    assert sampler.size == len(expected) and found == expected


def test_a_batch_holds_the_frames_in_order(cache):
    batch = ClipSampler(cache, 6, 0, length=3, stride=2)(4)
    assert batch["clip"].shape == (6, 3, 3, 64, 64) and batch["clip"].dtype == torch.uint8
    for clip, time, row in zip(batch["clip"], batch["time"], batch["row"].tolist(), strict=True):
        for t in range(3):
            frame = cache.frames[cache.index["image"][row + 2 * t]]
            assert np.array_equal(clip[t].permute(1, 2, 0).numpy(), frame)
        torch.testing.assert_close(time, torch.tensor([0.0, 0.2, 0.4]))


def test_a_clip_does_not_jump_over_a_missing_frame(cache):
    missing = (cache.rows["episode"] == 1) & (cache.rows["step"] == 20)
    rows = {name: column[~missing] for name, column in cache.rows.items()}
    index = {"image": cache.index["image"][~missing]}
    sampler = ClipSampler(dataclasses.replace(cache, rows=rows, index=index), 4, 0, 3, 2)
    assert (np.diff(rows["step"][sampler.clips], axis=1) == 2).all()
    assert sampler.size == 44 + (16 + 23) + 44


def test_the_order_of_the_rows_does_not_matter(cache):
    order = np.random.default_rng(0).permutation(len(cache.rows["step"]))
    rows = {name: column[order] for name, column in cache.rows.items()}
    shuffled = dataclasses.replace(cache, rows=rows, index={"image": cache.index["image"][order]})
    first, second = (ClipSampler(each, 5, 0, 4)(2) for each in (cache, shuffled))
    assert torch.equal(first["clip"], second["clip"])


def test_episodes_that_are_too_short_are_refused(cache):
    assert ClipSampler(cache, 2, 0, length=48).size == 3
    with pytest.raises(UserError, match="no training episode has 49 frames"):
        ClipSampler(cache, 2, 0, length=49)
    with pytest.raises(UserError, match="no training episode has 1001 frames"):
        ClipSampler(cache, 2, 0, length=3, stride=500)
