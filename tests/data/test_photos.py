"""Photos as cameras and programs write them: read as a viewer shows them, or named."""

import io
import os

import numpy as np
import pytest
from PIL import Image

from embodied_ssl.data import photos
from embodied_ssl.data.photos import PHOTOS, read_photo
from embodied_ssl.errors import UserError

T = Image.Transpose
STORED = {  # how the pixels of an upright photo are stored for each orientation of EXIF
    1: None,
    2: T.FLIP_LEFT_RIGHT,
    3: T.ROTATE_180,
    4: T.FLIP_TOP_BOTTOM,
    5: T.TRANSPOSE,
    6: T.ROTATE_90,
    7: T.TRANSVERSE,
    8: T.ROTATE_270,
}
BEST = {
    ".jpg": {"quality": 100, "subsampling": 0},
    ".avif": {"quality": 100, "subsampling": "4:4:4"},
    ".webp": {"lossless": True},
}


@pytest.fixture
def corners():
    """Wider than high, another colour in each corner of the middle square."""
    image = np.zeros((60, 80, 3), np.uint8)
    image[:30, :40], image[:30, 40:] = (255, 0, 0), (0, 255, 0)
    image[30:, :40], image[30:, 40:] = (0, 0, 255), (255, 255, 0)
    return Image.fromarray(image)


def seen(path, size=8):
    """The colours of the four corners."""
    image = read_photo(path, size).astype(int)
    return np.stack([image[y, x] for y in (1, -2) for x in (1, -2)])


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("ending", [".jpg", ".png", ".tif", ".webp", ".avif"])
@pytest.mark.parametrize("orientation", STORED)
def test_a_photo_is_upright(corners, tmp_path, orientation, ending, large, monkeypatch):
    if large:
        monkeypatch.setattr(photos, "MANY_PIXELS", 100)
    exif = Image.Exif()
    exif[0x0112] = orientation
    turn = STORED[orientation]
    stored = corners if turn is None else corners.transpose(turn)
    stored.save(tmp_path / f"a{ending}", exif=exif, **BEST.get(ending, {}))
    corners.save(tmp_path / "b.png")
    assert np.abs(seen(tmp_path / f"a{ending}") - seen(tmp_path / "b.png")).max() < 12


def test_damaged_exif_leaves_the_pixels(corners, tmp_path):
    corners.save(tmp_path / "a.jpg", exif=b"Exif\0\0II*\0" + b"\xff" * 40, **BEST[".jpg"])
    with photos.quiet_pillow():
        assert np.abs(seen(tmp_path / "a.jpg")[0] - (255, 0, 0)).max() < 12


def transparent(mode):
    """Red on the left; on the right transparent, with blue hidden under it."""
    image = Image.new("RGBA", (32, 32), (255, 0, 0, 255))
    image.paste((0, 0, 255, 0), (16, 0, 32, 32))
    if mode == "P":  # a palette with a transparent entry
        palette = Image.new("P", (32, 32), 0)
        palette.putpalette([255, 0, 0, 0, 0, 255])
        palette.paste(1, (16, 0, 32, 32))
        palette.info["transparency"] = 1
        return palette
    if mode == "RGB":  # a colour that is transparent
        image = image.convert("RGB")
        image.info["transparency"] = (0, 0, 255)
    return image.convert("LA") if mode == "LA" else image


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize(
    ("mode", "ending"),
    [("RGBA", ".png"), ("LA", ".png"), ("P", ".png"), ("RGB", ".png"), ("P", ".gif")]
    + [("RGBA", ".webp"), ("RGBA", ".tif"), ("RGBA", ".avif")],
)
def test_what_is_transparent_is_white(mode, ending, large, tmp_path, monkeypatch):
    if large:
        monkeypatch.setattr(photos, "MANY_PIXELS", 100)
    image, more = transparent(mode), BEST.get(ending, {})
    if "transparency" in image.info:
        more = more | {"transparency": image.info["transparency"]}
    image.save(tmp_path / f"a{ending}", **more)
    left, right = read_photo(tmp_path / f"a{ending}", 8).astype(int)[4, [1, -2]]
    assert np.abs(right - 255).max() <= 4
    assert np.abs(left - ((76, 76, 76) if mode == "LA" else (255, 0, 0))).max() <= 6


@pytest.mark.parametrize("progressive", [False, True])
@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
def test_jpegs_of_all_sorts(mode, progressive, tmp_path):
    image = Image.new("RGB", (64, 64), (200, 60, 60)).convert(mode)
    image.save(tmp_path / "a.jpg", quality=100, progressive=progressive)
    expected = (102, 102, 102) if mode == "L" else (200, 60, 60)
    assert np.abs(read_photo(tmp_path / "a.jpg", 8).astype(int) - expected).max() <= 4


@pytest.mark.parametrize("ending", [".gif", ".png", ".webp", ".tif", ".mpo", ".jpg", ".avif"])
def test_of_several_images_the_first_is_read(ending, tmp_path):
    first, second = (Image.new("RGB", (32, 32), name) for name in ("red", "blue"))
    kind = {"format": "MPO"} if ending in (".mpo", ".jpg") else {}
    first.save(tmp_path / f"a{ending}", save_all=True, append_images=[second], **kind)
    assert np.abs(read_photo(tmp_path / f"a{ending}", 8).astype(int) - (255, 0, 0)).max() <= 6


def test_a_jpeg_that_pillow_calls_a_bomb_is_read(tmp_path, monkeypatch):
    Image.new("RGB", (400, 400), "red").save(tmp_path / "a.jpg", quality=100)
    Image.new("RGB", (400, 400), "red").save(tmp_path / "a.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    assert np.abs(read_photo(tmp_path / "a.jpg", 16).astype(int) - (255, 0, 0)).max() <= 4
    with pytest.raises(UserError, match=r"a\.png has too many pixels"):
        read_photo(tmp_path / "a.png", 16)


@pytest.mark.parametrize("kind", [{"format": "PNG"}, {"format": "JPEG", "progressive": True}])
def test_what_takes_too_much_memory_is_named(kind, tmp_path, monkeypatch):
    Image.new("RGB", (1000, 1000)).save(tmp_path / "a.jpg", **kind)
    monkeypatch.setattr(photos, "MOST_MEGABYTES", 1)
    with pytest.raises(UserError, match=r"1 megapixels, which take \d MB"):
        read_photo(tmp_path / "a.jpg", 16)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("ending", PHOTOS)
def test_what_is_no_image_is_named(ending, tmp_path):
    whole = io.BytesIO()
    Image.effect_noise((64, 64), 90).convert("RGB").save(whole, "PNG")
    for content in (b"", b"hello", b"%!PS-Adobe-3.0 EPSF\n", whole.getvalue()[:-700]):
        (tmp_path / f"a{ending}").write_bytes(content)
        with pytest.raises(UserError, match=r"is no image"):
            read_photo(tmp_path / f"a{ending}", 8)
    (tmp_path / f"a{ending}").unlink()
    os.mkdir(tmp_path / f"a{ending}")
    with pytest.raises(UserError, match=r"is no image"):
        read_photo(tmp_path / f"a{ending}", 8)


def test_a_photo_of_a_phone_with_another_ending_is_named(tmp_path):
    (tmp_path / "a.jpg").write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    with pytest.raises(UserError, match="it is HEIC: save it as JPEG"):
        read_photo(tmp_path / "a.jpg", 8)
