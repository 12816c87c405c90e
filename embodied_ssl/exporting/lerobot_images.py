"""The images of frames: which frames have them, their bytes, and the statistics of their pixels."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.data.shards import decode, encode
from embodied_ssl.errors import UserError
from embodied_ssl.exporting.lerobot_columns import Column
from embodied_ssl.exporting.lerobot_stats import Stats, histogram, image_stats
from embodied_ssl.exporting.rows import camera_columns, images_of, read_shards

KEY = "observation.images."


def no_pixels() -> np.ndarray:
    """The histogram of no image."""
    return np.zeros((3, 256), np.int64)


@dataclass
class Camera:
    """An image column, or one place of a list of images."""

    name: str
    there: np.ndarray
    """(R,) bool, for each row of the dataset."""
    shape: tuple[int, ...] = ()
    """Height, width and channels; known once an image was seen."""
    episodes: list[Stats] = field(default_factory=list)
    """Of the images of each episode so far."""
    _total: np.ndarray = field(default_factory=no_pixels)
    _pixels: np.ndarray = field(default_factory=no_pixels)
    """Of the episode that has not ended yet, and how many images they are of."""
    _images: int = 0

    @property
    def key(self) -> str:
        """LeRobot's name of it."""
        return KEY + self.name

    @property
    def feature(self) -> dict:
        """What ``info.json`` says of it."""
        names = ["height", "width", "channels"]
        return {"dtype": "image", "shape": list(self.shape), "names": names}

    @property
    def stats(self) -> Stats:
        """Of all images so far."""
        return image_stats(self._total, sum(each["count"][0] for each in self.episodes))

    def count(self, images: list[bytes | None], ends: list[int], pool: ThreadPoolExecutor) -> None:
        """Count the pixels of frames in order; their episodes end before these places, the last one
        perhaps with the frames of a later call.

        Raises:
            UserError: for an image of another size than those before it.
        """
        for place, pixels in enumerate(pool.map(self._counted, images), start=1):
            if pixels is not None:
                self._pixels += pixels
                self._images += 1
            if place in ends:
                self.episodes.append(image_stats(self._pixels, self._images))
                self._total += self._pixels
                self._pixels, self._images = no_pixels(), 0

    def _counted(self, image: bytes | None) -> np.ndarray | None:
        if image is None:
            return None
        pixels = decode(image)
        if pixels.shape != self.shape:
            raise UserError(
                f"the images of {self.name!r} are not all of one size ({self.shape[:2]} and "
                f"{pixels.shape[:2]}), as they have to be in the format lerobot."
            )
        return histogram(pixels)


def find_cameras(dataset: Dataset) -> list[Camera]:
    """Every image column that is not empty, each place of a list for itself."""
    columns = camera_columns(dataset)
    found: dict[tuple[int, int], Camera] = {}
    for first, table in read_shards(dataset, "look"):
        for order, column in enumerate(columns):
            lengths = _lengths(table[column])
            for place in range(lengths.max(initial=0)):
                there = lengths > place
                if (order, place) not in found:
                    row = table.select([column]).slice(there.argmax(), 1).to_pylist()[0]
                    name, data = list(images_of(row, [column]).items())[place]
                    nowhere = np.zeros(dataset.num_rows, bool)
                    found[order, place] = Camera(name, nowhere, decode(data).shape)
                found[order, place].there[first : first + len(table)] = there
    return [found[key] for key in sorted(found)]


def bytes_of(cameras: list[Camera], table: pa.Table) -> dict[str, list[bytes | None]]:
    """The encoded images of some rows by camera."""
    rows = table.to_pylist()
    found = [images_of(row, table.column_names) for row in rows]
    return {camera.name: [images.get(camera.name) for images in found] for camera in cameras}


def stored(camera: Camera, images: list[bytes | None]) -> list[dict]:
    """The images as a Parquet column holds them; a black one where there is none."""
    black = encode(np.zeros(camera.shape, np.uint8))
    return [black if data is None else {"bytes": data, "path": None} for data in images]


def presence(cameras: list[Camera]) -> dict[str, Column]:
    """``has_NAME`` for every camera of which some frames have no image."""
    return {
        f"has_{camera.name}": Column(pa.array(camera.there), "bool")
        for camera in cameras
        if not camera.there.all()
    }


def _lengths(cells: pa.ChunkedArray) -> np.ndarray:
    """How many images each cell holds."""
    if pa.types.is_list(cells.type):
        return pc.list_value_length(cells).fill_null(0).to_numpy()
    return cells.is_valid().to_numpy().astype(np.int32)
