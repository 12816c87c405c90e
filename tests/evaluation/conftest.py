"""Small data for every protocol, and runs of a moment."""

from functools import cache

import numpy as np
import pytest

from embodied_ssl.data import FrameCache
from embodied_ssl.data.manifest import Manifest
from embodied_ssl.data.schema import annotated
from embodied_ssl.data.shards import write_shard
from embodied_ssl.evaluation import PROTOCOLS, EvaluateConfig, linear_probe, models
from embodied_ssl.evaluation.base import Protocol
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.files import checksum
from embodied_ssl.training.command import run_train
from embodied_ssl.worlds import WORLDS

SETTINGS = {"few-labels": {"steps": 4, "draws": 2}}


@pytest.fixture(autouse=True)
def no_imagenet(monkeypatch):
    """It takes longest."""
    monkeypatch.setattr(models, "imagenet_installed", lambda: False)


@pytest.fixture
def pixels_alone(monkeypatch):
    """No baseline but pixels."""
    monkeypatch.setattr(Protocol, "baselines", ("pixels",))


def split_rooms(patch):
    """Let the rooms dataset have two rooms to train on and one of each other split."""
    open_cache = FrameCache.open

    def opened(*args):
        cache = open_cache(*args)
        splits = np.array(["train", "train", "val", "test"], object)
        if "odometry" in cache.rows:
            cache.rows["split"] = splits[cache.rows["episode"]]
        return cache

    patch.setattr(FrameCache, "open", opened)


@pytest.fixture
def small_rooms(rooms_dir, monkeypatch):
    """The rooms dataset, split so."""
    split_rooms(monkeypatch)
    return rooms_dir


@pytest.fixture(scope="session")
def robot_run(few_steps, tabletop_dir, tmp_path_factory):
    """A run of The Curious Robot, two steps long."""
    out = tmp_path_factory.mktemp("runs") / "robot"
    return str(run_train(few_steps(tabletop_dir, out=out), "curious-robot"))


@pytest.fixture(scope="session")
def motion_run(few_steps, rooms_dir, tmp_path_factory):
    """A run of ego-motion equivariance, two steps long, on a trunk of another width."""
    out = tmp_path_factory.mktemp("runs") / "motion"
    settings = {"width": 0.15, "fc_dim": 16}
    return str(run_train(few_steps(rooms_dir, out=out, trunk_settings=settings), "egomotion"))


@pytest.fixture(scope="session")
def rotation_run(few_steps, tabletop_dir, tmp_path_factory):
    """A run of a pretext task, two steps long."""
    out = tmp_path_factory.mktemp("runs") / "rotation"
    return str(run_train(few_steps(tabletop_dir, out=out), "rotation"))


@pytest.fixture(scope="session")
def clip_run(few_steps, tabletop_dir, tmp_path_factory):
    """A run that has seen a few words."""
    out = tmp_path_factory.mktemp("runs") / "clip"
    return str(run_train(few_steps(tabletop_dir, out=out), "clip"))


@pytest.fixture(scope="session")
def vit_run(few_steps, tabletop_dir, tmp_path_factory):
    """A run of DINO with a Vision Transformer of two heads."""
    out = tmp_path_factory.mktemp("runs") / "vit"
    small = {"dim": 24, "depth": 2, "heads": 2, "patch": 8}
    config = few_steps(tabletop_dir, out=out, trunk="vit", trunk_settings=small)
    return str(run_train(config, "dino"))


@pytest.fixture(scope="session")
def masked_dir(tmp_path_factory):
    """Views of bright squares, with masks of them."""
    folder = tmp_path_factory.mktemp("masked") / "turntable"
    rows = []
    for number in range(12):
        mask = np.zeros((48, 48), np.uint8)
        mask[8 : 8 + 2 * number + 8, 16:32] = 1
        thing = {"category": "box", "instance": f"household/box/{number}"}
        rows.append({"episode": number, "step": 0, "split": ("val", "test")[number % 2],
                     "image": np.repeat(mask[:, :, None] * 200, 3, axis=2), "kind": "box",
                     "instance": thing["instance"], "elevation": 30.0, "azimuth": 0.0,
                     "role": "gallery", "image_mask": mask,
                     "image_objects": [{"number": 1, **thing}]})  # fmt: skip
    path = folder / "data" / "00000.parquet"
    write_shard(path, annotated(WORLDS.load("turntable").columns, "image"), rows)
    manifest = Manifest("turntable", {"image_size": 48, "masks": True}, planned={"shards": 1})
    manifest.shards[path.name] = {"rows": len(rows), "sha256": checksum(path)}
    manifest.write(folder)
    return folder


@pytest.fixture(scope="session")
def evaluate_small(
    tabletop_dir,
    rooms_dir,
    turntable_dir,
    robot_run,
    motion_run,
    rotation_run,
    clip_run,
    vit_run,
    masked_dir,
    tmp_path_factory,
):
    """Name of a protocol -> the config of a small evaluation of pixels and a run, and how it is
    evaluated."""
    data = {
        "retrieval": (robot_run, turntable_dir),
        "interactions": (robot_run, tabletop_dir),
        "equivariance": (motion_run, rooms_dir),
        "scene-classification": (motion_run, rooms_dir),
        "odometry": (motion_run, rooms_dir),
        "next-best-view": (robot_run, turntable_dir),
        "knn": (robot_run, turntable_dir),
        "linear": (robot_run, turntable_dir),
        "few-labels": (rotation_run, turntable_dir),
        "pretext": (rotation_run, tabletop_dir),
        "zero-shot": (clip_run, turntable_dir),
        "attention": (vit_run, masked_dir),
    }

    def evaluate(name):
        run, source = data[name]
        out = tmp_path_factory.mktemp(name) / "new" / "results.json"
        config = EvaluateConfig((run,), str(source), name, out)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Protocol, "baselines", ("pixels",))
            patch.setattr(linear_probe, "FEWEST_STEPS", 60)
            split_rooms(patch)
            settings = PROTOCOLS.load(name).Config(**SETTINGS.get(name, {}))
            return config, run_evaluate(config, settings)

    return evaluate


@pytest.fixture(scope="session")
def evaluated_small(evaluate_small):
    """The same, each protocol evaluated but once."""
    return cache(evaluate_small)
