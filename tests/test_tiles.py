"""Tiles: where they are cut, their scale, how far permutations differ."""

import pytest
import torch

from embodied_ssl.tiles import cut_tiles, permutation_set, standardized


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
