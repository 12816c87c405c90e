"""Objects of a mesh without a URDF."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import trimesh

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.frames import Light
from embodied_ssl_envs.objects import open_objects
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.urdf import verdicts
from embodied_ssl_envs.urdf.mesh_objects import DECOMPOSE, DENSITY

SCANS = Path(__file__).parents[2] / "../shared/objects/ocrtoc"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBODIED_SSL_CACHE", str(tmp_path / "cache"))


def ring(side=0.08, hole=0.05):
    """A square ring, 2 cm high, which is not convex."""
    outer = trimesh.creation.box((side, side, 0.02))
    boxes = [
        trimesh.creation.box(
            ((side - hole) / 2, side, 0.02),
            trimesh.transformations.translation_matrix((s * (side + hole) / 4, 0, 0)),
        )
        for s in (-1, 1)
    ]
    boxes += [
        trimesh.creation.box(
            (hole, (side - hole) / 2, 0.02),
            trimesh.transformations.translation_matrix((0, s * (side + hole) / 4, 0)),
        )
        for s in (-1, 1)
    ]
    assert outer.volume > sum(box.volume for box in boxes)
    return trimesh.util.concatenate(boxes)


def put(root, name, mesh, suffix):
    folder = root / name
    folder.mkdir(parents=True)
    mesh.export(folder / f"model.{suffix}")
    return folder / f"model.{suffix}"


@pytest.mark.parametrize("suffix", ["obj", "glb", "dae"])
def test_a_mesh_is_an_object_with_a_hole_a_weight_and_a_size(tmp_path, suffix):
    turned = trimesh.transformations.rotation_matrix(-np.pi / 2, (1, 0, 0))
    mesh = ring()
    lying = mesh.copy().apply_transform(turned) if suffix in ("glb", "dae") else mesh  # y is up
    put(tmp_path / "things", "frame/one", lying, suffix)
    objects = open_objects([f"folder:{tmp_path / 'things'}"])
    model = objects.load("folder/frame/one")
    assert model.extents == pytest.approx((0.08, 0.08, 0.02), abs=0.01)
    assert model.mass == pytest.approx(DENSITY * mesh.volume, rel=0.25)
    simulation = Simulation()
    client = simulation.client
    body = model.spawn(client, (0, 0, 0.01), fixed=True)
    for x, touched in ((0.0, -1), (0.0325, body)):  # through the hole, and on the rim
        assert client.rayTest((x, 0, 0.5), (x, 0, -0.5))[0][0] == touched
    simulation.close()


def test_millimetres_are_scaled_and_the_weight_with_them(tmp_path):
    mesh = ring()
    put(tmp_path / "things", "frame/one", mesh.copy().apply_scale(1000), "stl")
    with pytest.raises(WorldError, match=r"model\.stl is 8\d\.?\d? m long.*--scale 0\.001"):
        open_objects([f"folder:{tmp_path / 'things'}"])
    model = open_objects([f"folder:{tmp_path / 'things'}"], scale=0.001).load("folder/frame/one")
    assert max(model.extents) == pytest.approx(0.08, abs=0.01)
    assert model.mass == pytest.approx(DENSITY * mesh.volume, rel=0.25)


def test_pieces_are_found_once_wherever_the_folder_is(tmp_path, monkeypatch):
    put(tmp_path / "things", "frame/one", ring(), "obj")
    first = open_objects([f"folder:{tmp_path / 'things'}"])
    (tmp_path / "things").rename(tmp_path / "moved")

    def find(sandbox, task, *others):
        assert task != DECOMPOSE, "found again"
        return looked(sandbox, task, *others)

    looked = verdicts._try
    monkeypatch.setattr(verdicts, "_try", find)
    assert open_objects([f"folder:{tmp_path / 'moved'}"]).recorded == first.recorded


@pytest.mark.parametrize(
    ("contents", "said"),
    [
        (b"this is no mesh", r"model\.obj: .*(no triangles|has no vertices)"),
        (b"v 0 0 0\nv .1 0 0\nv 0 .1 0\nf 1 2 3\n", r"model\.obj: it is flat: it has no volume"),
    ],
)
def test_what_is_no_mesh_is_one_line_and_can_be_left_out(tmp_path, contents, said):
    bad = put(tmp_path / "things", "frame/bad", ring(), "obj")
    bad.write_bytes(contents)
    put(tmp_path / "things", "frame/good", ring(), "obj")
    with pytest.raises(WorldError, match=said) as error:
        open_objects([f"folder:{tmp_path / 'things'}"])
    assert "\n" not in str(error.value)
    with pytest.warns(UserWarning, match="left out"):
        objects = open_objects([f"folder:{tmp_path / 'things'}"], skip_broken=True)
    assert objects.load("folder/frame/good").mass > 0
    with pytest.raises(WorldError):
        objects.load("folder/frame/bad")


def test_two_meshes_are_not_one_object(tmp_path):
    put(tmp_path / "things", "frame/one", ring(), "obj")
    shutil.copy(tmp_path / "things/frame/one/model.obj", tmp_path / "things/frame/one/b.obj")
    with pytest.raises(WorldError, match=r"several meshes and no URDF.*b\.obj, model\.obj"):
        open_objects([f"folder:{tmp_path / 'things'}"])


@pytest.mark.skipif(not SCANS.is_dir(), reason="the scans are not here")
def test_a_scan_without_its_urdf_looks_as_with_it(tmp_path):
    scan = SCANS / "cup" / "blue_cup"
    for name in ("with", "without"):
        shutil.copytree(scan, tmp_path / "cups" / "cup" / name)
    without = tmp_path / "cups" / "cup" / "without"
    (without / "model.urdf").unlink()
    objects, images = open_objects([f"folder:{tmp_path / 'cups'}"]), []
    simulation = Simulation()
    for name in ("with", "without"):
        simulation.reset()
        model = objects.load(f"folder/cup/{name}")
        model.spawn(simulation.client, (0, 0, model.extents[2] / 2), fixed=True)
        camera = Camera((0.2, 0.1, 0.2), (0, 0, 0.04), fov=40, size=64)
        images.append(simulation.render(camera, Light((0.6, 0.3, 1.5))).rgb.astype(float))
    simulation.close()
    assert np.abs(images[0] - images[1]).mean() < 12
