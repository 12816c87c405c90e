"""What the figure of dense features shows: points looked for in another view."""

import torch

from embodied_ssl.figures import ACCENTS
from embodied_ssl.methods.contrastive.dense_figures import dotted, found_points, nearest_pixels

SIDE = 64


def features_of(shift):
    """Features that tell where a pixel is; what is at a place of first views is shifted in second
    ones."""

    def features(pixels, chosen):
        first, second = pixels.chunk(2)
        place = torch.cat([first + shift, second])[chosen]
        waves = torch.cat([place, 2 * place], dim=1)
        return torch.cat([waves.sin(), waves.cos()], dim=1)

    return features


def test_the_most_similar_pixel_is_found_where_it_is():
    pixels = torch.tensor(
        [[[0.1, -0.3], [0.5, 0.5], [-0.6, 0.2]], [[0.0, 0.0], [0.2, 0.1], [0, 0.4]]]
    )
    matched = torch.tensor([[True, False, True], [True, True, False]])
    shift = torch.tensor([0.2, -0.3])
    found = nearest_pixels(features_of(shift), pixels, matched, SIDE)
    for places, mine, told in zip(found, pixels, matched, strict=True):
        assert (places - mine[told] - shift).abs().max() <= 1.01 / SIDE


def test_dots_are_where_their_points_are_and_those_of_one_point_alike():
    images, shift = torch.zeros(2, 3, SIDE, SIDE), torch.tensor([0.25, 0.0])
    first = torch.tensor([[[-15.0, 1.0], [9.0, 17.0], [29.0, 29.0]]]) / 32
    matched = torch.tensor([[True, True, False]])
    shown = found_points(features_of(shift), images, torch.cat([first, first + shift]), matched)
    assert images.max() == 0
    for color, (x, y) in zip(ACCENTS, first[0, :2], strict=False):
        red, green, blue = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
        for (name, pictures), moved in zip(shown.items(), (0.0, 0.25, 0.25), strict=True):
            u, v = int((x + moved + 1) * SIDE / 2), int((y + 1) * SIDE / 2)
            expected = torch.tensor([red, green, blue])
            assert torch.allclose(pictures[0, :, v, u], expected, atol=1e-6), name
    assert shown["points of a view"][0, :, -4, -4].max() == 0  # it is not matched
    painted = dotted(images[:1], [first[0, :1]])[0].amax(0) > 0
    assert 0.5 < painted.sum() / (torch.pi * (SIDE / 32) ** 2) < 1.5
