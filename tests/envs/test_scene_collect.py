"""``collect --env rooms`` with a scene of one's own, as a user meets it."""

import hashlib

import pytest
from datasets import load_dataset
from urdfs import brick, cube, mesh

from embodied_ssl import cli
from embodied_ssl.data import Dataset
from embodied_ssl.worlds.rooms import Rooms

GOOD = "bodies: [{urdf: crate.urdf}]"


@pytest.fixture
def collect(capfd):
    """Call ``collect --env rooms ...`` in this process: (status, errors)."""

    def call(*args):
        words = ["collect", "--env", "rooms", *(str(arg) for arg in args)]
        status = cli.run(lambda: cli._dispatch(words))
        return status, capfd.readouterr().err

    return call


@pytest.fixture
def small(tmp_path):
    """Options of a dataset of three shards."""
    return ("--out", tmp_path / "data", "--episodes", 17, "--frames", 4, "--image-size", 32)


def digests(folder):
    """Of everything but the settings, which name the scene by its path."""
    files = [f for f in sorted(folder.rglob("*")) if f.is_file() and f.name != "settings.yaml"]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def rows(folder):
    return Dataset.open(folder).table(["instance", "kind", "action", "pose"]).to_pylist()


def test_any_number_of_workers_writes_the_same_bytes(collect, scene, small, tmp_path):
    for name in ("kitchen", "attic"):
        scene(f"homes/{name}").room().box("table", (1, 0.6, 0.7), (1, 1, 0)).save()
    homes = tmp_path / "homes"
    assert collect(*small, "--scene", homes)[0] == 0
    before = digests(tmp_path / "data")
    assert {(row["instance"], row["kind"]) for row in rows(tmp_path / "data")} == {
        ("scene/kitchen", "kitchen"),
        ("scene/attic", "attic"),
    }
    (tmp_path / "data" / "data" / "00001.parquet").unlink()
    assert collect(*small, "--scene", homes)[0] == 0
    assert digests(tmp_path / "data") == before
    moved = homes.rename(tmp_path / "houses")
    other = ("--out", tmp_path / "two", *small[2:], "--scene", moved, "--workers", 2)
    assert collect(*other)[0] == 0
    assert digests(tmp_path / "two") == before


