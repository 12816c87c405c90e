"""The objects: named, split, built and put into a world."""

import os
import subprocess
import sys
import time
from collections import Counter

import numpy as np
import psutil
import pytest

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects import blobs, household, open_objects, split_of
from embodied_ssl_envs.simulation import Simulation


@pytest.fixture(scope="module")
def objects():
    return open_objects(("household", "blobs"))


@pytest.fixture
def simulation():
    simulation = Simulation()
    yield simulation
    simulation.close()


def test_splits_are_stable_and_of_the_promised_sizes():
    # Datasets and trained networks rely on these; they may never move.
    splits = [split_of(f"household/mug/{index:05d}") for index in range(8)]
    assert splits == ["train", "val", "val", *["train"] * 5]
    shares = Counter(split_of(f"household/can/{index:05d}") for index in range(4000))
    assert shares["train"] / 4000 == pytest.approx(0.70, abs=0.03)
    assert shares["val"] / 4000 == pytest.approx(0.15, abs=0.03)


def test_the_variants_of_a_blob_share_its_split():
    for shape in ("002", "017", "040", "999"):
        assert len({split_of(f"blobs/blob/{shape}-{variant}") for variant in range(30)}) == 1


def test_samples_come_from_the_split_asked_for(objects):
    rng = np.random.default_rng(0)
    for split in ("train", "val", "test"):
        names = [objects.sample(rng, split) for _ in range(60)]
        assert {split_of(name) for name in names} == {split}
        assert {name.split("/")[0] for name in names} == {"household", "blobs"}


def test_fixed_names_are_spread_over_the_kinds(objects):
    names = objects.names("test", 160)
    assert len(set(names)) == 160 and {split_of(name) for name in names} == {"test"}
    kinds = Counter(name.split("/")[1] for name in names)
    assert len(kinds) >= 18 and max(kinds.values()) <= 8
    assert objects.names("test", 160) == names
    assert not set(names) & set(objects.names("val", 160))


def test_a_source_with_fewer_objects_gives_what_it_has():
    names = open_objects(["blobs"]).names("val", 10_000)
    assert 20 < len(names) < 1000 and len(set(names)) == len(names)


SCRIPT = """
import hashlib, numpy as np
from embodied_ssl_envs.objects import open_objects
objects = open_objects(("household", "blobs"))
digest = hashlib.sha256()
for name in objects.names("train", 40):
    model = objects.load(name)
    for array in (*model.solid.corners, model.texture):
        digest.update(np.ascontiguousarray(array).tobytes())
    digest.update(repr((model.mass, model.extents, model.material)).encode())
print(digest.hexdigest())
"""


def test_a_name_means_the_same_object_in_every_process():
    digests = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_instances_differ_in_shape_texture_and_mass(objects):
    mugs = [objects.load(f"household/mug/{index:05d}") for index in range(12)]
    assert len({mug.extents for mug in mugs}) == 12
    assert len({mug.texture.tobytes() for mug in mugs}) == 12
    assert len({mug.mass for mug in mugs}) == 12
    assert len({mug.material.name for mug in mugs}) >= 3


def test_a_variant_changes_the_texture_of_a_blob_and_not_its_shape(objects):
    first, second = (objects.load(f"blobs/blob/002-{variant}") for variant in (0, 1))
    assert first.extents == second.extents
    assert (first.texture != second.texture).any()


def test_caches_stay_small(objects):
    for name in objects.names("train", 120):
        objects.load(name)
    for cached in (household.build, blobs.build):
        assert cached.cache_info().currsize <= cached.cache_info().maxsize <= 64


def test_a_spawned_object_has_its_weight_size_place_and_touch(objects, simulation):
    for name in objects.names("train", 40):
        simulation.reset()
        client = simulation.client
        model = objects.load(name)
        body = model.spawn(client, (0.3, -0.2, 0.5))
        low, high = np.array(client.getAABB(body))
        assert (low + high) / 2 == pytest.approx((0.3, -0.2, 0.5), abs=0.008), name
        assert high - low == pytest.approx(model.extents, abs=0.02), name
        dynamics = client.getDynamicsInfo(body, -1)
        assert dynamics[0] == pytest.approx(model.mass)
        assert dynamics[1] == model.material.friction
        assert dynamics[8:10] == (model.material.damping, model.material.stiffness)


def test_scale_enlarges_and_fixed_holds_in_place(objects, simulation):
    client = simulation.client
    model = objects.load("household/can/00001")
    plain = model.spawn(client, (0, 0, 1))
    large = model.spawn(client, (1, 0, 1), scale=1.3)
    fixed = model.spawn(client, (2, 0, 1), fixed=True)
    sides = [np.ptp(client.getAABB(body), axis=0) for body in (plain, large)]
    assert sides[1] == pytest.approx(1.3 * sides[0], abs=0.005)
    assert client.getDynamicsInfo(large, -1)[0] == pytest.approx(model.mass * 1.3**3)
    simulation.step(60)
    assert client.getBasePositionAndOrientation(plain)[0][2] < 0.9
    assert client.getBasePositionAndOrientation(fixed)[0][2] == 1.0


def test_spawning_is_quick_and_leaves_no_files(objects, simulation, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    names = objects.names("train", 30)
    start = time.process_time()
    for name in names:
        objects.load(name).spawn(simulation.client, (0, 0, 1))
    assert (time.process_time() - start) / len(names) < 0.1  # some 12 ms; other work does not count
    assert not list(tmp_path.iterdir())


def test_memory_stays_flat_however_many_objects_come_and_go(objects, simulation):
    models = [objects.load(name) for name in objects.names("val", 20)]

    def spawn_all():
        simulation.reset()
        for model in models:
            model.spawn(simulation.client, (0, 0, 1))

    for _ in range(5):
        spawn_all()
    before = psutil.Process().memory_info().rss
    for _ in range(10):
        spawn_all()
    # Left to itself, Bullet's binding keeps some 280 kB of each mesh: 56 MB here.
    assert psutil.Process().memory_info().rss - before < 10e6


@pytest.mark.parametrize(
    "specs, words",
    [
        (["houshold"], "did you mean household?"),
        (["blobs", "zzz"], "known are household, everyday, blobs"),
        ([], "no objects"),
        (["folder:nowhere"], "no folder of objects at nowhere"),
    ],
)
def test_unknown_sources_are_refused_in_one_line(specs, words):
    with pytest.raises(WorldError, match=words.replace("?", r"\?")) as error:
        open_objects(specs)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "name",
    [
        "household/dragon/00001",
        "household/mug/x",
        "household/mug",
        "blobs/blob/002",
        "moon/a/b",
        "",
    ],
)
def test_unknown_names_are_refused(objects, name):
    with pytest.raises(WorldError):
        objects.load(name)
