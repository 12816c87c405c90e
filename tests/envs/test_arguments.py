"""Actions and arguments that make no sense are refused by name, and worlds are not copied."""

import copy
import os
import pickle
import stat
import subprocess
import sys
from pathlib import Path

import gymnasium
import numpy as np
import pytest
from urdfs import brick, write

import embodied_ssl_envs  # noqa: F401  registers the worlds
from embodied_ssl_envs import cache
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects import open_objects, split_of
from embodied_ssl_envs.simulation import Simulation

SETTINGS = {
    "Rooms-v0": {"episodes": 2, "frames": 3, "tilt": True},
    "Tabletop-v0": {"max_objects": 1},
    "Turntable-v0": {"val_objects": 1, "test_objects": 0, "azimuths": 1},
}
GRASP = {"interaction": 0, "point": np.array([0.5, 0.5], np.float32), "angle": 0}
BAD = {
    "Rooms-v0": [
        [np.nan, 0, 0], [np.inf, 0, 0], [2, 0, 0], [0, -1.1, 0], [0, 0], [], 0, "ahead", None,
        [[0, 0, 0]], [0, 0, "1"], [1j, 0, 0], [True, False, True], {},
    ],
    "Turntable-v0": [-1, 3, 1.5, np.nan, "0", None, [0], True, 10**30],
    "Tabletop-v0": [
        0, None, {}, {"point": [0, 0]}, {"interaction": 0}, {"interaction": 4}, {"interaction": -1},
        {"interaction": np.nan}, {**GRASP, "more": 1}, {**GRASP, "angle": 18},
        {**GRASP, "angle": 0.5}, {**GRASP, "point": [np.nan, 0.5]}, {**GRASP, "point": [0.5, 1.1]},
        {**GRASP, "point": [0.5]}, {**GRASP, "end": [np.inf, 0]},
        {"interaction": 1, "point": [0.5, 0.5]}, {"interaction": 2},
    ],
}  # fmt: skip


@pytest.fixture(scope="module", params=SETTINGS)
def env(request):
    made = gymnasium.make(
        f"embodied_ssl/{request.param}", image_size=16, disable_env_checker=True,
        **SETTINGS[request.param],
    ).unwrapped  # fmt: skip
    made.reset(seed=0)
    yield made
    made.close()


def test_an_action_that_is_not_in_the_space_is_refused(env):
    before = env.steps
    for action in BAD[env.spec.id.removeprefix("embodied_ssl/")]:
        with pytest.raises(WorldError, match="action") as error:
            env.step(action)
        assert "\n" not in str(error.value), action
    assert env.steps == before


def test_an_episode_that_is_no_number_is_refused(env):
    for episode in (-1, 0.5, "one", np.nan, True):
        with pytest.raises(WorldError, match="episode"):
            env.reset(seed=0, options={"episode": episode})


def test_a_copy_would_share_the_world(env):
    for make in (copy.copy, copy.deepcopy, pickle.dumps):
        for what in (env, env.simulation):
            with pytest.raises(TypeError, match="cannot be copied nor pickled"):
                make(what)


@pytest.mark.parametrize("world", SETTINGS)
@pytest.mark.parametrize("size", [0, -1, 10**9, 1.5, "64", None, True])
def test_impossible_sizes_are_refused(world, size):
    with pytest.raises(WorldError, match="image_size must be a whole number from 8 to 4,096"):
        gymnasium.make(f"embodied_ssl/{world}", image_size=size)


@pytest.mark.parametrize("most", [0, -1, 10**9, 2.5, np.nan])
def test_an_impossible_number_of_objects_is_refused(most):
    with pytest.raises(WorldError, match="max_objects must be a whole number from 1 to 20"):
        gymnasium.make("embodied_ssl/Tabletop-v0", max_objects=most)


SPLITS = {"Rooms-v0": "train val test", "Tabletop-v0": "train val", "Turntable-v0": "val test"}


@pytest.mark.parametrize("world", SPLITS)
def test_an_empty_split_is_found_before_an_episode(tmp_path, world):
    for split in SPLITS[world].split()[:-1]:
        names = (f"{number:03d}" for number in range(999))
        write(
            tmp_path,
            brick(),
            f"brick/{next(n for n in names if split_of(f'folder/brick/{n}') == split)}",
        )
    missing = SPLITS[world].split()[-1]
    with pytest.raises(WorldError, match=f"none in its {missing} split.* 1 is needed.* it has"):
        gymnasium.make(f"embodied_ssl/{world}", objects=(f"folder:{tmp_path}",))


