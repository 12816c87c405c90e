"""Heads against what they say they are."""

import torch
import torch.nn.functional as F

from embodied_ssl.methods.decoders import PixelHead, pyramid
from embodied_ssl.methods.heads import Prototypes, prediction_head
from embodied_ssl.trunks import build_trunk


def test_prototypes_give_cosines_whatever_the_lengths():
    torch.manual_seed(0)
    head, features = Prototypes(6, 4), torch.randn(5, 6)
    cosine = F.cosine_similarity(features[:, None], head.weight[None], dim=2)
    torch.testing.assert_close(head(features), cosine)
    torch.testing.assert_close(head(7 * features), cosine)
    with torch.no_grad():
        head.weight.mul_(torch.tensor([[0.1], [2.0], [3.0], [50.0]]))
    torch.testing.assert_close(head(features), cosine)


def test_a_prediction_has_the_dimensions_of_a_projection():
    head = prediction_head(6, 3)
    assert head(torch.randn(4, 6)).shape == (4, 6)
    assert [tuple(p.shape) for p in head.parameters() if p.dim() > 1] == [(3, 6), (6, 3)]


def test_a_pixel_is_looked_up_between_those_of_the_maps():
    trunk = build_trunk("alexnet", width=0.1, fc_dim=16)
    head = PixelHead(trunk, 128, 5, 8)
    shapes = trunk.shapes(128)
    assert head.numbers == pyramid(trunk, 128) == [0, 1, 4]
    assert [shapes[number][-1] for number in head.numbers] == [31, 15, 7]
    stages = [torch.zeros(2, *shape) for shape in shapes]
    for number in head.numbers:  # maps that are as large as x + 2 y, in one channel
        side = shapes[number][-1]
        at = (2 * torch.arange(side) + 1) / side - 1
        stages[number][:, 0] = at + 2 * at[:, None]
    pixels = torch.tensor([[[0.1, 0.2], [-0.3, 0.5], [0.7, -0.8]]]).repeat(2, 1, 1)
    pooled = torch.randn(2, 16)
    chosen = torch.tensor([[True, True, False], [True, False, True]])
    height = pixels[..., 0] + 2 * pixels[..., 1]
    hidden = head.whole(pooled)[:, None].repeat(1, 3, 1)
    for local in head.local:
        hidden = hidden + local.bias + height[..., None] * local.weight[:, 0]
    expected = head.decode(hidden)[chosen]
    assert torch.allclose(head(stages, pooled, pixels, chosen), expected, atol=1e-4)
