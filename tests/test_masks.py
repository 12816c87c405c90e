"""Masks: which patches stay, and the way between images and patches."""

import pytest
import torch

from embodied_ssl.masks import (
    centre_region,
    eroded,
    patchify,
    random_masking,
    random_region,
    removed,
    unpatchify,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    ("patches", "ratio", "kept"), [(196, 0.75, 49), (9, 0.75, 2), (100, 0.9, 10), (2, 0.99, 1)]
)
def test_what_is_kept_and_removed_is_restored_in_order(patches, ratio, kept):
    ids_keep, ids_restore = random_masking(5, patches, ratio, seeded())
    assert ids_keep.shape == (5, kept) and ids_restore.shape == (5, patches)
    mask = removed(ids_restore, kept)
    for i in range(5):
        gone = [p for p in range(patches) if p not in ids_keep[i].tolist()]
        assert mask[i].nonzero().flatten().tolist() == gone  # 0 is keep, 1 is remove
    sequence = torch.cat([ids_keep, torch.full((5, patches - kept), -1)], dim=1)
    restored = sequence.gather(1, ids_restore)
    assert torch.equal(restored, torch.where(mask == 0, torch.arange(patches), -1))


def test_every_patch_is_removed_as_often_and_images_differ():
    _, ids_restore = random_masking(2000, 16, 0.75, seeded())
    mask = removed(ids_restore, 4)
    assert (mask.mean(0) - 0.75).abs().max() < 0.04
    assert len(mask.unique(dim=0)) > 800  # of 1820
    assert torch.equal(ids_restore, random_masking(2000, 16, 0.75, seeded())[1])
    assert not torch.equal(ids_restore, random_masking(2000, 16, 0.75, seeded(1))[1])


@pytest.mark.parametrize(("patches", "ratio"), [(1, 0.5), (9, 0), (9, 1)])
def test_nothing_to_keep_or_to_remove_is_refused(patches, ratio):
    with pytest.raises(ValueError, match="cannot remove"):
        random_masking(2, patches, ratio, seeded())


def test_patches_and_images_are_exact_inverses():
    images = torch.rand((2, 3, 12, 12), generator=seeded())
    patches = patchify(images, 4)
    assert patches.shape == (2, 9, 48)
    assert torch.equal(unpatchify(patches, 4), images)
    for number in range(9):
        row, column = divmod(number, 3)
        piece = images[:, :, 4 * row : 4 * row + 4, 4 * column : 4 * column + 4]
        assert torch.equal(patches[:, number].reshape(2, 4, 4, 3).permute(0, 3, 1, 2), piece)


def test_the_central_region_is_a_quarter_in_the_middle():
    region = centre_region(2, 16)
    assert region.shape == (2, 1, 16, 16) and region.mean() == 0.25
    assert region[0, 0, 4:12, 4:12].all()


def test_random_regions_cover_what_they_should_in_shapes_of_their_own():
    regions = random_region(16, 48, 0.25, seeded())
    share = regions.mean((1, 2, 3))
    assert (share - 0.25).abs().max() < 0.01
    assert len(torch.unique(regions.flatten(1), dim=0)) == 16
    assert regions.mean(0).max() < 1  # no place is always covered
    grown = torch.nn.functional.max_pool2d(regions, 3, 1, 1)
    assert (grown - regions).mean() < 0.15  # connected, not noise


def test_an_eroded_region_keeps_away_from_the_edge():
    region = centre_region(1, 16)
    inner = eroded(region, 2)[0, 0]
    assert inner.sum() == 16 and inner[6:10, 6:10].all()
