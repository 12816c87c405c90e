"""``collect`` with a folder of objects, as a user meets it."""

import hashlib
import json
import shutil

import pytest
from urdfs import brick, cube, link, mesh, picture, robot, write

from embodied_ssl import cli
from embodied_ssl_envs.objects import split_of
from embodied_ssl_envs.urdf import checked

OBJ = brick(mesh("c.obj"), visual=mesh("a.obj"))
UV = "vt 0 0\nvt 1 0\nvt 1 1\nvt 0 1\n"


@pytest.fixture
def collect(capfd):
    """Call ``collect --env turntable ...`` in this process: (status, errors)."""

    def call(*args):
        small = ("--image-size", 32, "--azimuths", 1, "--val-objects", 8, "--test-objects", 1)
        small += ("--splits", "hash")
        words = ["collect", "--env", "turntable", *(str(arg) for arg in (*small, *args))]
        return cli.run(lambda: cli._dispatch(words)), capfd.readouterr().err

    return call


@pytest.fixture
def folder(tmp_path):
    """Textured cubes, eight for val and one for test: two shards."""
    root, left = tmp_path / "things", {"val": 8, "test": 1}
    mtl = "newmtl a\nmap_Kd a.png\n"
    for number in range(999):
        split = split_of(f"folder/cube/{number:03d}")
        if left.get(split):
            left[split] -= 1
            a = cube(0.05, f"mtllib a.mtl\nusemtl a\n{UV}", uv=True)
            files = {"c.obj": cube(), "a.obj": a, "a.mtl": mtl}
            picture(write(root, OBJ, f"cube/{number:03d}", files).with_name("a.png"), (255, 0, 0))
    return root


def digests(folder):
    """Of everything but the settings, which name the folder by its path."""
    files = [f for f in sorted(folder.rglob("*")) if f.is_file() and f.name != "settings.yaml"]
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def kill(out):
    """What a run leaves that was killed before its last shard."""
    (out / "data" / "00001.parquet").unlink()


def test_the_same_contents_are_the_same_dataset_wherever_they_are(
    collect, folder, tmp_path, monkeypatch
):
    out = tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EMBODIED_SSL_CACHE", str(tmp_path / "cache"))
    assert collect("--out", out, "--objects", f"folder:{folder}")[0] == 0
    before = digests(out)
    monkeypatch.setenv("HOME", str(tmp_path))
    for path in ("things", "./things", "things/", "~/things", "nowhere/../things/."):
        (tmp_path / "nowhere").mkdir(exist_ok=True)
        kill(out)
        status, errors = collect("--out", out, "--objects", f"folder:{path}")
        assert status == 0, errors
        assert digests(out) == before
    kill(out)
    folder.rename(tmp_path / "moved")
    (tmp_path / "moved" / "README").write_text("not an object")
    assert collect("--out", out, "--objects", "folder:moved", "--workers", 2)[0] == 0
    assert digests(out) == before


@pytest.mark.parametrize("file", ["model.urdf", "a.obj", "a.mtl", "a.png", "c.obj", "new", "gone"])
def test_other_contents_are_another_dataset(collect, folder, tmp_path, file):
    out, options = tmp_path / "data", ("--objects", f"folder:{folder}")
    assert collect("--out", out, *options)[0] == 0
    kill(out)
    before = digests(out)
    first, second, *_ = sorted(folder.glob("cube/*"))
    if file == "a.png":
        picture(first / file, (0, 255, 0))
    elif file == "new":
        write(folder, brick(), "cube/zzz")
    elif file == "gone":
        shutil.rmtree(second)
    else:
        end = "<!-- edited -->" if file == "model.urdf" else "# edited\n"
        (first / file).write_text((first / file).read_text() + end)
    status, errors = collect("--out", out, *options)
    assert status == cli.USAGE_ERROR and errors.count("\n") == 1
    assert "was collected with" in errors and "choose another --out" in errors
    assert digests(out) == before


def test_a_dataset_that_says_the_path_is_continued(collect, folder, tmp_path, monkeypatch):
    out = tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    assert collect("--out", out, "--objects", "folder:things")[0] == 0
    kill(out)
    manifest = json.loads((out / "dataset.json").read_text())
    assert manifest["settings"]["objects"][0].startswith("folder:sha256-")
    assert "scale" not in manifest["settings"]
    manifest["settings"]["objects"] = ["folder:things"]
    (out / "dataset.json").write_text(json.dumps(manifest))
    assert collect("--out", out, "--objects", f"folder:{folder}")[0] == 0
    now = json.loads((out / "dataset.json").read_text())
    assert now["settings"]["objects"][0].startswith("folder:sha256-")
    (out / "dataset.json").write_text(json.dumps(manifest))
    kill(out)
    folder.rename(tmp_path / "others")
    assert collect("--out", out, "--objects", "folder:others")[0] == cli.USAGE_ERROR


@pytest.mark.parametrize("world", ["turntable", "tabletop", "rooms"])
def test_what_cannot_be_simulated_is_one_line_and_leaves_nothing(capfd, folder, tmp_path, world):
    broken = write(folder, robot(link("a"), link("b")), "cube/broken")
    words = ["collect", "--env", world, "--out", str(tmp_path / "data")]
    status = cli.run(lambda: cli._dispatch([*words, "--objects", f"folder:{folder}"]))
    errors = capfd.readouterr().err
    assert status == cli.USAGE_ERROR and errors.count("\n") == 1
    assert errors.startswith(f"error: {broken} has 2 links without a parent")
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("--objects household --scale .1", "scale is for the objects of folder:PATH"),
        ("--scale nan", "--scale must be from 0.0001 to 10000, not nan"),
        ("--objects folder:things --scale 100", "5.6 m long"),
    ],
)
def test_a_scale_that_makes_no_sense_is_one_line(
    collect, folder, tmp_path, monkeypatch, options, said
):
    monkeypatch.chdir(tmp_path)
    status, errors = collect("--out", "data", *options.split())
    assert status == cli.USAGE_ERROR and errors.count("\n") == 1 and said in errors
    assert not (tmp_path / "data").exists()


def test_a_first_look_at_many_objects_says_how_far_it_is(collect, folder, tmp_path, monkeypatch):
    monkeypatch.setattr(checked, "EVERY", 0.0)
    status, errors = collect("--objects", f"folder:{folder}", "--out", tmp_path / "data")
    assert status == 0 and "looked at 8 of 9 URDF files\n" in errors


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_left_out_is_named_once_and_counted(collect, folder, tmp_path, workers):
    for number in range(2):
        write(folder, OBJ, f"broken/{number}", {"c.obj": "no mesh", "a.obj": "no mesh"})
    options = ("--objects", f"folder:{folder}", "--out", tmp_path / "data")
    assert collect(*options)[0] == cli.USAGE_ERROR
    status, errors = collect(*options, "--skip-broken", "--workers", workers)
    lines = errors.splitlines()
    assert status == 0 and "Warning" not in errors, errors
    assert [line.startswith("left out: ") for line in lines].count(True) == 2
    assert "objects that are left out: 2" in lines
