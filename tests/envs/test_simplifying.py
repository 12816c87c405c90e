"""Meshes of many triangles drawn with few."""

import numpy as np
import pytest
import trimesh
from PIL import Image

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import Light
from embodied_ssl_envs.objects import open_objects
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.urdf.mesh_files import Piece
from embodied_ssl_envs.urdf.simplifying import MOST_TRIANGLES, simplified


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EMBODIED_SSL_CACHE", str(tmp_path / "cache"))


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
