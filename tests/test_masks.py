"""Masks: which patches stay, and the way between images and patches."""

import pytest
import torch

from embodied_ssl.masks import patchify, random_masking, removed, unpatchify


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
