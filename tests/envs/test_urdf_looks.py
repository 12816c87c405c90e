"""The looks of a user's files are kept: colours and textures by material, in every format."""

import numpy as np
import pytest
import trimesh
from PIL import Image
from urdfs import QUADS, brick, cube, mesh, picture, write

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import Light
from embodied_ssl_envs.objects import open_objects
from embodied_ssl_envs.simulation import Simulation

RED, GREEN = (255, 0, 0), (0, 255, 0)
UV = "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"
FACES = ["f {}/1 {}/2 {}/3 {}/4".format(*quad) for quad in QUADS]
HALVES = ["usemtl a", FACES[0], "usemtl b", *FACES[1:]]  # the side at low x, and the others
PAINTED = '<material name="m"><color rgba="0 1 0 1"/></material>'


def urdf(name="a.obj", look="", scale="1 1 1"):
    return brick(mesh("c.obj", scale), visual=mesh(name, scale), look=look)


def sides(root, **options):
    """Colours (3,) of the cube's sides at low and at high x."""
    model = open_objects([f"folder:{root}"], **options).load("folder/brick/0")
    simulation = Simulation()
    model.spawn(simulation.client, (0, 0, 0))
    flat = Light(ambient=1.0, diffuse=0.0, specular=0.0)
    found = [
        simulation.render(Camera((x, 0.001, 0.001), (0, 0, 0), fov=20, size=32), flat).rgb[16, 16]
        for x in (-0.3, 0.3)
    ]
    simulation.close()
    return np.array(found).tolist()


@pytest.mark.parametrize("names", ["a.mtl", "a.mtl b.mtl", "with a space.mtl"])
def test_two_colours_of_a_material_file(tmp_path, names):
    files = {"c.obj": cube(), "a.obj": cube(0.05, f"mtllib {names}\n{UV}", HALVES)}
    one, two = "newmtl a\nKd 1 0 0\n", "newmtl b\nKd 0 1 0\n"
    if names == "a.mtl b.mtl":
        files |= {"a.mtl": one, "b.mtl": two}
    else:
        files[names] = one + two
    write(tmp_path, urdf(), files=files)
    assert sides(tmp_path) == [[*RED], [*GREEN]]


@pytest.mark.parametrize("place", ["r.png", "textures/r.png", "textures\\r.png", "-s 1 1 1 r.png"])
def test_two_textures_of_a_material_file(tmp_path, place):
    mtl = f"newmtl a\nmap_Kd {place}\nnewmtl b\nKd 1 1 1\nmap_Kd g.png\n"
    files = {"c.obj": cube(), "a.obj": cube(0.05, f"mtllib a.mtl\n{UV}", HALVES), "a.mtl": mtl}
    folder = write(tmp_path, urdf(), files=files).parent
    (folder / "textures").mkdir()
    picture(folder / ("textures/r.png" if "textures" in place else "r.png"), RED)
    picture(folder / "g.png", GREEN)
    assert sides(tmp_path) == [[*RED], [*GREEN]]


def test_one_colour_and_what_the_urdf_says_of_it(tmp_path):
    mtl = "newmtl a\nKd 1 0 0\n"
    obj = cube(
        0.05, "mtllib a.mtl", ["usemtl a", *("f {} {} {} {}".format(*quad) for quad in QUADS)]
    )
    for look, color in (("", RED), (PAINTED, GREEN)):
        root = tmp_path / (look and "painted")
        write(root, urdf(look=look), files={"c.obj": cube(), "a.obj": obj, "a.mtl": mtl})
        assert sides(root) == [[*color], [*color]]


def test_a_texture_that_the_urdf_names(tmp_path):
    look = '<material name="m"><texture filename="g.png"/></material>'
    obj = cube(0.05, UV, FACES)
    folder = write(tmp_path, urdf(look=look), files={"c.obj": cube(), "a.obj": obj}).parent
    picture(folder / "g.png", GREEN)
    assert sides(tmp_path) == [[*GREEN], [*GREEN]]


def test_a_mirrored_mesh_is_seen_from_outside(tmp_path):
    files = {"c.obj": cube(), "a.obj": cube(0.05, f"mtllib a.mtl\n{UV}", HALVES)}
    files["a.mtl"] = "newmtl a\nKd 1 0 0\nnewmtl b\nKd 0 1 0\n"
    write(tmp_path, urdf(scale="-1 1 1"), files=files)
    assert sides(tmp_path) == [[*GREEN], [*RED]]


@pytest.mark.parametrize("suffix", ["dae", "glb", "ply"])
def test_other_formats_have_colours(tmp_path, suffix):
    folder = write(tmp_path, urdf(f"a.{suffix}"), files={"c.obj": cube()}).parent
    block = trimesh.creation.box((0.05, 0.05, 0.05)).apply_translation([0.025] * 3)
    if suffix != "ply":  # their y axis is up
        block.apply_transform(trimesh.transformations.rotation_matrix(-np.pi / 2, (1, 0, 0)))
    block.visual.face_colors = (255, 0, 0, 255)
    if suffix == "ply":
        block.visual = trimesh.visual.ColorVisuals(block, vertex_colors=[[255, 0, 0, 255]] * 8)
    elif suffix == "glb":
        material = trimesh.visual.material.PBRMaterial(baseColorFactor=(255, 0, 0, 255))
        block.visual = trimesh.visual.TextureVisuals(material=material)
    block.export(folder / f"a.{suffix}")
    assert sides(tmp_path) == [[*RED], [*RED]]


def test_a_texture_within_a_file_is_drawn(tmp_path):
    folder = write(tmp_path, urdf("a.glb"), files={"c.obj": cube()}).parent
    block = trimesh.creation.box((0.05, 0.05, 0.05)).apply_translation([0.025] * 3)
    block.apply_transform(trimesh.transformations.rotation_matrix(-np.pi / 2, (1, 0, 0)))
    image = Image.new("RGB", (4, 4), GREEN)
    uv = np.full((len(block.vertices), 2), 0.5)
    block.visual = trimesh.visual.TextureVisuals(uv=uv, image=image)
    block.export(folder / "a.glb")
    assert sides(tmp_path) == [[*GREEN], [*GREEN]]


@pytest.mark.parametrize("prefix", ["package://parts/", "model://parts/", "package://elsewhere/"])
def test_meshes_of_a_package_are_found(tmp_path, prefix):
    text = brick(mesh(f"{prefix}meshes/c.obj"))
    file = write(tmp_path, text)
    place = file.parent if "elsewhere" in prefix else tmp_path / "parts"
    (place / "meshes").mkdir(parents=True)
    (place / "meshes" / "c.obj").write_text(cube())
    model = open_objects([f"folder:{tmp_path}"]).load("folder/brick/0")
    assert model.extents == pytest.approx([0.05] * 3, abs=0.008)


@pytest.mark.parametrize("name", ["a b", "größe", "...", "it's", "x" * 200])
def test_names_of_any_letters(tmp_path, name):
    write(tmp_path, brick(mesh("../" + "c &amp; d.obj")), f"brick/{name}")
    (tmp_path / "brick" / "c & d.obj").write_text(cube())
    assert open_objects([f"folder:{tmp_path}"]).load(f"folder/brick/{name}").mass > 0
