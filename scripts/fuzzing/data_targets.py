"""The readers of ``embodied_ssl.data``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from embodied_ssl.data import Dataset, VideoFolder, open_labelled
from embodied_ssl.data.manifest import Manifest
from embodied_ssl.data.shards import write_shard
from embodied_ssl.files import checksum
from embodied_ssl.worlds import WORLDS
from fuzzing.targets import Target, target

SIDE = 16


def noise(seed: int, size: int = SIDE) -> np.ndarray:
    """An image (S, S, 3) of random pixels."""
    return np.random.default_rng(seed).integers(0, 255, (size, size, 3)).astype(np.uint8)


def everything(dataset: Dataset) -> tuple[Any, ...]:
    """All that a dataset holds, to be compared."""
    cache = dataset.cache()
    rows = tuple((name, column.tolist()) for name, column in cache.rows.items())
    index = tuple((name, places.tolist()) for name, places in cache.index.items())
    return cache.frames.tobytes(), rows, index


class Views(Target):
    """A turntable dataset of two shards."""

    def make(self, folder: Path) -> None:
        manifest = Manifest("turntable", {"image_size": SIDE}, planned={"shards": 2})
        for k in range(2):
            path = folder / "data" / f"{k:05d}.parquet"
            rows = [
                {"episode": k, "step": step, "split": "val", "kind": "mug", "role": "query"}
                | {"image": noise(step), "instance": f"mug/{k}", "elevation": 30, "azimuth": step}
                for step in range(3)
            ]
            write_shard(path, WORLDS.load("turntable").columns, rows)
            manifest.shards[path.name] = {"rows": 3, "sha256": checksum(path)}
        manifest.write(folder)
        Dataset.open(folder).cache()

    def read(self, folder: Path) -> Any:
        return everything(Dataset.open(folder))


@target
class Manifests(Views):
    """``dataset.json``."""

    def files(self, folder: Path) -> list[Path]:
        return [folder / "dataset.json"]

    def read(self, folder: Path) -> Any:
        dataset = Dataset.open(folder)
        return everything(dataset), dataset.whole, dataset.fingerprint


@target
class Shards(Views):
    """Parquet files, whose checksums the manifest has."""

    covered = True

    def files(self, folder: Path) -> list[Path]:
        return sorted((folder / "data").iterdir())


@target
class FrameCaches(Views):
    """What is decoded once: made again wherever it is not what it was."""

    covered = True

    def files(self, folder: Path) -> list[Path]:
        return sorted(file for file in folder.glob(".cache/frames*/*") if file.is_file())


@target
class Photos(Target):
    """A folder of photos of every format."""

    ENDINGS = ("jpg", "png", "webp", "bmp", "tif", "gif", "avif", "jp2", "ppm")

    def make(self, folder: Path) -> None:
        place = folder / "kind" / "thing"
        place.mkdir(parents=True)
        for number, ending in enumerate(self.ENDINGS):
            part = ("train", "val", "test")[number % 3]
            exif = Image.Exif()
            exif[0x0112] = 6
            more = {"exif": exif} if ending in ("jpg", "png", "webp", "tif", "avif") else {}
            image = Image.fromarray(noise(number, 32))
            image.save(place / f"{part}_{number}.{ending}", **more)
        alpha = Image.fromarray(noise(50, 32)).convert("RGBA")
        alpha.save(place / "train_alpha.png")
        alpha.quantize(8).save(place / "train_palette.png")
        Image.fromarray(noise(51, 32)).convert("CMYK").save(place / "train_cmyk.jpg")
        Image.fromarray(noise(52, 32)).save(place / "train_progressive.jpg", progressive=True)
        deep = noise(53, 32)[..., 0].astype(np.uint16) * 257
        Image.fromarray(deep).save(place / "train_deep.png")

    def files(self, folder: Path) -> list[Path]:
        return sorted(folder.glob("*/*/*"))

    def read(self, folder: Path) -> Any:
        images = open_labelled(f"folder:{folder}", 8).images
        assert images.shape[1:] == (8, 8, 3) and images.dtype == np.uint8
        return images.tobytes()


@target
class Sequences(Target):
    """Frames with poses and times, in both layouts."""

    def make(self, folder: Path) -> None:
        for name in ("kitti", "scenes"):
            (folder / name).mkdir()
        poses = np.tile(np.eye(4), (4, 1, 1))
        poses[:, 2, 3] = np.arange(4) / 10
        np.savetxt(folder / "kitti" / "poses.txt", poses[:, :3].reshape(4, 12))
        np.savetxt(folder / "kitti" / "times.txt", np.arange(4) / 10)
        for number, pose in enumerate(poses):
            image = Image.fromarray(noise(number))
            image.save(folder / "kitti" / f"{number:06d}.png")
            image.save(folder / "scenes" / f"frame-{number:06d}.color.png")
            np.savetxt(folder / "scenes" / f"frame-{number:06d}.pose.txt", pose)

    def files(self, folder: Path) -> list[Path]:
        return sorted(file for file in folder.glob("*/*") if not file.parent.name.startswith("."))

    def read(self, folder: Path) -> Any:
        cache = VideoFolder.open(f"folder-video:{folder}", SIDE).cache()
        assert len(cache.frames) == len(cache.rows["pose"])
        assert np.isfinite(cache.rows["pose"]).all() and np.isfinite(cache.rows["time"]).all()
        return len(cache.frames)
