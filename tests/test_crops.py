"""Multi-crop: how many crops, of what size, of how much of the image."""

from dataclasses import replace

import pytest
import torch

from embodied_ssl.augment import IDENTITY
from embodied_ssl.crops import MultiCrop, multi_crop, square_at

SIDE = 64
PLAIN = MultiCrop(
    2, 6, 0.5, replace(IDENTITY, crop_side=(0.63, 1)), replace(IDENTITY, crop_side=(0.22, 0.63))
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def ramps(count):
    """Images that grow lighter to the right by 2 a pixel; the second channel tells which it is."""
    ramp = (2 * torch.arange(SIDE)).expand(count, SIDE, SIDE)
    own = torch.arange(count)[:, None, None].expand_as(ramp)
    return torch.stack([ramp, own, own], dim=1).byte()


def test_all_crops_of_one_size_are_one_batch():
    crops = multi_crop([ramps(3)], 48, PLAIN, seeded())
    assert [tuple(batch.shape) for batch in crops] == [(6, 3, 48, 48), (18, 3, 24, 24)]
    for batch in crops:  # the first crop of each image, then the second
        images = (batch[:, 1].mean((1, 2)) * 255).round().int().tolist()
        assert images == [0, 1, 2] * (len(batch) // 3)
    again, other = (multi_crop([ramps(3)], 48, PLAIN, seeded(s)) for s in (0, 1))
    assert all(map(torch.equal, crops, again)) and not any(map(torch.equal, crops, other))


def test_global_crops_show_more_than_local_ones():
    batches = multi_crop([ramps(100)], 48, PLAIN, seeded())
    for crops, (low, high) in zip(batches, [(0.63, 1), (0.22, 0.63)], strict=True):
        size = crops.shape[-1]
        rise = (crops[:, 0, 0, -2] - crops[:, 0, 0, 1]) * 255 / (size - 3)  # a pixel of the crop
        sides = rise * size / 2 / SIDE  # as a fraction of the image's
        assert low - 0.01 < sides.min() < low + 0.05
        assert high - 0.05 < sides.max() < high + 0.01


@pytest.mark.parametrize(("counts", "sizes"), [((2, 0), [48]), ((0, 3), [24])])
def test_one_kind_of_crops_alone(counts, sizes):
    settings = replace(PLAIN, global_count=counts[0], local_count=counts[1])
    assert [batch.shape[-1] for batch in multi_crop([ramps(2)], 48, settings, seeded())] == sizes


def test_a_square_is_cut_where_it_should_be():
    frames = torch.zeros(2, 3, SIDE, SIDE, dtype=torch.uint8)
    frames[0, 0, 16:32, 32:48] = 200  # rows 16 to 32, columns 32 to 48
    frames[1, 1, 40:56, 8:24] = 90
    centre = torch.tensor([[40 / SIDE, 24 / SIDE], [16 / SIDE, 48 / SIDE]])
    cut = square_at(frames, centre, 16 / SIDE, 16)
    assert (cut[0, 0] == 200).all() and (cut[1, 1] == 90).all()
    wider = square_at(frames, centre, 32 / SIDE, 32)
    assert (wider[0, 0, 8:24, 8:24] == 200).all() and (wider[0, 0] > 0).sum() == 256
