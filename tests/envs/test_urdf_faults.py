"""Whatever is wrong with a user's URDF or mesh is one line that names the file and the fault."""

import math
import os

import pytest
import trimesh
from PIL import Image
from urdf_faults import MESHES, OBJ, URDFS
from urdfs import brick, cube, mesh, picture, write

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects import open_objects
from embodied_ssl_envs.objects.urdf_model import urdf_model
from embodied_ssl_envs.urdf import check_urdfs, sandbox


def fault(root, **options) -> str:
    """The one line about the objects of a folder."""
    with pytest.raises(WorldError) as error:
        open_objects([f"folder:{root}"], **options)
    assert "\n" not in str(error.value)
    return str(error.value)


@pytest.fixture(scope="module")
def lines(tmp_path_factory):
    """What is said of each case, all of them checked by one process."""
    root, files = tmp_path_factory.mktemp("faults"), {}
    for number, (case, (text, _)) in enumerate(URDFS.items()):
        files[case] = write(root, text, f"urdf/{number}")
    beside = {"a.mtl": "newmtl a\nKd 1 0 0"}
    for name, texture in (("b", "gone.png"), ("c", "a.mtl"), ("d", "x.png"), ("e", "huge.png")):
        beside[f"{name}.mtl"] = f"newmtl {name}\nmap_Kd {texture}"
    for number, (case, (text, _)) in enumerate(MESHES.items()):
        files[case] = write(root, OBJ, f"mesh/{number}", {"a.obj": text, **beside})
    picture(files["no place in the texture"].with_name("x.png"), (255, 0, 0))
    Image.new("1", (9000, 9000)).save(files["huge"].with_name("huge.png"))
    checks = check_urdfs([str(file) for file in files.values()], movable=True)
    said = {}
    for (case, file), checked in zip(files.items(), checks, strict=True):
        with pytest.raises(WorldError) as error:
            urdf_model("folder/brick/0", checked, 1.0)
        said[case] = str(error.value).removeprefix(f"{file} ")
        assert said[case] != str(error.value), "the file is not named"
    return said


@pytest.mark.parametrize("case", [*URDFS, *MESHES])
def test_what_is_wrong_is_said(lines, case):
    _, said = (URDFS | MESHES)[case]
    assert said in lines[case] and "\n" not in lines[case] and len(lines[case]) < 300


def test_a_file_that_nobody_may_read_is_named(tmp_path):
    file = write(tmp_path, brick())
    file.unlink()
    file.symlink_to(file)  # a loop
    assert "model.urdf cannot be read" in fault(tmp_path)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (("os:abort",), "ends Bullet (SIGABRT)"),
        (("builtins:bytearray", 2**40), "needs more than 4 GB"),
        (("math:sqrt", -1), "cannot be used: ValueError"),
        (("ctypes:string_at", 1), "ends Bullet (SIGSEGV)"),
    ],
)
def test_the_sandbox_says_what_happened_and_starts_again(call, said):
    with sandbox.Sandbox() as box:
        with pytest.raises(WorldError) as error:
            box.call(*call)
        assert said in str(error.value)
        assert box.call("math:sqrt", 4) == 2


def test_work_without_end_is_ended():
    with sandbox.Sandbox() as box:
        with pytest.raises(WorldError, match="more than 1 s"):
            box.call("builtins:eval", "sum(iter(int, 1))", seconds=1)
        assert box.call("math:factorial", 4) == 24


def test_what_is_broken_is_left_out_only_on_request(tmp_path):
    for number, case in enumerate(("two roots", "no collision", "in metres, not millimetres")):
        write(tmp_path, URDFS[case][0], f"brick/bad{number}")
    write(tmp_path, OBJ, "brick/worse", {"a.obj": cube(faces=["f 1 2 99"])})
    for number in range(4):
        write(tmp_path, brick(), f"brick/{number}")
    with pytest.warns(UserWarning, match="left out: ") as warned:
        objects = open_objects([f"folder:{tmp_path}"], skip_broken=True)
    assert len(warned) == 4
    found = [name for split in ("train", "val", "test") for name in objects.names(split, 99)]
    assert sorted(found) == [f"folder/brick/{number}" for number in range(4)]


def test_objects_in_millimetres_are_scaled(tmp_path):
    write(tmp_path, OBJ, files={"a.obj": cube(50)})
    objects = open_objects([f"folder:{tmp_path}"], scale=0.001)
    model = objects.load("folder/brick/0")
    assert model.extents == pytest.approx([0.05] * 3, abs=0.005)
    assert model.mass == pytest.approx(0.1)
    for scale in (0, -1, math.nan, math.inf, 1e9):
        assert "scale must be from" in fault(tmp_path, scale=scale)


def test_the_verdict_is_remembered(tmp_path, monkeypatch):
    write(tmp_path, brick())
    open_objects([f"folder:{tmp_path}"])
    monkeypatch.setattr(sandbox, "MODULE", "nothing.that.is.there")
    open_objects([f"folder:{tmp_path}"])
    write(tmp_path, brick(f'<box size=".05 .05 {0.05 + os.getpid() % 1000 * 1e-5}"/>'), "brick/1")
    assert "checks files ended" in fault(tmp_path)


def test_what_chance_had_a_part_in_is_not_remembered(tmp_path, monkeypatch):
    file = str(write(tmp_path, brick(f'<box size=".05 .05 {0.06 + os.getpid() % 1000 * 1e-5}"/>')))
    with monkeypatch.context() as changed:
        changed.setattr("embodied_ssl_envs.urdf.checked.OBJECT", "os:no_such_function")
        (checked,) = check_urdfs([file], movable=True)
        assert checked.fault.startswith("cannot be used")
    (checked,) = check_urdfs([file], movable=True)
    assert not checked.fault


@pytest.mark.parametrize("suffix", ["stl", "dae", "glb", "ply", "off"])
def test_other_formats_of_meshes_are_read(tmp_path, suffix):
    block = trimesh.creation.box((0.04, 0.06, 0.1))
    if suffix in ("dae", "glb"):  # their y axis is up
        block = trimesh.creation.box((0.04, 0.1, 0.06))
    folder = tmp_path / "brick" / "0"
    folder.mkdir(parents=True)
    block.export(folder / f"a.{suffix}")
    (folder / "model.urdf").write_text(brick(mesh(f"a.{suffix}")))
    model = open_objects([f"folder:{tmp_path}"]).load("folder/brick/0")
    assert model.extents == pytest.approx((0.04, 0.06, 0.1), abs=0.008)


def test_a_process_that_ended_before_it_was_asked_is_told(monkeypatch):
    monkeypatch.setattr(sandbox, "MODULE", "nothing.that.is.there")
    with sandbox.Sandbox() as box:
        box._process = sandbox._start()
        box._process.wait()
        with pytest.raises(sandbox.Killed, match="ended with status 1"):
            box.call("os:getpid")
