"""Objects from a user's own folder."""

from pathlib import Path

import numpy as np
import pytest

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.frames import Light
from embodied_ssl_envs.objects import open_objects, split_of
from embodied_ssl_envs.simulation import Simulation

SCANS = Path(__file__).parents[2] / "../shared/objects/ocrtoc"

URDF = """<robot name="brick"><link name="base">
<inertial><origin xyz="0 0 {z}"/><mass value="0.25"/><inertia ixx="1e-4" iyy="1e-4" izz="1e-4"
 ixy="0" ixz="0" iyz="0"/></inertial>
<visual><origin xyz="0 0 {z}"/><geometry><box size="0.04 0.06 0.1"/></geometry></visual>
<collision><origin xyz="0 0 {z}"/><geometry><box size="0.04 0.06 0.1"/></geometry></collision>
</link></robot>"""


def write(root: Path, name: str, text: str = URDF.format(z=0.05)) -> Path:
    path = root / name / "model.urdf"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return path


@pytest.fixture
def folder(tmp_path):
    for index in range(30):
        write(tmp_path, f"{'brick' if index % 2 else 'block'}/{index:02d}")
    return tmp_path


def test_kinds_instances_and_splits_follow_the_folders(folder):
    objects = open_objects([f"folder:{folder}"])
    assert objects.kinds == ("block", "brick")
    names = [name for split in ("train", "val", "test") for name in objects.names(split, 99)]
    assert len(set(names)) == 30 and "folder/brick/01" in names
    assert all(split_of(name) == "val" for name in objects.names("val", 99))
    first, second = objects.names("train", 2)
    assert first.split("/")[1] != second.split("/")[1]
    assert split_of(objects.sample(np.random.default_rng(0), "train")) == "train"


def test_a_file_is_measured_and_put_where_asked(folder):
    simulation = Simulation()
    model = open_objects([f"folder:{folder}"]).load("folder/brick/01")
    assert model.extents == pytest.approx((0.04, 0.06, 0.1), abs=0.005)
    assert model.mass == pytest.approx(0.25)
    quarter = (0.0, np.sqrt(0.5), 0.0, np.sqrt(0.5))
    for orientation in ((0, 0, 0, 1), quarter):
        simulation.reset()
        body = model.spawn(simulation.client, (0.1, 0.2, 0.3), orientation, scale=1.1)
        box = np.array(simulation.client.getAABB(body))
        assert box.mean(axis=0) == pytest.approx((0.1, 0.2, 0.3), abs=0.003)
    simulation.close()


@pytest.mark.parametrize("text", ["nonsense", "<robot></robot>", ""])
def test_a_file_that_does_not_load_is_named(folder, text, capfd):
    broken = write(folder, "brick/broken", text)
    with pytest.raises(WorldError) as error:
        open_objects([f"folder:{folder}"])
    assert str(broken) in str(error.value) and "\n" not in str(error.value)
    assert capfd.readouterr() == ("", "")  # Bullet's own complaints stay inside


def test_a_mesh_that_is_missing_is_named(folder):
    text = URDF.format(z=0).replace('<box size="0.04 0.06 0.1"/>', '<mesh filename="no.obj"/>')
    broken = write(folder, "brick/broken", text)
    with pytest.raises(WorldError, match="broken"):
        open_objects([f"folder:{folder}"])
    assert broken.exists()


def test_broken_files_are_left_out_only_on_request(folder):
    write(folder, "brick/broken", "nonsense")
    with pytest.warns(UserWarning, match="broken"):
        objects = open_objects([f"folder:{folder}"], skip_broken=True)
    assert sum(len(objects.names(split, 99)) for split in ("train", "val", "test")) == 30


def test_folders_without_objects_are_refused(tmp_path):
    with pytest.raises(WorldError, match="holds no kind/instance"):
        open_objects([f"folder:{tmp_path}"])
    write(tmp_path, "brick/broken", "nonsense")
    with (
        pytest.warns(UserWarning),
        pytest.raises(WorldError, match="none of the objects"),
    ):
        open_objects([f"folder:{tmp_path}"], skip_broken=True)


def test_an_empty_split_is_said(tmp_path):
    write(tmp_path, "brick/00")
    objects = open_objects([f"folder:{tmp_path}"])
    empty = next(split for split in ("train", "val", "test") if not objects.names(split, 9))
    with pytest.raises(WorldError, match=empty):
        objects.sample(np.random.default_rng(0), empty)


@pytest.mark.skipif(not SCANS.is_dir(), reason="the scans are not on this machine")
def test_real_scans_load_and_show_their_own_colours():
    objects = open_objects([f"folder:{SCANS}"])
    names = [name for split in ("train", "val", "test") for name in objects.names(split, 99)]
    assert len(names) == 46
    model = objects.load("folder/cup/orange_cup")
    simulation = Simulation()
    model.spawn(simulation.client, (0, 0, 0))
    camera = Camera((0.2, 0.1, 0.15), (0, 0, 0))
    middle = simulation.render(camera, Light()).rgb[54:74, 54:74].reshape(-1, 3).mean(axis=0)
    simulation.close()
    assert middle[0] > 1.3 * middle[2]
