"""WebDataset: tar files of samples, read one after the other.

``train-000000.tar`` and so on for each split, so that a brace pattern names all of it. A sample is
a row: ``00000012.overhead.webp`` and so on, the bytes of each image as they are stored, and
``00000012.json`` with every other column; the key is the number of the row in the dataset.
"""

from __future__ import annotations

import io
import json
import tarfile
from contextlib import ExitStack, closing
from pathlib import Path

from embodied_ssl.data.dataset import Dataset
from embodied_ssl.exporting.names import FileNames
from embodied_ssl.exporting.rows import ending_of, image_columns, images_of, read_rows

LARGEST = 100 * 2**20  # bytes after which another tar file begins


def write_webdataset(dataset: Dataset, folder: Path) -> dict[str, int]:
    """Tar files with the images as they are stored and the other columns as JSON."""
    images, names = image_columns(dataset), FileNames()
    counts = {"rows": 0, "images": 0, "tar files": 0}
    with ExitStack() as stack:
        splits: dict[str, _Tars] = {}
        for number, row in read_rows(dataset):
            split = row["split"]
            if split not in splits:
                splits[split] = stack.enter_context(closing(_Tars(folder, names(split))))
            files = {
                f"{name}.{ending_of(data)}": data for name, data in images_of(row, images).items()
            }
            counts["images"] += len(files)
            counts["rows"] += 1
            values = {name: value for name, value in row.items() if name not in images}
            files["json"] = json.dumps({"row": number} | values, ensure_ascii=False).encode()
            splits[split].add(f"{number:08d}", files)
        counts["tar files"] = sum(tars.count for tars in splits.values())
    return counts


class _Tars:
    """The tar files of a split; another one begins where one is full."""

    def __init__(self, folder: Path, split: str):
        self._folder, self._split = folder, split
        self._tar: tarfile.TarFile | None = None
        self.count = 0

    def add(self, key: str, files: dict[str, bytes]) -> None:
        """Add a sample."""
        if self._tar is None or self._tar.offset >= LARGEST:
            self.close()
            path = self._folder / f"{self._split}-{self.count:06d}.tar"
            self._tar = tarfile.TarFile(path, "w")
            self.count += 1
        for ending, data in files.items():
            about = tarfile.TarInfo(f"{key}.{ending}")  # of no time and nobody: the same bytes
            about.size = len(data)
            self._tar.addfile(about, io.BytesIO(data))

    def close(self) -> None:
        """End the tar file that is open."""
        if self._tar is not None:
            self._tar.close()