def test_another_scene_and_an_edited_one_are_refused(collect, scene, small, tmp_path):
    first, second = (scene(name).room().save() for name in ("first", "second"))
    assert collect(*small, "--scene", first)[0] == 0
    before = digests(tmp_path / "data")
    for other in (("--scene", second), ()):
        status, errors = collect(*small, *other)
        assert status == cli.USAGE_ERROR and "choose another --out" in errors
    scene("first").room().box("crate", (0.5, 0.5, 0.5), (1, 0, 0)).save()
    status, errors = collect(*small, "--scene", first)
    assert status == cli.USAGE_ERROR and "collected with scene first" in errors
    assert digests(tmp_path / "data") == before


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("bodies: {", "line 1"),
        ("", "mapping"),
        ("kind: kitchen", "at least one body"),
        ("bodys: []", "did you mean bodies"),
        ("bodies: [{urfd: crate.urdf}]", "did you mean urdf"),
        ("bodies: [{position: [0, 0, 0]}]", "body 1 must name its urdf"),
        ("bodies: [{urdf: chair.urdf}]", "chair.urdf"),
        ("bodies: [{urdf: roots.urdf}]", "roots.urdf has 2 links without a parent"),
        ("bodies: [{urdf: mesh.urdf}]", "index that is not there: 99"),
        ("bodies:" + "\n- {urdf: crate.urdf}" * 20_000, "more than 2000 bodies"),
        ("bodies: " + "[" * 5000, "nested too deeply"),
        ("bodies: [{urdf: broken.urdf}]", "broken.urdf is no XML"),
        ("bodies: [{urdf: crate.urdf, position: [1, 2]}]", "body 1: position must have 3 numbers"),
        ("bodies: [{urdf: crate.urdf, position: [1, 2, .inf]}]", "finite"),
        ("bodies: [{urdf: crate.urdf, position: here}]", "finite"),
        ("bodies: [{urdf: crate.urdf, position: [80, 0, 0]}]", "crate.urdf reaches further"),
        ("bodies: [{urdf: crate.urdf, orientation: [0, 90]}]", "3 or 4 numbers"),
        ("bodies: [{urdf: crate.urdf, orientation: [0, 0, 0, 0]}]", "quaternion"),
        ("bodies: [{urdf: crate.urdf, scale: 0}]", "scale must be above 0"),
        (f"{GOOD}\nkind: 7", "kind must be a name"),
        (f"{GOOD}\nstarts: [0, 0]", "start 1 must be a mapping"),
        (f"{GOOD}\nstarts: [{{position: [0, 0, 0]}}]", "start 1: position must have 2 numbers"),
        (
            f"{GOOD}\nstarts: [{{position: [1, 1]}}, {{position: [0.4, 0]}}]",
            "start 2 at [0.4, 0.0]",
        ),
        (f"{GOOD}\nstarts: [{{position: [5, 0]}}]", "is outside the scene"),
        ("bodies: [{urdf: slab.urdf}]\nstarts: [{position: [2.4, 0]}]", "is outside the scene"),
        ("bodies: [{urdf: slab.urdf}, {urdf: lid.urdf}]", "leaves no room"),
    ],
)
def test_a_mistake_in_a_scene_is_one_line(collect, scene, small, tmp_path, text, said):
    writer = scene().box("crate", (0.5, 0.5, 0.5), (0, 0, 0))
    writer.box("slab", (5, 5, 0.02), (0, 0, 0)).box("lid", (5, 5, 1), (0, 0, 0))
    writer.body("broken", "<robot", (0, 0, 0))
    writer.body("roots", "<robot><link name='a'/><link name='b'/></robot>", (0, 0, 0))
    writer.body("mesh", brick(mesh("mesh.obj")), (0, 0, 0))
    (tmp_path / "flat" / "mesh.obj").write_text(cube(faces=["f 1 2 99"]))
    (tmp_path / "flat" / "scene.yaml").write_text(text)
    status, errors = collect(*small, "--scene", tmp_path / "flat")
    assert status == cli.USAGE_ERROR
    assert errors.startswith("error: ") and errors.count("\n") == 1
    assert said in errors
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--scene nowhere", "no folder of a scene at nowhere"),
        ("--scene .", "holds no scene.yaml"),
        ("--scene flat --kinds kitchen", "leave out kinds"),
        ("--scene flat --objects blobs", "leave out --objects"),
        ("--scene flat --out flat/data", "outside flat, whose files"),
        ("--kinds kitchen,ofice", "did you mean office"),
        ("--episodes 0", "--episodes"),
        ("--frames -1", "--frames"),
        ("--frames 1", "--frames must be from 2 to 32,768, not 1"),
        ("--frames 99999", "--frames must be from 2 to 32,768, not 99999"),
        ("--odometry-noise nan", "--odometry-noise must be from 0 to 10, not nan"),
        ("--odometry-noise -0.1", "--odometry-noise must be from 0 to 10"),
        ("--env turntable --tilt", "unknown option '--episodes'"),
        ("--orbit", "unknown option '--orbit'"),
        ("--env tabletop --episodes 5", "unknown option '--episodes'"),
    ],
)
def test_a_mistake_in_the_command_is_one_line(
    collect, scene, small, tmp_path, monkeypatch, options, said
):
    if "flat" in options:
        scene().room().save()
    monkeypatch.chdir(tmp_path)
    status, errors = collect(*small, *options.split())
    assert status == cli.USAGE_ERROR
    assert errors.startswith("error: ") and errors.count("\n") == 1
    assert said in errors
    assert not (tmp_path / "data").exists()


def test_kinds_tilt_and_noise_can_be_asked_for(collect, small, tmp_path):
    options = ("--kinds", "living room, bathroom", "--tilt", "--odometry-noise", 0.1)
    assert collect(*small, *options)[0] == 0
    found = rows(tmp_path / "data")
    assert {row["kind"] for row in found} == {"living room", "bathroom"}
    assert all(len(row["action"]) == 3 for row in found)
    assert len({round(row["action"][2], 3) for row in found}) > 5
    looks = load_dataset("parquet", data_files=str(tmp_path / "data/data/*.parquet"), split="train")
    assert len(looks) == 17 * 4
    settings = Dataset.open(tmp_path / "data").manifest.settings
    assert settings["kinds"] == ["living room", "bathroom"] and settings["tilt"] is True
    assert collect(*small, *options)[0] == 0
    assert collect(*small)[0] == cli.USAGE_ERROR


def test_kinds_are_listed_with_commas_or_one_by_one():
    several = Rooms.Config(kinds=("living room,office", "kitchen"))
    assert several.kinds == ("living room", "office", "kitchen")
