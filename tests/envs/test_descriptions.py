"""Words of the simulator: colours by their names, and how objects lie to each other."""

import gymnasium
import numpy as np
import pytest

from embodied_ssl.collecting.playing import play_episode
from embodied_ssl.worlds import WORLDS
from embodied_ssl_envs.descriptions import relation
from embodied_ssl_envs.objects.colors import TERMS, color_name
from embodied_ssl_envs.objects.household import build

TABLETOP = "embodied_ssl_envs:embodied_ssl/Tabletop-v0"


@pytest.mark.parametrize(
    ("color", "name"),
    [
        *((rgb, term) for term, examples in TERMS.items() for rgb in examples),
        ((201, 24, 74), "red"),
        ((138, 201, 38), "green"),
        ((29, 53, 87), "blue"),
        ((188, 108, 37), "orange"),
        ((226, 190, 60), "yellow"),
        ((190, 194, 200), "gray"),
    ],
)
def test_colours_have_their_everyday_names(color, name):
    assert color_name(np.array([color])) == name


def test_the_commonest_colour_counts():
    red, blue = (200, 30, 40), (40, 90, 180)
    assert color_name(np.array([red, blue, blue])) == "blue"  # no purple between the two
    model = build("household/mug/00000")
    assert model.color == color_name(model.texture[:96:6, ::6].reshape(-1, 3)) in TERMS


@pytest.mark.parametrize(
    ("place", "told"),
    [
        ((10, 10), ("left of", "bowl")),
        ((50, 14), ("right of", "bowl")),
        ((32, 40), ("in front of", "bowl")),
        ((31, 90), ("in front of", "box")),
        ((33, 70), ("behind", "box")),  # above it in the image
    ],
)
def test_the_nearest_object_is_named_with_its_side(place, told):
    others = {"bowl": np.array([30.0, 12.0]), "box": np.array([31.0, 80.0])}
    assert relation(np.array(place, float), others) == told
    assert relation(np.array(place, float), {}) == ("", None)


def test_only_what_is_in_the_crop_is_named():
    env = gymnasium.make(TABLETOP, image_size=48, descriptions=True).unwrapped
    try:
        env.reset(seed=1, options={"episode": 3})
        world = env.world
        poses = world.poses()
        assert len(poses) > 1
        body = next(iter(poses))
        pixel = world.scene.overhead.project(poses[body][0][None])[0]
        away = {key: place for key, (place, _) in poses.items() if key != body}
        for width in (0.02, 1.0):
            crop = world.crop(pixel, width)
            places = {key: crop.project(place[None])[0] for key, place in away.items()}
            inside = [key for key, p in places.items() if (p >= 0).all() and (p < 48).all()]
            seen = [world.objects[key].kind for key in inside]
            said = world.labels(body, crop)["description"]
            assert bool(said["relation"]) == bool(seen)
            assert said["neighbor"] in (seen or [""])
        assert world.labels(body)["description"]["relation"] == ""
    finally:
        env.close()


SMALL = {"tabletop": {"interactions": 4}, "turntable": {"val_objects": 1, "azimuths": 1}}


@pytest.mark.parametrize("name", SMALL)
def test_descriptions_are_added_and_change_nothing_else(name):
    def played(episode, **options):
        cls = WORLDS.load(name)
        world = cls(cls.Config(**SMALL[name], **options))
        env = world.open_env(48)
        try:
            return world, play_episode(env, 0, episode)
        finally:
            env.close()

    world, plain = played(1)
    described_world, described = played(1, descriptions=True)
    assert "descriptions" not in world.env_settings()
    assert described_world.columns.keys() - world.columns.keys() == {"description"}
    names = {f"description.{part}" for part in described_world.columns["description"]}
    assert names <= described_world.meanings.keys()
    assert ("description.neighbor" in names) == (name == "tabletop")
    for before, after in zip(plain, described, strict=True):
        said = after.pop("description", None)
        assert before.keys() == after.keys()
        assert all(np.array_equal(after[c], v) for c, v in before.items() if c != "object")
        if name == "tabletop" and not before["object"]:
            assert said is None
            continue
        assert said["color"] in TERMS
        if name == "tabletop":
            assert bool(said["relation"]) == bool(said["neighbor"])
            assert said["material"] == before["object"]["material"]
            assert not (before["interaction"] == "look" and said["relation"])
    if name == "tabletop":
        assert any(row["interaction"] != "look" for row in plain)
