"""Small datasets of drawn images for the whole suite, written by the real writer."""

import sys
from pathlib import Path

import numpy as np
import pytest

from embodied_ssl.data.card import write_card
from embodied_ssl.data.manifest import Manifest
from embodied_ssl.data.shards import write_shard
from embodied_ssl.files import checksum
from embodied_ssl.training.config import TrainConfig
from embodied_ssl.worlds import WORLDS

sys.path.insert(0, str(Path(__file__).parent))  # for drawn.py

from drawn import KINDS, NEAREST, SIDE, draw, turntable_rows


def save(folder, env, rows, settings, rows_per_shard):
    """Write rows as the dataset that ``collect`` would have left; what is bright is far."""
    cls = WORLDS.load(env)
    columns = cls(cls.Config(depth=settings.get("depth", False))).columns
    deep = [name for name in columns if f"{name}_depth" in columns]
    rows = [
        r | {f"{c}_depth": np.uint16(r[c][..., 0]) + NEAREST for c in deep if c in r} for r in rows
    ]
    manifest = Manifest(env, {"seed": 0, "image_size": SIDE, **settings})
    manifest.planned = {"shards": -(-len(rows) // rows_per_shard)}
    for k in range(manifest.planned["shards"]):
        path = folder / "data" / f"{k:05d}.parquet"
        part = rows[k * rows_per_shard : (k + 1) * rows_per_shard]
        write_shard(path, columns, part)
        manifest.shards[path.name] = {"rows": len(part), "sha256": checksum(path)}
    manifest.write(folder)
    write_card(folder, manifest, columns, cls.meanings)
    return folder


def tabletop_rows(count: int) -> list[dict]:
    """Interactions whose outcomes follow from what the images show."""
    rng, episode = np.random.default_rng(0), 0
    rows: list[dict] = []
    while len(rows) < count:
        split = "val" if episode % 4 == 3 else "train"
        instance = episode % 12 + (12 if split == "val" else 0)
        label = {
            "source": "household",
            "kind": KINDS[instance % 4],
            "instance": f"household/{KINDS[instance % 4]}/{instance:05d}",
            "material": ("rubber", "steel")[instance % 2],
            "mass": 0.1 + 0.01 * instance,
            "friction": 0.6,
            "stiffness": 1000.0 * (1 + instance % 2),
        }

        def add(interaction, row, episode=episode, split=split, label=label):
            step = sum(other["episode"] == episode for other in rows)
            common = {"episode": episode, "step": step, "interaction": interaction}
            rows.append(common | {"split": split, "track": "", "object": label} | row)

        def acted(turn, instance=instance):
            frames = {name: draw(instance, turn, rng) for name in ("overhead", "before", "wrist")}
            pixel = rng.uniform(0.3, 0.7, 2) * SIDE
            return frames | {"pixel": pixel.tolist(), "crop_width": 0.25, "angle": -1}

        turn = rng.uniform(0, np.pi)
        angle = int(rng.integers(18))
        success = bool(np.abs(np.sin(turn - np.pi * angle / 18)) > 0.7)  # across the bar
        track = f"{episode}-0" if success else ""
        add("grasp", acted(turn) | {"angle": angle, "success": success, "track": track})
        if success:
            views = [draw(instance, view, rng) for view in rng.uniform(0, np.pi, 5)]
            add("look", {"views": views, "angle": -1, "track": track})
        move = rng.uniform(-0.5, 0.5, 2)
        push = [*(-move).tolist(), *move.tolist(), 0.02]
        after = np.roll(draw(instance, turn, rng), tuple(np.int32(move[::-1] * 10)), axis=(0, 1))
        displacement = [*(move * 0.1).tolist(), 0.1]
        add("push", acted(turn) | {"push": push, "after": after, "displacement": displacement})
        slope = 40.0 * (1 + instance % 2)
        force = [0.0] * 4 + [slope * i / 240 for i in range(1, 12)]
        add("poke", acted(turn) | {"force": force, "slope": slope, "intercept": 0.0})
        episode += 1
    return rows[:count]


def rooms_rows(rooms: int, frames: int) -> list[dict]:
    """A camera that turns and drives before a panorama of stripes, one for each room; bands make
    corners of them, which can be followed."""
    rng = np.random.default_rng(2)
    rows = []
    bands = np.repeat(np.linspace(0.7, 1, 8)[[0, 5, 2, 7, 3, 6, 1, 4]], SIDE // 8)[:, None, None]
    for episode in range(rooms):
        panorama = np.repeat(rng.integers(0, 255, (1, 90, 3)), 4, axis=1).astype(np.uint8)
        heading, x, y = rng.uniform(0, 2 * np.pi), 0.0, 0.0
        for step in range(frames):
            ahead, turn = [(0.09, 0.0), (0.01, 0.12), (0.09, 0.0), (0.01, -0.12)][(step // 6) % 4]
            x, y = x + ahead * np.cos(heading), y + ahead * np.sin(heading)
            heading += turn
            seen = np.roll(panorama, int(heading / (2 * np.pi) * 360), axis=1)[:, :SIDE]
            cos, sin = np.cos(heading), np.sin(heading)
            pose = [[sin, 0, cos, x], [-cos, 0, sin, y], [0, -1, 0, 1], [0, 0, 0, 1]]
            rows.append(
                {
                    "episode": episode,
                    "step": step,
                    "time": step / 10,
                    "split": "val" if episode % 4 == 3 else "train",
                    "kind": ("kitchen", "office")[episode % 2],
                    "instance": f"rooms/{('kitchen', 'office')[episode % 2]}/{episode:05d}",
                    "image": np.uint8(bands * seen),
                    "pose": np.ravel(pose).tolist(),
                    "action": [ahead * 10, turn * 10],
                    "odometry": [ahead, 0.0, turn],
                    "bumped": False,
                    "fov": 64.0,
                }
            )
    return rows


@pytest.fixture(scope="session")
def few_steps():
    """Settings of a training that takes a moment: ``few_steps(data, ..., out=run, images=64)``."""

    def settings(*data, out, **others):
        usual = {
            "trunk_settings": {"width": 0.1, "fc_dim": 16},
            "images": 32,
            "batch_size": 8,
            "train_size": 48,
            "precision": "fp32",
        }
        return TrainConfig(data=tuple(map(str, data)), out=out, **usual | others)

    return settings


@pytest.fixture(scope="session")
def rooms_dir(tmp_path_factory):
    """A rooms dataset of 4 episodes of 48 frames, images of 64 pixels."""
    folder = tmp_path_factory.mktemp("datasets") / "rooms"
    return save(folder, "rooms", rooms_rows(4, 48), {"episodes": 4, "depth": True}, 96)


@pytest.fixture(scope="session")
def tabletop_dir(tmp_path_factory):
    """A tabletop dataset of 120 interactions with 24 objects, images of 64 pixels."""
    folder = tmp_path_factory.mktemp("datasets") / "tabletop"
    return save(folder, "tabletop", tabletop_rows(120), {"interactions": 120, "depth": True}, 100)


@pytest.fixture(scope="session")
def turntable_dir(tmp_path_factory):
    """A turntable dataset of 12 objects, half of them val, 6 views each, images of 64 pixels."""
    folder = tmp_path_factory.mktemp("datasets") / "turntable"
    return save(folder, "turntable", turntable_rows(12, 2), {"azimuths": 2, "depth": True}, 48)


@pytest.fixture(scope="session")
def circled_dir(tmp_path_factory):
    """A turntable dataset of the same objects, all of them to train on."""
    folder = tmp_path_factory.mktemp("datasets") / "circled"
    rows = [row | {"split": "train"} for row in turntable_rows(12, 2)]
    return save(folder, "turntable", rows, {"azimuths": 2, "depth": True}, 48)


@pytest.fixture(scope="session")
def tabletop_of():
    """Write the dataset of so many interactions, each as a function changes it: its folder."""

    def write(folder, count, change=lambda row: row, rows_per_shard=100):
        rows = [new for row in tabletop_rows(count) if (new := change(row)) is not None]
        return save(folder, "tabletop", rows, {"interactions": len(rows)}, rows_per_shard)

    return write
