"""Tokens: masked, in any order, with the positions of their places."""

import math

import pytest
import torch

from embodied_ssl.trunks.vit import ViT, sincos_positions


@pytest.fixture
def vit():
    torch.manual_seed(0)
    return ViT(dim=24, depth=2, heads=2, patch=16).eval()


@pytest.fixture
def images():
    return torch.randn(3, 3, 64, 64, generator=torch.Generator().manual_seed(1))


def test_keeping_all_patches_is_no_mask(vit, images):
    everything = torch.arange(16).expand(3, -1)
    torch.testing.assert_close(vit.tokens(images, everything), vit.tokens(images))


def test_the_order_of_kept_patches_is_that_of_their_tokens(vit, images):
    keep = torch.stack([torch.randperm(16)[:5] for _ in range(3)])
    order = torch.tensor([3, 0, 4, 1, 2])
    tokens, permuted = vit.tokens(images, keep), vit.tokens(images, keep[:, order])
    torch.testing.assert_close(permuted[:, 1:], tokens[:, 1:][:, order])
    torch.testing.assert_close(permuted[:, 0], tokens[:, 0])


def test_what_is_masked_is_not_seen(vit, images):
    keep = torch.tensor([[0, 5, 10]] * 3)
    other = images.clone()
    other[:, :, 16:32, :16] = 7.0  # patch 4
    torch.testing.assert_close(vit.tokens(other, keep), vit.tokens(images, keep))
    assert not torch.allclose(vit.tokens(other), vit.tokens(images))


def test_the_same_patch_in_another_place_is_another_token(vit):
    one_colour = torch.ones(1, 3, 64, 64)
    patches = vit.patches(one_colour)[0]
    assert torch.pdist(patches).min() > 0.1


def test_positions_are_sines_and_cosines_of_column_and_row():
    positions = sincos_positions(2, 3, 8)
    row, column = positions[4], 4 % 3  # patch 4 is in row 1, column 1
    for number, frequency in enumerate((1.0, 1 / 100)):
        assert row[number] == pytest.approx(math.sin(column * frequency), abs=1e-6)
        assert row[2 + number] == pytest.approx(math.cos(column * frequency), abs=1e-6)
        assert row[4 + number] == pytest.approx(math.sin(1 * frequency), abs=1e-6)
    assert torch.equal(positions[0], torch.tensor([0, 0, 1, 1, 0, 0, 1, 1]).float())


def test_the_mean_is_that_of_the_patches(images):
    torch.manual_seed(0)
    vit = ViT(dim=24, depth=2, heads=2, pooling="mean").eval()
    torch.testing.assert_close(vit(images), vit.tokens(images)[:, 1:].mean(1))
    assert vit.stage_names == ("block1", "block2", "mean")


def test_attention_is_what_the_last_block_computes(vit, images):
    seen, last = [], vit.blocks[-1].attn
    last.fused_attn = False  # or its weights are nowhere to be seen
    last.attn_drop.register_forward_hook(lambda module, args, out: seen.append(out))
    vit.stages(images)
    expected = seen[0][:, :, 0, 1:].unflatten(2, (4, 4))
    torch.testing.assert_close(vit.attention(images), expected)
