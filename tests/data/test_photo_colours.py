"""The pixels of photos: 16 bits, every mode, and colour profiles."""

import cv2
import numpy as np
import pytest
from PIL import Image, ImageCms

from embodied_ssl.data.photos import read_photo
from embodied_ssl.errors import UserError


@pytest.mark.parametrize("ending", [".png", ".tif"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_are_scaled_and_not_clipped(ending, channels, tmp_path):
    levels = np.array([0, 256, 0x8000, 0xFFFF], np.uint16).repeat(8)
    deep = np.tile(levels[None, :, None], (32, 1, channels))
    if channels == 4:
        deep[..., 3] = 0xFFFF
    cv2.imwrite(str(tmp_path / f"a{ending}"), deep)
    row = read_photo(tmp_path / f"a{ending}", 32)[16, [4, 12, 20, 28]]
    np.testing.assert_allclose(row, np.tile([[0], [1], [128], [255]], 3), atol=1)


def test_grey_of_sixteen_bits_may_have_a_transparent_value(tmp_path):
    deep = np.full((32, 32), 0x4000, np.uint16)
    deep[:, 16:] = 0x1234
    Image.fromarray(deep).save(tmp_path / "a.png", transparency=0x1234)
    assert read_photo(tmp_path / "a.png", 8)[4, [1, -2]].tolist() == [[64] * 3, [255] * 3]


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "YCbCr", "LAB", "RGBX", "I;16B"])
def test_every_kind_of_pixels_is_read(mode, tmp_path):
    if mode == "I;16B":
        image = Image.fromarray(np.full((32, 32), 0xFFFF, ">u2"))
    elif mode == "LAB":
        srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        white = Image.new("RGB", (32, 32), "white")
        image = ImageCms.profileToProfile(white, srgb, lab, outputMode="LAB")
    else:
        image = Image.new("RGB", (32, 32), "white").convert(mode)
    image.save(tmp_path / "a.tif")
    assert read_photo(tmp_path / "a.tif", 8).min() >= 254


@pytest.mark.parametrize("mode", ["I", "F"])
def test_pixels_of_32_bits_are_named(mode, tmp_path):
    Image.new(mode, (32, 32)).save(tmp_path / "a.tif")
    with pytest.raises(UserError, match=r"a\.tif has pixels of 32 bits"):
        read_photo(tmp_path / "a.tif", 8)


def gamma_profile():
    """Of the colours of sRGB with another curve, as an editor could embed it."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for tag in (b"rTRC", b"gTRC", b"bTRC"):
        at = data.index(tag, 128) + 4
        start = int.from_bytes(data[at : at + 4], "big")
        data[start : start + 14] = b"curv\0\0\0\0\0\0\0\1\1\0"  # a gamma of 1: linear light
        data[at + 4 : at + 8] = (14).to_bytes(4, "big")
    name = data.index("sRGB".encode("utf-16-be"))
    data[name : name + 8] = "mine".encode("utf-16-be")
    return bytes(data)


@pytest.mark.parametrize("ending", [".jpg", ".png", ".tif", ".webp"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_colour_profiles_are_obeyed(ending, mode, tmp_path):
    image = Image.new("RGB", (32, 32), (55, 55, 55))
    image = image.quantize(2) if mode == "P" else image.convert(mode)
    if (mode, ending) in (("RGBA", ".jpg"), ("P", ".jpg"), ("P", ".webp")):
        image = image.convert("RGB")
    image.save(
        tmp_path / f"a{ending}",
        icc_profile=gamma_profile(),
        **({"lossless": True} if ending == ".webp" else {}),
    )
    # Linear light of 55 / 255 = .2157 is .5015 in sRGB.
    assert np.abs(read_photo(tmp_path / f"a{ending}", 8).astype(int) - 128).max() <= 2


@pytest.mark.parametrize("profile", [b"", b"\xff" * 200, gamma_profile()[:300]])
def test_a_damaged_profile_says_nothing(profile, tmp_path):
    Image.new("RGB", (32, 32), (55, 55, 55)).save(tmp_path / "a.png", icc_profile=profile)
    assert (read_photo(tmp_path / "a.png", 8) == 55).all()
