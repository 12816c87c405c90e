"""Photos to learn from: ``folder:PATH``, any tree of images, as frames without any interaction."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np

from embodied_ssl.data.decoded import open_decoded
from embodied_ssl.data.frames import FrameCache
from embodied_ssl.data.labelled import PHOTO_PREFIX, PHOTO_SIZE
from embodied_ssl.data.photo_folder import photos_to_learn_from
from embodied_ssl.data.photos import read_photo
from embodied_ssl.data.places import place
from embodied_ssl.data.rows import Rows
from embodied_ssl.errors import UserError
from embodied_ssl.files import checksum
from embodied_ssl.notes import note

UNREADABLE = "unreadable"
"""Of the cache's arrays: places of the photos that are no image."""


@dataclass(frozen=True)
class PhotoSource:
    """Photos; to image-based methods the same as a dataset of frames."""

    path: Path
    photos: tuple[Path, ...]
    split: tuple[str, ...]
    """Of each photo."""
    image_size: int = PHOTO_SIZE
    env: str = "photos"

    @classmethod
    def open(cls, spec: str) -> PhotoSource:
        """Open ``folder:PATH``; UserError where no photo is to be learned from."""
        path = place(spec.removeprefix(PHOTO_PREFIX))
        photos, split = photos_to_learn_from(path)
        if "train" not in split:
            why = "all are named val_ or test_" if len(photos) > 1 else "its only one is held out"
            raise UserError(f"{path} has no photos to train on: {why}.")
        return cls(path, tuple(photos), tuple(split))

    @cached_property
    def fingerprint(self) -> str:
        """Of the names and the contents of the photos, hexadecimal."""
        digest = hashlib.sha256()
        with ThreadPoolExecutor() as pool:
            sums = pool.map(checksum, self.photos)
            for path, content in zip(self.photos, sums, strict=True):
                digest.update(os.fsencode(f"{path.relative_to(self.path)} {content}\n"))
        return digest.hexdigest()[:16]

    def cache(self, image_size: int | None = None) -> FrameCache:
        """The middle square of every photo that can be read, the others are named and counted.

        A photo's ``category`` is the first folder that it is in.

        Raises:
            UserError: when no photo to train on can be read.
        """
        size, small = image_size or self.image_size, []
        frames, beside = open_decoded(
            self.path,
            self.fingerprint,
            size,
            lambda: (self.photos, {}),
            partial(read_photo, small=small),
            lenient=True,
        )
        if small:
            first = min(small).relative_to(self.path)
            note(
                f"{self.path}: {len(small)} of {len(self.photos)} photos have fewer than {size} "
                f"pixels along a side and are enlarged ({first} ...)"
            )
        broken = beside[UNREADABLE]
        index, split = np.arange(len(self.photos)), np.array(self.split, object)
        index[broken] = -1
        split[broken] = ""
        if len(broken):
            first = self.photos[broken[0]].relative_to(self.path)
            note(f"{self.path}: {len(broken)} of {len(index)} photos cannot be read ({first} ...)")
        if not (split == "train").any():
            raise UserError(f"{self.path} has no photo to train on that can be read.")
        parts = [path.relative_to(self.path).parts for path in self.photos]
        rows = Rows(split=split)
        rows["category"] = np.array([each[0] if len(each) > 1 else "" for each in parts], object)
        rows["instance"] = np.array(["/".join(each) for each in parts], object)
        return FrameCache(frames, rows, {"image": index})
