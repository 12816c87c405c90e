"""What the household objects are made of: textures, masses, stiffness."""

import dataclasses

import numpy as np

from embodied_ssl_envs.objects.model import MASSES, materials
from embodied_ssl_envs.objects.textures import APPEARANCES, draw_texture
from embodied_ssl_envs.simulation import Simulation


def test_every_material_has_an_appearance():
    assert set(APPEARANCES) == set(materials())


def test_masses_lie_within_what_the_arm_lifts(models):
    masses = [model.mass for model in models]
    assert min(masses) >= MASSES[0] and max(masses) <= MASSES[1]
    clamped = np.mean([mass in MASSES for mass in masses])
    assert clamped < 0.2  # mass tells something about nearly every object


def test_textures_tell_the_material():
    """A nearest neighbour on local contrast, blind to colour, tells smooth from rough."""
    rng = np.random.default_rng(0)

    def roughness(material):
        grey = [draw_texture(rng, material, ())[:96].mean(axis=2) for _ in range(12)]
        return np.median([np.abs(np.diff(g, axis=0)).mean() / g.mean() for g in grey])

    assert roughness("foam") > 3 * roughness("glass")
    assert roughness("rubber") > 2 * roughness("wax")


def test_colour_alone_does_not_tell_objects_apart():
    """Objects share palettes: an object with nearly the same base colour has another texture."""
    rng = np.random.default_rng(0)
    textures = np.array([draw_texture(rng, "paper", ())[:96] for _ in range(300)], float)
    colors = np.median(textures.reshape(300, -1, 3), axis=1)
    distances = np.linalg.norm(colors[:, None] - colors, axis=-1)
    np.fill_diagonal(distances, np.inf)
    nearest = distances.argmin(axis=1)
    assert np.median(distances.min(axis=1)) < 16  # 20 if every object had colours of its own
    assert np.median(np.abs(textures - textures[nearest]).mean(axis=(1, 2, 3))) > 30


def press(simulation, model, force=5.0):
    """Metres by which a ball of 8 mm radius sinks under a force, in newtons."""
    simulation.reset()
    client = simulation.client
    client.createMultiBody(0, client.createCollisionShape(client.GEOM_PLANE))
    model.spawn(client, (0, 0, model.extents[2] / 2))
    simulation.step(120)
    top = client.rayTest((0, 0, 1), (0, 0, -1))[0][3][2]
    ball = client.createMultiBody(
        0.05, client.createCollisionShape(client.GEOM_SPHERE, radius=0.008), -1, (0, 0, top + 0.008)
    )
    for _ in range(240):
        place, _ = client.getBasePositionAndOrientation(ball)
        client.applyExternalForce(ball, -1, (0, 0, -force), place, client.WORLD_FRAME)
        simulation.step()
    return top + 0.008 - client.getBasePositionAndOrientation(ball)[0][2]


def test_soft_materials_give_way_and_hard_ones_do_not(household):
    simulation = Simulation()
    block = household.load("household/sponge/00000")
    sunk = {
        name: press(simulation, dataclasses.replace(block, material=materials()[name]))
        for name in ("foam", "rubber", "plastic", "wood", "metal")
    }
    simulation.close()
    assert sunk["foam"] > 0.004 and sunk["rubber"] > 0.002
    assert sunk["wood"] < 0.0006 and sunk["metal"] < 0.0003
    assert list(sunk.values()) == sorted(sunk.values(), reverse=True)