def test_a_folder_at_home(tmp_path, monkeypatch):
    write(tmp_path / "things", brick())
    monkeypatch.setenv("HOME", str(tmp_path))
    assert open_objects(["folder:~/things"]).kinds == ("brick",)
    for path in ("~nobody/things", "~/gone", "x\0y", "x" * 5000):
        with pytest.raises(WorldError, match="there is no folder of objects"):
            open_objects([f"folder:{path}"])


def test_two_folders_with_one_name_are_refused(tmp_path):
    for root in ("one", "two"):
        write(tmp_path / root, brick())
    with pytest.raises(WorldError, match="both have an object of the name folder/brick/0"):
        open_objects([f"folder:{tmp_path}/one", f"folder:{tmp_path}/two"])


def test_a_name_that_is_no_text_is_refused(tmp_path):
    write(tmp_path, brick(), "brick/" + os.fsdecode(b"\xff"))
    with pytest.raises(WorldError, match="no text"):
        open_objects([f"folder:{tmp_path}"])


def test_two_files_of_one_object_are_refused(tmp_path):
    file = write(tmp_path, brick())
    file.with_name("other.urdf").write_text(brick())
    with pytest.raises(WorldError, match="several URDF files"):
        open_objects([f"folder:{tmp_path}"])


@pytest.fixture
def forgotten():
    """Folders are looked at anew."""
    cache._writable.cache_clear()
    cache._temporary.cache_clear()
    yield
    cache._writable.cache_clear()
    cache._temporary.cache_clear()


@pytest.mark.parametrize("home", ["/proc/nobody", "relative", "/dev/null", None])
def test_a_user_without_a_home_caches_among_temporary_files(tmp_path, monkeypatch, forgotten, home):
    monkeypatch.delenv("EMBODIED_SSL_CACHE", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    if home is None:
        monkeypatch.setattr(Path, "home", lambda: (_ for _ in ()).throw(RuntimeError("nobody")))
    else:
        monkeypatch.setenv("HOME", home)
    folder = cache.cache_folder()
    assert folder.parent == tmp_path and stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert Path(cache.cached("a/b", lambda: b"c")).read_bytes() == b"c"
    folder.chmod(0o777)  # somebody else could write into it
    cache._temporary.cache_clear()
    assert cache.cache_folder() != folder


def test_a_named_cache_that_cannot_be_written_is_said(monkeypatch, forgotten):
    monkeypatch.setenv("EMBODIED_SSL_CACHE", "/proc/nobody")
    with pytest.raises(WorldError, match="EMBODIED_SSL_CACHE is /proc/nobody"):
        cache.cache_folder()


def test_bullet_says_nothing_in_a_pipe_nor_when_the_process_ends(tmp_path):
    write(tmp_path, brick())
    code = (
        "import sys\nprint('begin')\n"
        "from embodied_ssl_envs.simulation import Simulation\n"
        "from embodied_ssl_envs.objects import open_objects\n"
        f"objects = open_objects(['folder:{tmp_path}'])\n"
        "kept = [Simulation() for _ in range(3)]\n"
        "objects.load('folder/brick/0').spawn(kept[0].client, (0, 0, 0))\n"
        "kept[0].close()\nkept[1].client.disconnect()\nsys.ours = kept\n"
        "from embodied_ssl_envs.bullet import silence\nimport ctypes\n"
        "with silence():\n    ctypes.CDLL(None).printf(b'argv[0]=')\nprint('end')\n"
    )
    buffered = {k: v for k, v in os.environ.items() if k != "PYTHONUNBUFFERED"}
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, env=buffered
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "begin\nend\n", "")


@pytest.mark.parametrize("display", ["", ":77", "unix:77.0", "localhost:9999", "nowhere", ":x"])
def test_a_display_that_is_not_there_is_none(monkeypatch, display):
    monkeypatch.setenv("DISPLAY", display)
    world = Simulation(window=True)  # the process would end here
    assert world.client.isConnected()
    world.close()
