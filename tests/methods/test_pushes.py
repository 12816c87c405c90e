"""Bins of pushes, and points that move with an image, against what can be worked out by hand."""

import math

import torch

from embodied_ssl.augment import Augmentation, draw_variations
from embodied_ssl.methods.interaction.push_pictures import with_pushes
from embodied_ssl.methods.interaction.pushes import PushBins
from embodied_ssl.sampling import generator_of
from embodied_ssl.variations import moved, varied

BINS = PushBins(20, 36, 11, 1.1)


def push(start, degrees, length):
    """The ends (1, 2, 2) of a push in a direction counter-clockwise from the right."""
    radians = math.radians(degrees)
    way = torch.tensor([math.cos(radians), -math.sin(radians)])  # v runs down
    start = torch.tensor(start)
    return torch.stack([start, start + length * way])[None]


def numbers(bins):
    return {name: value.tolist() for name, value in bins.items()}


def test_the_bins_of_a_push_are_where_it_begins_goes_and_how_far():
    found = numbers(BINS.of(push((-0.33, 0.71), 65, 0.64)))
    assert found == {"place": [17 * 20 + 6], "angle": [6], "length": [6]}
    down_left = numbers(BINS.of(push((0.01, -0.99), 225, 0.05)))
    assert down_left == {"place": [10], "angle": [22], "length": [0]}


def test_what_lies_beyond_is_in_the_outermost_bins():
    right = numbers(BINS.of(push((1.3, -2.0), 359.9, 5)))
    assert right == {"place": [19], "angle": [35], "length": [10]}
    nowhere = numbers(BINS.of(torch.zeros(1, 2, 2)))
    assert nowhere == {"place": [210], "angle": [0], "length": [0]}


def test_the_middle_of_bins_is_in_these_bins():
    generator = generator_of(0, 0)
    bins = {n: torch.randint(k, (500,), generator=generator) for n, k in BINS.counts.items()}
    ends = BINS.ends(bins)
    assert numbers(BINS.of(ends)) == numbers(bins)
    known = push((-0.35, 0.75), 65, 0.65)
    assert torch.allclose(BINS.ends(BINS.of(known)), known, atol=1e-6)


def test_points_move_with_the_image():
    settings = Augmentation((0.7, 1.0), 0.5, 3.0, 0, 0, 0, 0)
    how = draw_variations(settings, 16, 64, generator_of(0, 1))
    images = torch.zeros(16, 3, 128, 128, dtype=torch.uint8)
    images[:, :, 40:44, 70:74] = 255  # about 72 and 42 of 128
    point = torch.tensor([2 * 72 / 128 - 1, 2 * 42 / 128 - 1]).expand(16, 1, 2)
    bright = varied(images, 64, how)[:, 0]
    middles = (2 * torch.arange(64) + 1) / 64 - 1
    total = bright.sum((1, 2))
    u, v = ((bright.sum(dim) * middles).sum(1) / total for dim in (1, 2))
    assert torch.allclose(moved(point, how)[:, 0], torch.stack([u, v], dim=1), atol=0.01)


def test_a_push_is_drawn_from_its_dot_to_its_end():
    images = torch.zeros(2, 3, 20, 20)
    ends = torch.tensor([[[-0.5, 0.5], [0.5, 0.5]], [[0.5, -0.5], [0.5, 0.5]]])
    for picture, push in zip(with_pushes(images, ends), ends, strict=True):
        assert picture.shape == (3, 60, 60)
        start, end = ((push + 1) * 30).long().tolist()
        middle = ((push.mean(0) + 1) * 30).long().tolist()
        for u, v in (start, middle, end):
            assert picture[:, v, u].sum() > 0.5
        ours = picture.sum(0) > 0.5
        near = torch.tensor(start[::-1]) - ours.nonzero()
        assert (near.abs().max(1).values <= 5).sum() > 50  # the dot is wider than the line
        assert ours.sum() < 500
