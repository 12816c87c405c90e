"""Bodies of several links: masses, friction, rest and grasp."""

import numpy as np
import pytest
from urdfs import brick, inertial, joint, link, robot, shapes, write

from embodied_ssl_envs.objects import open_objects
from embodied_ssl_envs.simulation import TIME_STEP, Simulation
from embodied_ssl_envs.tabletop.env import TabletopEnv
from embodied_ssl_envs.tabletop.grasp import GRASP_ANGLES, closing_direction
from embodied_ssl_envs.urdf.loading import bounding_box, links_of

CUBE = '<box size=".05 .05 .05"/>'
SLIDE = '<axis xyz="1 0 0"/><limit lower="0" upper=".02" effort="1" velocity="1"/>'
SWING = '<axis xyz="0 0 1"/><limit lower="-1" upper="1" effort="1" velocity="1"/>'
BODIES = {
    "a box on an empty base": robot(
        link("base"), link("box", inertial(0.1), shapes(CUBE)), joint("base", "box", at="0 0 .025")
    ),
    "two halves": robot(
        link("base", inertial(0.04), shapes('<box size=".05 .05 .02"/>')),
        link("top", inertial(0.06), shapes('<box size=".05 .05 .03"/>')),
        joint("base", "top", at="0 0 .025", more=""),
    ),
    "three fixed in a row": robot(
        link("a"), link("b"), link("c", inertial(0.1), shapes(CUBE)),
        joint("a", "b", at=".3 0 0"), joint("b", "c", at="0 .2 0"),
    ),
    "a drawer": robot(
        link("case", inertial(0.07), shapes('<box size=".06 .04 .05"/>')),
        link("drawer", inertial(0.03), shapes('<box size=".05 .03 .02"/>')),
        link("knob", shapes('<box size=".01 .01 .01"/>')),
        joint("case", "drawer", "prismatic", ".015 0 .04", SLIDE), joint("drawer", "knob"),
    ),
    "a hinge": robot(
        link("base", inertial(0.05), shapes(CUBE)),
        link("leaf", inertial(0.05), shapes('<box size=".05 .05 .01"/>')),
        joint("base", "leaf", "revolute", "0 0 .035", SWING),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    root = tmp_path_factory.mktemp("links")
    for number, text in enumerate(BODIES.values()):
        write(root, text, f"body/{number}")
    objects = open_objects([f"folder:{root}"])
    return {case: objects.load(f"folder/body/{k}") for k, case in enumerate(BODIES)}


@pytest.fixture
def simulation():
    world = Simulation()
    client = world.client
    client.createMultiBody(0, client.createCollisionShape(client.GEOM_PLANE))
    yield world
    world.close()


@pytest.mark.parametrize("case", BODIES)
def test_the_sum_of_the_masses_is_that_of_the_file(models, simulation, case):
    model, client = models[case], simulation.client
    body = model.spawn(client, (0, 0, 0.2))
    links = [client.getDynamicsInfo(body, link) for link in links_of(client, body)]
    assert model.mass == pytest.approx(0.1, abs=0.0011)
    assert sum(info[0] for info in links) == pytest.approx(model.mass)
    assert {info[1] for info in links} == {model.material.friction}
    assert all(np.isfinite(info[2]).all() and min(info[2]) > 0 for info in links)
    assert len(links) == (2 if case in ("a drawer", "a hinge") else 1)


@pytest.mark.parametrize("case", BODIES)
def test_it_comes_to_rest_on_the_floor(models, simulation, case):
    model, client = models[case], simulation.client
    body = model.spawn(client, (0.1, 0.2, model.extents[2] / 2 + 0.01))
    box = bounding_box(client, body)
    assert box.mean(axis=0)[:2] == pytest.approx((0.1, 0.2), abs=0.005)
    simulation.step(round(2 / TIME_STEP))
    speed, spin = client.getBaseVelocity(body)
    assert np.linalg.norm(speed) < 0.01 and np.linalg.norm(spin) < 0.1
    assert bounding_box(client, body)[0, 2] == pytest.approx(0, abs=0.004)


def test_the_turn_of_a_fixed_joint_is_kept(tmp_path, simulation):
    turned = joint("base", "bar").replace('xyz="0 0 0"/>', 'xyz="0 0 0" rpy="0 1.5707963 0"/>')
    text = robot(link("base"), link("bar", inertial(), shapes('<box size=".02 .03 .1"/>')), turned)
    write(tmp_path, text)
    model = open_objects([f"folder:{tmp_path}"]).load("folder/brick/0")
    assert model.extents == pytest.approx((0.1, 0.03, 0.02), abs=0.004)


def test_no_mass_at_all_is_that_of_bullet_and_one_link_is_what_it_was(tmp_path):
    write(tmp_path, robot(link("base", shapes())), "brick/none")
    write(tmp_path, brick(), "brick/some")
    objects = open_objects([f"folder:{tmp_path}"])
    assert objects.load("folder/brick/none").mass == 0.8  # 1 kg, and no object is heavier
    assert objects.load("folder/brick/some").shares == (1.0,)


def test_many_shapes_and_many_joints_are_loaded(tmp_path):
    chain = [link(f"l{n}", inertial(0.001), shapes(CUBE)) for n in range(128)]
    chain += [joint(f"l{n}", f"l{n + 1}", "continuous", "0 0 .001") for n in range(127)]
    write(tmp_path, robot(*chain), "body/chain")
    write(tmp_path, robot(link("base", inertial(), shapes() * 300)), "body/shapes")
    objects = open_objects([f"folder:{tmp_path}"])
    assert len(objects.load("folder/body/chain").shares) == 128
    assert objects.load("folder/body/shapes").mass == pytest.approx(0.1)


class Placed:
    """An object set of one model, which always falls upright at the same place."""

    kinds = ("body",)

    def __init__(self, model):
        self.model, self.name = model, model.name
        self.source, self.kind, self.mass = model.source, model.kind, model.mass
        self.extents, self.material = model.extents, model.material

    def sample(self, rng, split):
        return self.name

    def load(self, name):
        return self

    def spawn(self, client, position, orientation=(0, 0, 0, 1), scale=1.0, fixed=False):
        return self.model.spawn(client, (0.5, 0.0, self.extents[2] / 2 + 0.002))


@pytest.mark.parametrize("case", BODIES)
def test_it_can_be_grasped(models, case):
    env = TabletopEnv(image_size=64, max_objects=1)
    env.objects = Placed(models[case])
    env.reset(seed=3)
    (body,) = env.world.objects
    middle = bounding_box(env.simulation.client, body).mean(axis=0)
    point = env.world.scene.overhead.project(middle) / 64
    across = np.pi / 2  # the longer side of every body is along x
    off = [abs(np.sin(closing_direction(env.world, a) - across)) for a in range(GRASP_ANGLES)]
    action = {"interaction": 0, "point": np.float32(point), "angle": int(np.argmin(off))}
    *_, info = env.step(action)
    env.close()
    assert info["record"]["success"]
    assert info["record"]["object"]["mass"] == pytest.approx(0.1, abs=0.0011)
