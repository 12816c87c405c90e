"""Films of a replay: what they show, and that nobody who looks on changes anything."""

import cv2
import numpy as np
import pytest
from PIL import Image

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.replaying import film as films
from embodied_ssl.replaying import watching
from embodied_ssl.replaying.film import Animation, Mp4, enlarged, film_for


def pictures_of(path):
    """Of an .mp4 (N, H, W, 3), and how many there are a second."""
    film, found = cv2.VideoCapture(str(path)), []
    while (read := film.read())[0]:
        found.append(read[1])
    return np.array(found), film.get(cv2.CAP_PROP_FPS)


@pytest.fixture(autouse=True)
def small_pictures(monkeypatch):
    monkeypatch.setattr(watching, "SIZE", 96)


def test_a_film_shows_all_of_a_drive(command, stored, tmp_path):
    film = tmp_path / "new" / "film.mp4"
    status, output, errors = command("replay", stored("rooms"), "--episode", 1, "--video", film)
    assert status == 0 and f"wrote {film}" in output, errors
    assert "every byte is as it is stored" in output
    pictures, rate = pictures_of(film)
    assert rate == 24 and pictures.shape == (4 * 24 // 10, 96, 192, 3)
    above = pictures[:, :, 96:].astype(int)
    red = (above[..., 2] > 150) & (above[..., :2].max(axis=-1) < 110)
    assert red.any(axis=(1, 2)).all()  # the base


def test_a_film_shows_the_arm_at_work(command, stored, tmp_path):
    film = tmp_path / "film.mp4"
    status, output, errors = command("replay", stored("tabletop"), "--episode", 3, "--video", film)
    assert status == 0 and "every byte is as it is stored" in output, errors
    pictures, rate = pictures_of(film)
    assert rate == 24 and pictures.shape[1:] == (96, 96, 3) and len(pictures) > 24
    moved = np.abs(pictures.astype(int) - pictures[0]).max(axis=(1, 2, 3))
    assert moved[len(pictures) // 3] > 60


def test_a_world_without_an_onlooker_shows_the_images_of_its_rows(command, stored, tmp_path):
    film = tmp_path / "film.mp4"
    assert command("replay", stored("turntable"), "--episode", 1, "--video", film)[0] == 0
    pictures, rate = pictures_of(film)
    assert pictures.shape == (3, 256, 256, 3) and rate == 4
    cache = Dataset.open(stored("turntable")).cache()
    for picture, image in zip(pictures, cache.frames[3:], strict=True):
        small = picture[..., ::-1].reshape(32, 8, 32, 8, 3).mean(axis=(1, 3))
        assert np.abs(small - image).mean() < 10


@pytest.mark.parametrize("name", ["film.webp", "film.GIF"])
def test_a_film_may_be_a_picture_that_moves(command, counted, tmp_path, name):
    assert command("replay", counted, "--episode", 1, "--video", tmp_path / name)[0] == 0
    with Image.open(tmp_path / name) as picture:
        assert picture.size == (240, 240) and picture.format == name[-4:].upper().lstrip(".")
    with film_for(tmp_path / name, 4) as film:
        for shade in (0, 90, 180):
            film.add(np.full((16, 16, 3), shade, np.uint8))
        (tmp_path / name).write_bytes(film.data())
    with Image.open(tmp_path / name) as picture:
        assert picture.n_frames == 3
        picture.seek(1)
        picture.load()
        assert picture.info["duration"] == 250


def test_a_difference_leaves_the_film(command, counted, tmp_path):
    from edits import edit_row

    edit_row(counted, "00000.parquet", 1, "number", lambda v: v + 5)
    film = tmp_path / "film.gif"
    assert command("replay", counted, "--episode", 1, "--video", film)[0] == 2
    assert film.stat().st_size


@pytest.mark.parametrize(
    ("side", "now"), [(16, 240), (33, 264), (128, 256), (301, 602), (400, 400)]
)
def test_small_and_odd_pictures_are_enlarged(side, now):
    picture = np.random.default_rng(0).integers(0, 255, (side, side, 3), np.uint8)
    larger = enlarged(picture)
    assert larger.shape == (now, now, 3)
    np.testing.assert_array_equal(larger[:: now // side, :: now // side], picture)


def test_an_opencv_without_mpeg_4_is_one_line(monkeypatch):
    class Closed:
        def __init__(self, *args):
            pass

        def isOpened(self):
            return False

    monkeypatch.setattr(films.cv2, "VideoWriter", Closed)
    monkeypatch.setattr(Closed, "fourcc", staticmethod(lambda *code: 0), raising=False)
    with Mp4(24) as film, pytest.raises(UserError, match=r"OpenCV writes no \.mp4 here"):
        film.add(np.zeros((4, 4, 3), np.uint8))


def test_a_picture_that_moves_takes_settings():
    with Animation(25, format="webp", quality=1) as rough, Animation(25, format="webp") as usual:
        for shade in range(3):
            noise = np.random.default_rng(shade).integers(0, 255, (32, 32, 3), np.uint8)
            rough.add(noise)
            usual.add(noise)
        assert len(rough.data()) < len(usual.data())
