"""Lab against OpenCV, and the bins of colours."""

import cv2
import numpy as np
import pytest
import torch

from embodied_ssl.color import lab_to_rgb, rgb_to_lab
from embodied_ssl.color_bins import (
    ab_bins,
    annealed_mean,
    rarity_weights,
    soft_cross_entropy,
    soft_encode,
)


@pytest.fixture
def images():
    return torch.rand(2, 3, 8, 8, generator=torch.Generator().manual_seed(0))


def opencv(image, code):
    return cv2.cvtColor(np.ascontiguousarray(image.permute(1, 2, 0).numpy()), code)


def test_lab_is_that_of_opencv_there_and_back(images):
    for image in images:
        lab = rgb_to_lab(image[None])[0]
        # OpenCV interpolates a table: a quarter of a unit in Lab.
        assert np.abs(opencv(image, cv2.COLOR_RGB2Lab) - lab.permute(1, 2, 0).numpy()).max() < 0.3
        back = opencv(lab, cv2.COLOR_Lab2RGB)
        assert np.abs(back - lab_to_rgb(lab[None])[0].permute(1, 2, 0).numpy()).max() < 0.01
    assert torch.allclose(lab_to_rgb(rgb_to_lab(images)), images, atol=1e-4)


def test_the_bins_hold_every_colour():
    bins = ab_bins()
    assert bins.shape == (309, 2) and len(torch.unique(bins, dim=0)) == 309
    levels = torch.linspace(0, 1, 24)
    cube = torch.stack(torch.meshgrid(levels, levels, levels, indexing="ij")).flatten(2)[None]
    ab = rgb_to_lab(cube)[0, 1:].flatten(1).T
    assert (ab[:, None] - bins).norm(dim=2).min(1).values.max() <= 50**0.5 + 1e-3


def test_soft_labels_are_distributions_over_the_five_nearest(images):
    ab = rgb_to_lab(images)[:, 1:]
    coded = soft_encode(ab)
    assert torch.allclose(coded.sum(1), torch.ones(2, 8, 8))
    assert ((coded > 0).sum(1) <= 5).all()
    nearest = (ab.permute(0, 2, 3, 1)[..., None, :] - ab_bins()).norm(dim=-1).argmin(-1)
    assert torch.equal(coded.argmax(1), nearest)


def test_the_annealed_mean_goes_from_the_mean_to_the_mode():
    logits = torch.full((1, 309, 1, 1), -20.0)
    logits[0, 3], logits[0, 200] = 2.0, 1.0
    first, second = ab_bins()[3], ab_bins()[200]
    mode = annealed_mean(logits, 0.01)[0, :, 0, 0]
    mean = annealed_mean(logits, 1.0)[0, :, 0, 0]
    share = torch.tensor([2.0, 1.0]).softmax(0)
    assert torch.allclose(mode, first, atol=1e-3)
    assert torch.allclose(mean, share[0] * first + share[1] * second, atol=1e-3)


def test_rare_colours_count_more_and_all_count_one_in_the_mean():
    distribution = torch.tensor([0.9, 0.09, 0.01])
    weights = rarity_weights(distribution)
    assert (weights.diff() > 0).all()
    assert (weights * distribution).sum().item() == pytest.approx(1)
    mixed = 0.5 * distribution + 0.5 / 3
    assert torch.allclose(weights * mixed, (weights * mixed).mean().expand(3))


def test_soft_cross_entropy_is_that_of_pytorch_with_weights_of_the_nearest_bin():
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 5, 3, 3, generator=generator)
    target = torch.rand(2, 5, 3, 3, generator=generator).softmax(1)
    weights = torch.tensor([1.0, 2, 3, 4, 5])
    each = torch.nn.functional.cross_entropy(logits, target, reduction="none")
    expected = (weights[target.argmax(1)] * each).mean()
    assert torch.allclose(soft_cross_entropy(logits, target, weights), expected)
