"""Views that show one shape in other materials and colours."""

import cv2
import numpy as np
import pytest

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.turntable.env import TurntableEnv

SETTINGS = {"image_size": 64, "val_objects": 1, "test_objects": 0, "train_objects": 1,
            "azimuths": 2, "objects": ("household",), "masks": True}  # fmt: skip


def views(actions, **others):
    env = TurntableEnv(**SETTINGS | others)
    try:
        env.reset(seed=3, options={"episode": 1})
        return [env.step(action)[4]["record"] for action in actions]
    finally:
        env.close()


def mean_colour(record):
    return record["image"][record["image_mask"] > 0].mean(0)


def test_the_shape_stays_and_the_colours_change():
    plain, painted = views(range(6)), views(range(6), retexture=True)
    for before, after in zip(plain, painted, strict=True):
        assert np.array_equal(before["image_mask"], after["image_mask"])
        assert np.array_equal(before["image"][before["image_mask"] == 0],
                              after["image"][after["image_mask"] == 0])  # fmt: skip
    changed = [np.abs(mean_colour(a) - mean_colour(b)).max() > 8
               for a, b in zip(plain, painted, strict=True)]  # fmt: skip
    assert sum(changed) >= 4
    hues = [cv2.cvtColor(np.float32([[mean_colour(r) / 255]]), cv2.COLOR_RGB2HSV)[0, 0, 0]
            for r in painted]  # fmt: skip
    assert np.std(hues) > 10


def test_a_view_is_the_same_whenever_it_is_taken():
    forwards = views(range(6), retexture=True)
    backwards = views(range(5, -1, -1), retexture=True)[::-1]
    assert all(
        np.array_equal(a["image"], b["image"]) for a, b in zip(forwards, backwards, strict=True)
    )


@pytest.mark.parametrize("others", [{"descriptions": True}, {"objects": ("folder:there",)}])
def test_what_cannot_be_painted_is_one_line(others):
    with pytest.raises(WorldError, match="retexture is for objects made here"):
        views([0], retexture=True, **others)
