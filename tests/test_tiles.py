"""Tiles: where they are cut, their scale, how far permutations differ."""

import pytest
import torch

from embodied_ssl.tiles import (
    cut_tiles,
    drop_colors,
    permutation_set,
    pixelate,
    project_colors,
    standardized,
    tile_sizes,
)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def places(side, count=1):
    """Images whose first two channels say row and column."""
    row, column = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    image = torch.arange(count)[:, None, None].expand(count, side, side)
    return torch.stack([row.expand_as(image), column.expand_as(image), image], dim=1).float()


@pytest.mark.parametrize(("side", "size"), [(48, 13), (50, 16), (48, 16)])
def test_a_tile_is_a_whole_piece_of_its_own_cell(side, size):
    tiles = cut_tiles(places(side, 5), 3, size, seeded())
    assert tiles.shape == (5, 9, 3, size, size)
    inside = places(size)[0, :2]
    for image in range(5):
        for cell in range(9):
            tile = tiles[image, cell]
            corner = tile[:2, 0, 0]
            assert torch.equal(tile[:2], corner[:, None, None] + inside)
            assert (tile[2] == image).all()
            for axis, number in enumerate(divmod(cell, 3)):
                start, end = number * side // 3, (number + 1) * side // 3
                assert start <= corner[axis] <= end - size


def test_every_place_in_a_cell_comes_up_and_each_tile_has_its_own():
    corners = cut_tiles(places(48, 400), 3, 13, seeded())[:, :, :2, 0, 0]  # (B, 9, 2)
    within = corners % 16  # the cells' side
    for axis in range(2):
        values, numbers = within[..., axis].unique(return_counts=True)
        assert values.tolist() == [0, 1, 2, 3]
        assert numbers.min() > 0.2 * 3600
    assert (within == within[:, :1]).all(2).float().mean() < 0.25
    assert torch.equal(corners, cut_tiles(places(48, 400), 3, 13, seeded())[:, :, :2, 0, 0])
    assert not torch.equal(corners, cut_tiles(places(48, 400), 3, 13, seeded(1))[:, :, :2, 0, 0])


@pytest.mark.parametrize("size", [0, 17])
def test_a_tile_larger_than_its_cell_is_refused(size):
    with pytest.raises(ValueError, match="do not fit"):
        cut_tiles(places(48), 3, size, seeded())


def test_each_tile_is_on_its_own_scale():
    tiles = torch.rand((2, 4, 3, 8, 8), generator=seeded())
    result = standardized(tiles)
    assert result.mean((3, 4)).abs().max() < 1e-5
    assert (result.std((3, 4)) - 1).abs().max() < 1e-5
    assert torch.allclose(standardized(tiles * 0.3 + 0.1), result, atol=1e-4)
    assert standardized(torch.full((1, 3, 8, 8), 0.7)).abs().max() < 1e-4


@pytest.mark.parametrize(("count", "tiles", "least"), [(100, 9, 6), (30, 9, 7), (24, 4, 2)])
def test_permutations_differ_in_many_places(count, tiles, least):
    chosen = permutation_set(count, tiles, seed=0)
    assert chosen.shape == (count, tiles)
    assert torch.equal(chosen.sort(1).values, torch.arange(tiles).expand(count, tiles))
    distance = (chosen[:, None] != chosen).sum(2).fill_diagonal_(tiles)
    assert distance.min() == least
    assert torch.equal(chosen, permutation_set(count, tiles, seed=0))
    if tiles == 9:
        assert not torch.equal(chosen, permutation_set(count, tiles, seed=1))


@pytest.mark.parametrize(("count", "tiles"), [(0, 4), (25, 4), (2, 10)])
def test_permutations_that_do_not_exist_are_refused(count, tiles):
    with pytest.raises(ValueError, match="permutations of"):
        permutation_set(count, tiles, seed=0)


def test_jitter_keeps_a_tile_about_the_middle_of_its_cell():
    tiles = cut_tiles(places(144, 64), 3, 32, seeded(), jitter=2)
    corners = tiles[:, :, :2, 0, 0].unflatten(1, (3, 3))  # (64, 3, 3, 2)
    rows, columns = corners[..., 0], corners[..., 1]
    for cell in range(3):
        middle = 48 * cell + 8
        for found in (rows[:, cell], columns[:, :, cell]):
            assert found.min() == middle - 2 and found.max() == middle + 2


@pytest.mark.parametrize(("train_size", "expected"), [(225, (50, 225)), (48, (24, 108))])
def test_tiles_have_at_least_24_pixels(train_size, expected):
    assert tile_sizes(train_size, 3, 2 / 3) == expected


def test_one_channel_of_a_tile_stays_and_the_others_are_weak_noise_about_its_mean():
    tiles = torch.rand(300, 3, 8, 8, generator=seeded(1))
    dropped = drop_colors(tiles, seeded())
    same = (dropped == tiles).flatten(2).all(2)
    assert (same.sum(1) == 1).all() and same.float().mean(0).min() > 0.2
    kept = tiles[same]  # (300, 8, 8)
    for i in range(300):
        noise = dropped[i, ~same[i]] - kept[i].mean()
        assert noise.abs().max() < 0.06 * kept[i].std()
        assert noise.std() / kept[i].std() == pytest.approx(0.01, rel=0.3)


def test_nothing_is_left_between_green_and_magenta():
    tiles = torch.rand(4, 3, 5, 5, generator=seeded())
    left = project_colors(tiles)
    assert (2 * left[:, 1] - left[:, 0] - left[:, 2]).abs().max() < 1e-6
    gray = torch.rand(4, 1, 5, 5, generator=seeded()).expand(-1, 3, -1, -1)
    assert torch.allclose(project_colors(gray), gray, atol=1e-6)


def test_a_share_of_the_tiles_is_made_coarse():
    tiles = torch.rand(400, 3, 24, 24, generator=seeded(1))
    coarse = pixelate(tiles, 0.25, seeded())
    changed = (coarse != tiles).flatten(1).any(1)
    assert 0.15 < changed.float().mean() < 0.35
    means = coarse.mean((2, 3)) - tiles.mean((2, 3))
    assert means.abs().max() < 0.05
    assert coarse[changed].std((2, 3)).mean() < 0.8 * tiles[changed].std((2, 3)).mean()
