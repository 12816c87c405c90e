"""A world from Python is the one that ``collect`` plays in."""

import gymnasium
import numpy as np
import pytest

import embodied_ssl
from embodied_ssl.worlds import WORLDS


def test_make_opens_what_collect_opens():
    env = embodied_ssl.make("tabletop", image_size=32, objects=("blobs",), render_mode="rgb_array")
    env.reset(seed=3)
    picture = env.render()
    twin = gymnasium.make(
        WORLDS.load("tabletop").env_id, image_size=32, objects=("blobs",), render_mode="rgb_array"
    )
    twin.reset(seed=3)
    np.testing.assert_array_equal(picture, twin.render())
    env.close()
    twin.close()


@pytest.mark.parametrize(
    ("world", "options", "words"),
    [
        ("table", {}, "unknown world 'table': did you mean 'tabletop'"),
        ("tabletop", {"object": ("blobs",)}, "did you mean 'objects'"),
        ("tabletop", {"objects": "blobs"}, "objects must be a list"),
        ("tabletop", {"image_size": 1}, "image_size must be"),
    ],
)
def test_wrong_options_are_named(world, options, words):
    with pytest.raises(Exception, match=words):
        embodied_ssl.make(world, **options)
