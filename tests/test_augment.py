"""Augmentation: geometry on drawn images, colours against single operations, seeds."""

import colorsys
import math

import cv2
import numpy as np
import pytest
import torch

from embodied_ssl import variations
from embodied_ssl.augment import IDENTITY, Augmentation, augment

STRONG = Augmentation(rotate=0.5, gray=0.2, blur=0.5)


def noise(count=4, size=32):
    generator = torch.Generator().manual_seed(9)
    return torch.randint(256, (count, 3, size, size), generator=generator).byte()


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def needle(angle):
    """A short white line (its mirror image beyond the border stays out), radians from u."""
    image = np.zeros((65, 65, 3), np.uint8)
    tip = 15 * 256 * np.array([math.cos(angle), -math.sin(angle)])
    start, end = (np.round(32 * 256 + sign * tip).astype(int).tolist() for sign in (-1, 1))
    cv2.line(image, start, end, (255, 255, 255), 5, cv2.LINE_AA, shift=8)
    return torch.from_numpy(image).permute(2, 0, 1)[None]


def direction(image):
    """Counter-clockwise angle of the line in an image, radians in [0, pi)."""
    v, u = np.nonzero(image[0, 0].numpy() > 0.5)
    spread = np.cov(np.stack([u - 32.0, 32.0 - v]))
    axis = np.linalg.eigh(spread)[1][:, -1]
    return math.atan2(axis[1], axis[0]) % math.pi


def test_without_augmentation_images_stay_as_they_are():
    frames = noise()
    images = augment(frames, 32, IDENTITY, seeded())
    torch.testing.assert_close(images, frames / 255, atol=1e-5, rtol=0)


@pytest.mark.parametrize("degrees", [0, 20, 70, 130])
@pytest.mark.parametrize("flip", [False, True])
def test_a_line_turns_counter_clockwise_after_it_was_mirrored(degrees, flip):
    turn = torch.tensor([math.radians(30)])
    image = augment(
        needle(math.radians(degrees)), 65, IDENTITY, seeded(), turn, torch.tensor([flip])
    )
    expected = math.radians((-degrees if flip else degrees) + 30)
    assert math.sin(direction(image) - expected) == pytest.approx(0, abs=0.04)


def test_the_same_seed_gives_the_same_images_and_another_gives_others():
    first, again, other = (augment(noise(), 24, STRONG, seeded(s)) for s in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.allclose(first, other, atol=0.05)
    assert first.shape == (4, 3, 24, 24)
    assert first.min() >= 0 and first.max() <= 1


@pytest.mark.parametrize(("drawn", "expected"), [(1.0, (50, 200, 100)), (0.0, (100, 50, 200))])
def test_a_third_of_the_colour_circle_permutes_the_channels(monkeypatch, drawn, expected):
    """The largest turn to either side, because every random number is its bound."""
    monkeypatch.setattr(torch, "rand", lambda shape, generator: torch.full(shape, drawn))
    frames = torch.tensor([200, 100, 50]).byte().reshape(1, 3, 1, 1).expand(1, 3, 4, 4)
    plain = Augmentation((1, 1), 0, 0, 0, 0, 0, hue=1 / 3)
    turned = augment(frames, 4, plain, seeded(), flip=torch.tensor([False]))
    assert (turned[0, :, 2, 2] * 255).round().int().tolist() == list(expected)


def test_hues_are_drawn_from_the_whole_circle_about_the_grey_axis():
    frames = torch.tensor([160, 100, 90]).byte().reshape(1, 3, 1, 1).expand(200, 3, 4, 4)
    turned = augment(frames, 4, Augmentation((1, 1), 0, 0, 0, 0, 0, hue=0.5), seeded())[..., 0, 0]
    torch.testing.assert_close(turned.sum(1) * 255, torch.full((200,), 350.0), rtol=0, atol=0.5)
    hues = {round(colorsys.rgb_to_hsv(*pixel)[0], 1) for pixel in turned.tolist()}
    assert len(hues) >= 10


def test_brightness_scales_and_grey_equals_luma():
    frames = noise(64)
    bright = augment(frames, 32, Augmentation((1, 1), 0, 0, 0.3, 0, 0, 0), seeded())
    ratio = bright.mean((1, 2, 3)) / (frames / 255).mean((1, 2, 3))
    assert 0.69 < ratio.min() < 0.8 and 1.1 < ratio.max() < 1.31
    grey = augment(frames, 32, Augmentation((1, 1), 0, 0, 0, 0, 0, 0, gray=1.0), seeded())
    weights = torch.tensor([0.299, 0.587, 0.114]).reshape(1, 3, 1, 1)
    luma = (frames / 255 * weights).sum(1, keepdim=True).expand(-1, 3, -1, -1)
    torch.testing.assert_close(grey, luma, atol=1e-5, rtol=0)


def test_contrast_keeps_the_mean_luma():
    frames = (noise(16) // 4 + 96).byte()  # far from clipping
    images = augment(frames, 32, Augmentation((1, 1), 0, 0, 0, 0.5, 0, 0), seeded())
    weights = torch.tensor([0.299, 0.587, 0.114])
    before, after = ((x.mean((2, 3)) @ weights) for x in (frames / 255, images))
    torch.testing.assert_close(after, before, atol=1e-4, rtol=0)
    assert (images.std((2, 3)) / (frames / 255).std((2, 3))).std() > 0.1


def test_blur_agrees_with_opencv_and_leaves_the_others_alone():
    """Deviations of 0.1 to 2 pixels of 224, here of 96."""
    size = 96
    plain = noise(size=size) / 255
    settings = Augmentation((1, 1), 0, 0, 0, 0, 0, 0, blur=1.0)
    blurred = augment(noise(size=size), size, settings, seeded())
    errors = []
    for sigma in np.linspace(0.1, 2.0, 191) * size / 224:
        reference = cv2.GaussianBlur(
            plain[0].permute(1, 2, 0).numpy(), (9, 9), sigma, borderType=cv2.BORDER_REFLECT_101
        )
        errors.append(np.abs(blurred[0].permute(1, 2, 0).numpy() - reference).max())
    assert min(errors) < 0.01
    assert not torch.allclose(blurred, plain, atol=0.05)


@pytest.mark.parametrize("size", [24, 64, 100])
def test_opencv_and_torch_make_the_same_images(monkeypatch, size):
    """Smooth ones: OpenCV interpolates between 32 places within a pixel, and rounds twice."""
    rough = torch.randint(256, (32, 3, 9, 9), generator=seeded(2)).float()
    frames = torch.nn.functional.interpolate(rough, (96, 70), mode="bicubic").clamp(0, 255).byte()
    ours = augment(frames, size, STRONG, seeded(5))
    monkeypatch.setattr("embodied_ssl.augment.varied", variations._with_torch)
    other = augment(frames, size, STRONG, seeded(5))
    assert ours.shape == other.shape == (32, 3, size, size)
    assert (ours - other).abs().mean() * 255 < 0.5
    assert (ours - other).abs().max() * 255 < 4


def test_blur_is_as_strong_in_images_of_any_size(monkeypatch):
    seen = {}
    monkeypatch.setattr(
        "embodied_ssl.augment.varied", lambda frames, size, how: seen.update({size: how.sigmas})
    )
    for size in (64, 128):
        augment(noise(200), size, Augmentation(blur=0.5), seeded())
    assert torch.equal(2 * seen[64], seen[128])
    assert 0.9 * 2 / 224 < seen[64].max() / 64 <= 2 / 224
    assert 0.35 < (seen[64] == 0).float().mean() < 0.65
