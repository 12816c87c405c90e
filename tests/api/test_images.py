"""An image is the same whatever a program has it as."""

import numpy as np
import pytest
import torch
from PIL import Image

from embodied_ssl.api.images import is_one, listed, square
from embodied_ssl.errors import UserError

RGB = np.random.default_rng(0).integers(0, 256, (20, 30, 3), np.uint8)
TENSOR = torch.from_numpy(RGB).permute(2, 0, 1)


def test_every_form_gives_the_same_pixels(tmp_path):
    path = tmp_path / "image.png"
    Image.fromarray(RGB).save(path)
    forms = [
        RGB, RGB.astype(np.float32) / 255, RGB / 255, TENSOR, TENSOR.float() / 255,
        TENSOR.double().requires_grad_() / 255, Image.fromarray(RGB), path, str(path),
    ]  # fmt: skip
    expected = RGB[:, 5:25]
    for form in forms:
        assert is_one(form)
        np.testing.assert_array_equal(square(form, 20), expected)


def test_grey_images_have_three_equal_channels():
    grey = RGB[:20, :20, 0]
    forms = (grey, grey[..., None], torch.from_numpy(grey), torch.from_numpy(grey)[None],
             Image.fromarray(grey))  # fmt: skip
    for form in forms:
        np.testing.assert_array_equal(square(form, 20), np.stack([grey] * 3, axis=2))


def test_a_batch_is_taken_apart():
    assert not is_one(RGB[None]) and not is_one([RGB]) and not is_one(iter([RGB]))
    assert len(listed(np.stack([RGB] * 3))) == len(listed(torch.stack([TENSOR] * 3))) == 3
    assert len(listed(RGB for _ in range(2))) == 2


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (RGB.astype(np.int64), "uint8 or floating, not int64"),
        (RGB.astype(np.float32), "from 0 to 1, but this one has 0 to 255"),
        (np.full((4, 4, 3), np.nan), "from 0 to 1"),
        (-(RGB / 255), "from 0 to 1"),
        (np.zeros((4, 5, 6), np.uint8), r"\(H, W, 3\) or, grey, \(H, W\), .*\(4, 5, 6\)"),
        (np.zeros((0, 5, 3), np.uint8), r"this one is \(0, 5, 3\)"),
        (np.zeros(3, np.uint8), r"this one is \(3,\)"),
        (torch.zeros(5, 4, 3), r"\(3, H, W\) or, grey, \(H, W\), but this one is \(5, 4, 3\)"),
        (3, "of type int"),
        (None, "of type NoneType"),
        ("nowhere.jpg", "nowhere.jpg is no image"),
        (".", "is a folder: give the paths"),
    ],
)  # fmt: skip
def test_what_is_no_image_is_named(image, words):
    with pytest.raises(UserError, match=words):
        square(image, 8)


@pytest.mark.parametrize("images", [3, None, {"a": RGB}, b"bytes"])
def test_what_holds_no_images_is_named(images):
    with pytest.raises(UserError, match="images cannot be of type"):
        listed(images)
