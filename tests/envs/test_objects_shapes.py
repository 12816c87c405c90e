"""The shapes of the objects: visual meshes, collision primitives, sizes."""

import numpy as np
import pytest
import trimesh

from embodied_ssl_envs.objects import everyday, household, open_objects
from embodied_ssl_envs.objects.collision_primitives import CollisionPrimitive, rod, standing, wall
from embodied_ssl_envs.objects.mesh_primitives import lathe, sphere, torus, tube
from embodied_ssl_envs.objects.model import materials
from embodied_ssl_envs.objects.sources import SOURCES
from embodied_ssl_envs.simulation import Simulation

OPENING = 0.08  # metres between the open fingers
# Wider than the hand: some are for pushing, others are held by an edge or a handle.
ROLLING = {"ball", "apple", "egg", "lemon", "carrot"}
WIDE = {"bowl", "glass", "pan", "plate", "book", "donut", "star", "hammer"}


@pytest.mark.parametrize(("source", "kinds"), [(household, 29), (everyday, 43)])
def test_every_kind_is_described_and_built(source, kinds):
    described = source.described_kinds()
    (name,) = [name for name, cls in SOURCES.items() if cls.__module__ == source.__name__]
    assert set(open_objects([name]).kinds) == set(source.BUILDERS) == set(described)
    assert len(described) == kinds
    for kind, entry in described.items():
        assert {*entry["materials"], *entry.get("trims", [])} <= set(materials()), kind


def test_visual_meshes_are_light_and_whole(models):
    for model in models:
        vertices, normals, uvs = model.solid.corners
        assert len(vertices) == 3 * model.solid.triangles
        assert 12 <= model.solid.triangles <= 600, model.name
        assert np.isfinite(vertices).all() and np.isfinite(uvs).all()
        assert np.linalg.norm(normals, axis=1) == pytest.approx(1.0, abs=1e-4), model.name
        assert uvs.min() >= 0 and uvs.max() <= 1, model.name
    assert np.median([model.solid.triangles for model in models]) < 250


def test_blobs_are_light_too():
    blobs = open_objects(["blobs"])
    for name in blobs.names("test", 40):
        model = blobs.load(name)
        assert model.solid.triangles <= 500
        assert min(model.extents[:2]) < OPENING - 0.005 and max(model.extents) < 0.14


def test_collision_primitives_are_few_and_fill_the_visual_mesh(models):
    for model in models:
        collisions = model.solid.collisions
        assert 1 <= len(collisions) <= 26, model.name
        touched = trimesh.util.concatenate([each.mesh() for each in collisions]).bounds
        seen = np.concatenate([visual.triangles.reshape(-1, 3) for visual in model.solid.visuals])
        # What is touched lies where it is seen, give or take a stalk or a cord.
        assert np.abs(touched[0] - seen.min(axis=0)).max() < 0.012, model.name
        assert np.abs(touched[1] - seen.max(axis=0)).max() < 0.022, model.name


def test_the_volume_of_a_primitive_is_that_of_its_mesh():
    for collision in (
        standing((0.02, 0.03, 0.04)),
        rod((0, 0, 0), (0.1, 0, 0), 0.01),
        rod((0, 0, 0), (0, 0.1, 0), 0.01, "cylinder"),
        CollisionPrimitive("sphere", (0.03, 0, 0)),
    ):
        assert collision.volume == pytest.approx(collision.mesh().volume, rel=0.05)


def contains(mesh, point):
    """Whether a point lies in a convex mesh: behind all its faces."""
    return ((mesh.triangles_center - point) * mesh.face_normals).sum(axis=1).min() >= 0


def test_a_wall_leaves_room_inside():
    boards = wall(0.04, 0.004, 0.0, 0.1)
    inside = np.array([[0.03, 0, 0.05], [0, -0.03, 0.05], [0, 0, 0.05]])
    on_the_wall = np.array([[0.04, 0, 0.05], [0, 0.04, 0.05]])
    meshes = [board.mesh() for board in boards]
    assert not any(contains(mesh, point) for mesh in meshes for point in inside)
    assert all(any(contains(mesh, point) for mesh in meshes) for point in on_the_wall)


@pytest.mark.parametrize(
    "visual, volume",
    [
        (sphere(0.03), 4 / 3 * np.pi * 0.03**3),
        (torus(0.04, 0.01), 2 * np.pi**2 * 0.04 * 0.01**2),
        (tube(np.linspace((0, 0, 0), (0.1, 0, 0), 4), 0.01, sides=12), np.pi * 0.01**2 * 0.1),
        (lathe([(0, 0), (0.02, 0), (0.02, 0.05), (0, 0.05)]), np.pi * 0.02**2 * 0.05),
    ],
    ids=["sphere", "torus", "tube", "lathe"],
)
def test_closed_meshes_enclose_their_volume_from_outside(visual, volume):
    a, b, c = np.moveaxis(visual.triangles, 1, 0)
    enclosed = np.einsum("ij,ij->", a, np.cross(b, c)) / 6  # negative if inside out
    assert enclosed == pytest.approx(volume, rel=0.12)


def test_sizes_suit_the_hand(models):
    for model in models:
        assert min(model.extents) >= 0.009 and max(model.extents) <= 0.28, model.name
        if model.kind not in WIDE:
            assert min(model.extents[:2]) < OPENING - 0.003, model.name


def test_upright_objects_stay_upright(models):
    simulation = Simulation()
    for model in models[: len(models) // 6]:
        simulation.reset()
        client = simulation.client
        client.createMultiBody(0, client.createCollisionShape(client.GEOM_PLANE))
        body = model.spawn(client, (0, 0, model.extents[2] / 2 + 0.001))
        simulation.step(240)
        position, orientation = client.getBasePositionAndOrientation(body)
        up = client.getMatrixFromQuaternion(orientation)[8]
        if model.kind not in ROLLING:
            assert up > 0.95, model.name
        assert abs(position[2] - model.extents[2] / 2) < 0.02, model.name
    simulation.close()
