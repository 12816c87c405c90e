"""Objects of a mesh without a URDF, and meshes of many triangles drawn with few."""

import shutil
from pathlib import Path

import numpy as np
import pytest
import trimesh
from PIL import Image

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects import open_objects
from embodied_ssl_envs.simulation import Light, Simulation
from embodied_ssl_envs.urdf import verdicts
from embodied_ssl_envs.urdf.mesh_files import Piece
from embodied_ssl_envs.urdf.mesh_objects import DECOMPOSE, DENSITY
from embodied_ssl_envs.urdf.simplifying import MOST_TRIANGLES, simplified

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


def sphere_piece(image=None, color=None):
    sphere = trimesh.creation.icosphere(5, 0.05)
    x, y, z = sphere.vertices.T / 0.05
    uvs = np.stack([np.arctan2(y, x) / (2 * np.pi) % 1, np.arccos(-z) / np.pi], axis=-1)
    return Piece(sphere.vertices, sphere.faces, None, uvs, color, image)


def test_few_triangles_keep_shape_and_colours():
    """A ball, red above and blue below; also where its texture has a seam."""
    pixels = np.zeros((64, 64, 3), np.uint8)
    pixels[:32, :, 0], pixels[32:, :, 2] = 250, 250
    (piece,) = simplified([sphere_piece(Image.fromarray(pixels))])
    assert len(piece.faces) <= MOST_TRIANGLES
    radii = np.linalg.norm(piece.vertices, axis=1)
    assert radii.min() > 0.047 and radii.max() < 0.0515
    assert trimesh.Trimesh(piece.vertices, piece.faces).merge_vertices() is None
    texture = np.asarray(piece.image, float)
    corners, places = piece.vertices[piece.faces], piece.uvs[piece.faces]
    middle, at = corners.mean(axis=1), places.mean(axis=1)
    side = len(texture)
    seen = texture[((1 - at[:, 1]) * side).astype(int), (at[:, 0] * side).astype(int)]
    clear = np.abs(middle[:, 2]) > 0.004
    assert ((seen[:, 0] > seen[:, 2]) == (middle[:, 2] > 0))[clear].all()
    outward = (piece.normals * piece.vertices).sum(1) / radii
    assert np.quantile(outward, 0.005) > 0.95 and outward.min() > 0.7  # but for slivers


@pytest.mark.parametrize(
    "material",
    ['<texture filename="green.png"/>', '<color rgba="0 .8 0 1"/>'],
    ids=["texture", "colour"],
)
def test_what_a_urdf_says_of_a_large_mesh_is_painted(tmp_path, material):
    """Its texture has its places in the mesh; its colour wins over the two of the mesh."""
    folder = tmp_path / "things" / "ball" / "one"
    folder.mkdir(parents=True)
    Image.new("RGB", (8, 8), (0, 200, 0)).save(folder / "green.png")
    (folder / "ball.mtl").write_text("newmtl a\nKd 1 0 0\nnewmtl b\nKd 0 0 1\n")
    sphere, own = sphere_piece(), "color" in material
    lines = ["mtllib ball.mtl"] if own else []
    lines += ["v {:.6f} {:.6f} {:.6f}".format(*vertex) for vertex in sphere.vertices]
    lines += ["vt {:.6f} {:.6f}".format(*uv) for uv in sphere.uvs]
    corners = ["f " + " ".join(f"{i}/{i}" for i in face) for face in sphere.faces + 1]
    half = len(corners) // 2
    for name, part in (("a", corners[:half]), ("b", corners[half:])):
        lines += [f"usemtl {name}"] * own + part
    (folder / "ball.obj").write_text("\n".join(lines) + "\n")
    shape = '<geometry><mesh filename="ball.obj"/></geometry>'
    (folder / "model.urdf").write_text(
        f'<robot name="ball"><link name="base"><visual>{shape}<material name="m">{material}'
        f"</material></visual><collision>{shape}</collision></link></robot>"
    )
    model = open_objects([f"folder:{tmp_path / 'things'}"]).load("folder/ball/one")
    simulation = Simulation()
    model.spawn(simulation.client, (0, 0, 0.05), fixed=True)
    for x in (0.3, -0.3):
        camera = Camera((x, 0, 0.2), (0, 0, 0.05), fov=10, size=32)
        seen = simulation.render(camera, Light((0.6, 0.3, 1.5))).rgb[12:20, 12:20].astype(int)
        assert (seen[..., 1] > 2 * seen[..., 0]).all() and (seen[..., 1] > 2 * seen[..., 2]).all()
    simulation.close()


def test_one_colour_needs_no_texture_and_few_triangles_stay():
    (piece,) = simplified([sphere_piece(color=(0.2, 0.4, 0.6, 1.0))])
    assert piece.image is None and piece.color == (0.2, 0.4, 0.6, 1.0)
    small = Piece(np.eye(3), np.array([[0, 1, 2]]))
    assert simplified([small]) == [small]


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
