"""Faults of URDF files and meshes, each with a part of what must be said of it."""

from urdfs import BOX, brick, cube, inertial, joint, link, mesh, robot, shapes

GOOD = link("base", inertial(), shapes())
OBJ = brick(mesh("a.obj"))
BOMB = "<!DOCTYPE b [<!ENTITY a0 'ha'>" + "".join(
    f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)
)

URDFS = {
    "not xml": ("<robot", "is no XML"),
    "empty": ("", "is no XML"),
    "binary": ("\0\1\2", "is no XML"),
    "another root": ("<html/>", "is no URDF"),
    "entity bomb": (BOMB + "]><robot>&a11;</robot>", "is no XML"),
    "no links": (robot(), "no <link>"),
    "very long names": (robot(link("x" * 100_000, inertial("nan"), shapes())), "mass"),
    "too many links": (robot(*(link(f"l{n}") for n in range(20_000))), "20000 links"),
    "two roots": (robot(GOOD, link("other")), "2 links without a parent"),
    "a circle": (
        robot(GOOD, link("a"), link("b"), joint("a", "b"), joint("b", "a")),
        "circle of joints",
    ),
    "only a circle": (robot(link("a"), link("b"), joint("a", "b"), joint("b", "a")), "no link"),
    "itself": (robot(GOOD, link("a"), joint("a", "a")), "circle"),
    "two parents": (
        robot(GOOD, link("a"), joint("base", "a"), joint("base", "a")),
        "child of two joints",
    ),
    "no such link": (robot(GOOD, joint("base", "gone")), "no child of the name 'gone'"),
    "same name": (robot(GOOD, GOOD), "two links"),
    "no name": (robot("<link/>"), "without a name"),
    "joint type": (robot(GOOD, link("a"), joint("base", "a", "floating")), "floating"),
    "no collision": (brick().replace("collision", "ignored"), "no <collision>"),
    "a long chain": (
        robot(
            *(link(f"l{n}", inertial(), shapes()) for n in range(199)),
            *(joint(f"l{n}", f"l{n + 1}", "continuous") for n in range(198)),
        ),
        "198 joints that move: at most 127",
    ),
    "weighs nothing": (robot(link("base", inertial(0), shapes())), "has no mass"),
    "no value of mass": (robot(link("base", "<inertial/>", shapes())), "mass"),
    "no geometry": (brick(""), "no <geometry>"),
    "unknown geometry": (brick("<cone/>"), "cone"),
    "endless": (brick('<plane normal="0 0 1"/>'), "plane"),
    "box of nan": (brick('<box size="nan 1 1"/>'), "3 finite numbers"),
    "box of two": (brick('<box size=".1 .1"/>'), "3 finite numbers"),
    "box inside out": (brick('<box size="-.1 .1 .1"/>'), "above 0"),
    "sphere of 0": (brick('<sphere radius="0"/>'), "above 0"),
    "cylinder": (brick('<cylinder radius=".1"/>'), "length must be a finite number"),
    "origin of nan": (brick(at="nan 0 0"), "xyz must be 3 finite numbers"),
    "far away": (brick(at="1e30 0 0"), "further away"),
    "colour": (
        brick(look='<material name="m"><color rgba="2 0 0 1"/></material>'),
        "rgba must be from 0 to 1",
    ),
    "texture on a box": (
        brick(look='<material name="m"><texture filename="a.png"/></material>'),
        "a texture needs a mesh",
    ),
    "mesh scale 0": (brick(mesh("a.obj", "1 0 1")), "scale of a mesh must not be 0"),
    "mesh scale nan": (brick(mesh("a.obj", "nan nan nan")), "scale must be"),
    "no mesh": (brick(mesh("gone.obj")), "'gone.obj' is not there"),
    "a folder for a mesh": (brick(mesh("..")), "is not there"),
    "a device for a mesh": (brick(mesh("/dev/zero")), "is not there"),
    "long mesh name": (brick(mesh("x" * 5000 + ".obj")), "is not there"),
    "mesh format": (brick(mesh("model.urdf")), "none of the formats"),
    "in metres, not millimetres": (brick('<box size="50 50 50"/>'), "50 m long"),
    "of two millimetres": (brick('<box size=".002 .002 .002"/>'), "give --scale"),
    "seen larger": (
        robot(link("base", inertial(), shapes(BOX, '<box size=".4 .6 1"/>'))),
        "<visual> is over",
    ),
    "seen elsewhere": (
        brick().replace('<visual><origin xyz="0 0 0"/>', '<visual><origin xyz="9 0 0"/>'),
        "elsewhere",
    ),
    "seen too large": (
        robot(link("base", inertial(), shapes(BOX, '<box size="40 60 100"/>'))),
        "of another size",
    ),
}  # fmt: skip
for value in ("nan", "inf", "-1", "heavy", "1e99"):
    text = robot(link("base", inertial(value), shapes()))
    URDFS[f"mass {value}"] = (text, "mass")
    text = robot(link("base", inertial(0.1, f'<inertia ixx="{value}"/>'), shapes()))
    URDFS[f"inertia {value}"] = (text, "inertia")

MESHES = {
    "an index out of range": (cube(faces=["f 1 2 99"]), "index that is not there: 99"),
    "an index of 0": (cube(faces=["f 0 1 2"]), "index that is not there: 0"),
    "a relative index": (cube(faces=["f -1 -2 -9"]), "index that is not there: -9"),
    "a texture index": (cube(faces=["f 1/7 2/7 3/7"]), "index that is not there: 7"),
    "a word": (cube(faces=["f one two three"]), "corner that is none"),
    "two corners": (cube(faces=["f 1 2"]), "fewer than three corners"),
    "no triangles": (cube(faces=["# none"]), "no triangles"),
    "no vertices": ("f 1 2 3", "no vertices"),
    "an empty mesh": ("", "no vertices"),
    "a vertex of nan": (cube().replace("v 0.05", "v nan"), "not finite"),
    "a vertex of two numbers": ("v 1 2\nv 1 2\nv 2 2\nf 1 2 3", "a.obj"),
    "no area": (cube(faces=["f 1 1 1", "f 2 2 3"]), "no triangle with an area"),
    "one triangle": (cube(faces=["f 1 2 3"]), "flat"),
    "a binary mesh": (bytes(range(256)) * 9, "a.obj"),
    "millimetres": (cube(50), "give --scale, such as --scale 0.001"),
    "a material file": (cube(head="mtllib gone.mtl"), "'gone.mtl' is not there"),
    "a material": (cube(head="mtllib a.mtl\nusemtl b"), "no material 'b'"),
    "a texture": (cube(head="mtllib b.mtl\nusemtl b", uv=True), "texture 'gone.png' is not there"),
    "no image": (cube(head="mtllib c.mtl\nusemtl c", uv=True), "'a.mtl' is no image"),
    "no place in the texture": (cube(head="mtllib d.mtl\nusemtl d"), "a place in it"),
    "huge": (cube(head="mtllib e.mtl\nusemtl e", uv=True), "9000 x 9000 pixels"),
}
