"""Words of the simulator: colours by their names, and how objects lie to each other."""

import numpy as np
import pytest

from embodied_ssl.collecting.playing import play_episode
from embodied_ssl.worlds import WORLDS
from embodied_ssl_envs.descriptions import relations
from embodied_ssl_envs.objects.colors import TERMS, color_name
from embodied_ssl_envs.objects.household import build


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
    assert color_name(np.array(color)) == name


def test_an_object_has_the_colour_of_its_body():
    model = build("household/mug/00000")
    area = model.texture[:96].reshape(-1, 3)
    assert model.color == color_name(np.median(area, axis=0)) in TERMS


def test_the_nearest_object_is_named_with_its_side():
    places = {1: (10, 10), 2: (30, 12), 3: (32, 60), 4: (31, 80)}
    places = {key: np.array(place, float) for key, place in places.items()}
    categories = {1: "mug", 2: "bowl", 3: "pan", 4: "box"}
    assert relations(places, categories) == {
        1: ("left of", "bowl"),
        2: ("right of", "mug"),
        3: ("behind", "box"),  # above it in the image
        4: ("in front of", "pan"),
    }
    assert relations({1: places[1]}, categories) == {1: ("", "")}


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
    assert {"description.color", "description.neighbor"} <= described_world.meanings.keys()
    for before, after in zip(plain, described, strict=True):
        said = after.pop("description", None)
        assert before.keys() == after.keys()
        assert all(np.array_equal(after[c], v) for c, v in before.items() if c != "object")
        if name == "tabletop" and not before["object"]:
            assert said is None
            continue
        assert said["color"] in TERMS
        assert bool(said["relation"]) == bool(said["neighbor"])
        if name == "tabletop":
            assert said["material"] == before["object"]["material"]
            assert not (before["interaction"] == "look" and said["relation"])
    if name == "tabletop":
        assert any(row["interaction"] != "look" for row in plain)
