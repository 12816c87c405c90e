"""Jigsaw: exact labels, tiles of their own scale, and that it learns."""

import math

import pytest
import torch

from embodied_ssl.augment import augment
from embodied_ssl.data import Dataset, FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.pretext.jigsaw import Jigsaw
from embodied_ssl.sampling import FrameSampler, generator_of
from embodied_ssl.tiles import cut_tiles, standardized
from embodied_ssl.trunks import build_trunk


def jigsaw(train_size=48, **settings):
    torch.manual_seed(0)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    return Jigsaw(trunk, Jigsaw.Config(**settings), train_size).train()


def moment(number=0):
    return Step(number, 0.5, generator_of(0, number))


@pytest.fixture(scope="module")
def frames(tabletop_dir):
    return FrameSampler([FrameCache.open(Dataset.open(tabletop_dir))], 16, 0)


def test_the_label_says_how_to_put_the_tiles_back(frames):
    method, batch, step = jigsaw(), frames(0), moment()
    prepared = method.prepare(batch, moment())
    images = augment(batch["frames"], 87, method.config.augmentation, step.generator)
    expected = standardized(cut_tiles(images, 3, 24, step.generator))
    shuffled = prepared["images"].unflatten(0, (16, 9))
    inverse = method.permutations[prepared["shuffled"]].argsort(1)
    for i in range(16):
        assert torch.equal(shuffled[i, inverse[i]], expected[i])
    assert not torch.equal(shuffled, expected)
    assert len(prepared["shuffled"].unique()) > 8


def test_the_head_sees_the_tiles_in_the_order_in_which_they_were_laid(frames):
    method = jigsaw()
    seen = []
    method.classify.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    prepared = method.prepare(frames(0), moment())
    stages = method.encode(prepared)
    method.loss(stages, prepared, moment())
    described = method.describe(method.trunk.pool(stages))
    for i in range(16):
        assert torch.equal(seen[0][i], torch.cat(list(described[9 * i : 9 * i + 9])))


@pytest.mark.parametrize(
    ("train_size", "tile", "cost"),
    [(225, 64, 0.728), (128, 36, 0.712), (96, 27, 0.712), (48, 24, 2.25)],
)
def test_nine_tiles_cost_less_than_an_image_unless_it_is_very_small(frames, train_size, tile, cost):
    method = jigsaw(train_size)
    prepared = method.prepare(frames(0), moment())
    assert prepared["images"].shape == (144, 3, tile, tile)
    assert method.cost(prepared) == pytest.approx(16 * cost, abs=0.01)


@pytest.mark.parametrize("permutations", [1, 2001])
def test_a_number_of_permutations_that_cannot_be_is_refused(permutations):
    with pytest.raises(UserError, match="--permutations must be a whole number from 2 to 2000"):
        Jigsaw.Config(permutations=permutations)


def test_it_learns_to_solve_puzzles(frames):
    method = jigsaw(permutations=4)
    optimizer = torch.optim.AdamW(method.parameters(), 3e-3)
    losses, accuracies = [], []
    for number in range(30):
        step = moment(number)
        outputs = method(method.prepare(frames(number), step), step)
        optimizer.zero_grad()
        outputs["loss"].backward()
        optimizer.step()
        losses.append(outputs["loss"].item())
        accuracies.append(outputs["accuracy"].item())
    assert sum(losses[-10:]) / 10 < 0.5 * math.log(4)  # of chance
    assert sum(accuracies[-10:]) / 10 > 0.75
