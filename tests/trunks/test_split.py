"""Halves of a trunk: each sees its part of the colours, and together they look like one."""

import cv2
import numpy as np
import torch

from embodied_ssl.color import rgb_to_lab
from embodied_ssl.trunks.split import SplitTrunk


def test_lab_agrees_with_opencv():
    rgb = np.random.default_rng(0).random((1, 40, 40, 3), np.float32)
    rgb[0, 0] = np.linspace(0, 1, 40)[:, None]  # greys, black and white among them
    lab = rgb_to_lab(torch.from_numpy(rgb).permute(0, 3, 1, 2))[0].permute(1, 2, 0).numpy()
    expected = cv2.cvtColor(rgb[0], cv2.COLOR_RGB2LAB)
    assert np.abs(lab - expected).max() < 1.0  # .01 of the range of L


def test_lab_keeps_its_precision_under_autocast():
    images = torch.rand(1, 3, 8, 8)
    with torch.autocast("cpu", torch.bfloat16):
        low = rgb_to_lab(images)
    torch.testing.assert_close(low, rgb_to_lab(images), rtol=0, atol=1e-3)


def test_each_half_sees_its_part_alone():
    torch.manual_seed(0)
    trunk = SplitTrunk(width=0.25, fc_dim=16).eval()
    grey = torch.rand(2, 1, 48, 48).expand(-1, 3, -1, -1)
    coloured = torch.rand(2, 3, 48, 48)
    first, second = (trunk.half_stages(trunk.normalize(x)) for x in (grey, grey * 0.5))
    for a, b in zip(first[1], second[1], strict=True):  # no colour, however light
        torch.testing.assert_close(a, b, rtol=1e-3, atol=1e-3)
    assert not torch.allclose(first[0][0], second[0][0], atol=1e-2)
    other = trunk.half_stages(trunk.normalize(coloured))
    assert not torch.allclose(first[1][0], other[1][0], atol=1e-2)


def test_the_halves_stand_side_by_side():
    torch.manual_seed(0)
    trunk = SplitTrunk(width=0.25, fc_dim=16).eval()
    images = torch.randn(2, 3, 48, 48)
    stages, halves = trunk.stages(images), trunk.half_stages(images)
    for whole, first, second in zip(stages, *halves, strict=True):
        assert torch.equal(whole, torch.cat([first, second], dim=1))
    stages[-1][:, :8].sum().backward()
    gradients = [half.conv1[0].weight.grad for half in trunk.halves]
    assert gradients[0].abs().sum() > 0 and gradients[1].abs().sum() == 0
