"""Finding the labelled photos of a folder, their layout, and which of them are asked about."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from embodied_ssl.data.photos import PHOTOS
from embodied_ssl.errors import UserError

PREFIXES = {"train": ("both", "gallery"), "val": ("val", "query"), "test": ("test", "query")}
INSTANCES = 3
LAYOUTS = {INSTANCES: "category/instance/*.jpg", 2: "category/*.jpg"}
"""Parts of a path below the folder -> the layout. In the second every photo is an object of its
own, so categories can be retrieved and instances cannot."""
SPLIT_FOLDERS = {"train", "training", "val", "valid", "validation", "test", "testing"}
DEEPEST = 8  # folders below one another that are looked into: links may go round in circles


@dataclass(frozen=True)
class PhotoFolder:
    """The photos of a folder, in the order of their paths."""

    paths: list[Path]
    layout: int
    """Of ``LAYOUTS``."""
    named: bool
    """Whether the names say which photos are queries; else a hash of the path does."""
    left_out: dict[str, int] = field(default_factory=dict)
    """What else is there: how many files of each sort."""

    @property
    def parts(self) -> list[tuple[str, str]]:
        """The split and the role of each photo."""
        names = [_prefix(path) if self.named else self._drawn(path) for path in self.paths]
        return [PREFIXES[name] for name in names]

    def _drawn(self, path: Path) -> str:
        """Half of the photos without such names for the gallery, a quarter for each split."""
        name = "/".join(path.parts[-self.layout :])
        return ("train", "train", "val", "test")[hashlib.blake2b(os.fsencode(name)).digest()[0] % 4]


def find_photos(folder: Path) -> PhotoFolder:
    """The photos of a folder; hidden files, such as ``._photo.jpg`` of macOS, are none.

    Raises:
        UserError: for no folder and no photos, and for an exception from what all others say: a
            photo in the other layout, or a name without ``train_``, ``val_`` or ``test_`` where
            others have it.
    """
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder of photos.")
    found: dict[int, list[Path]] = {depth: [] for depth in LAYOUTS}
    left_out: Counter[str] = Counter()
    for path in _visible_files(folder):
        depth = len(path.relative_to(folder).parts)
        if path.suffix.lower() not in PHOTOS:
            left_out[path.suffix.lower() or "without an ending"] += 1
        elif not path.is_file():
            left_out["no plain file"] += 1
        elif depth in LAYOUTS:
            found[depth].append(path)
        else:
            left_out[f"not as {LAYOUTS[INSTANCES]}"] += 1
    layout = max(LAYOUTS, key=lambda depth: len(found[depth]))
    if not found[layout]:
        there = f" (but {listed(left_out)})" if left_out else ""
        raise UserError(f"{folder} holds no photos as category/instance/*.jpg{there}.")
    other = next(depth for depth in LAYOUTS if depth != layout)
    if found[other]:
        raise UserError(
            f"{folder} has {len(found[layout])} photos as {LAYOUTS[layout]}, but {found[other][0]} "
            f"as {LAYOUTS[other]}: lay all of them out alike."
        )
    paths = sorted(found[layout])
    tops = {path.relative_to(folder).parts[0] for path in paths}
    if len(tops) > 1 and {top.lower() for top in tops} <= SPLIT_FOLDERS:
        raise UserError(
            f"{folder} has splits for folders ({', '.join(sorted(tops))}), where categories are "
            "expected: name the photos train_*, val_* and test_* instead."
        )
    return PhotoFolder(paths, layout, _all_are_named(folder, paths), dict(left_out))


def every_photo(folder: Path) -> list[Path]:
    """All photos of a tree, in the order of their paths; UserError for no folder and no photos."""
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder of photos.")
    paths = sorted(
        path for path in _visible_files(folder) if path.suffix.lower() in PHOTOS and path.is_file()
    )
    if not paths:
        raise UserError(f"{folder} holds no photos.")
    return paths


def photos_to_learn_from(folder: Path) -> tuple[list[Path], list[str]]:
    """All photos of a tree, in the order of their paths, and the split of each.

    Names with ``train_``, ``val_`` and ``test_`` say it. Without such names the photos that
    ``find_photos`` would ask about are not trained on; in a tree that it would not take, one of 20
    is kept for val.

    Raises:
        UserError: for no folder and no photos, and where some but not all are named so.
    """
    paths = every_photo(folder)
    if _all_are_named(folder, paths):
        return paths, [_prefix(path) for path in paths]
    depths = {len(path.relative_to(folder).parts) for path in paths}
    if depths <= {INSTANCES} or depths <= {2}:
        roles = PhotoFolder(paths, depths.pop(), named=False).parts
        return paths, ["train" if split == "both" else split for split, _ in roles]
    return paths, [
        "val" if _hash(path.relative_to(folder)) % 20 == 0 else "train" for path in paths
    ]


def _hash(path: Path) -> int:
    return hashlib.blake2b(os.fsencode(path)).digest()[0]


def listed(counts: dict[str, int]) -> str:
    """Counts in words, "3 .heic, 1 .txt"."""
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{count} {name}" for name, count in ordered)


def _all_are_named(folder: Path, paths: list[Path]) -> bool:
    """Whether all photos are named by their part, rather than none; UserError in between."""
    named = [path for path in paths if _prefix(path)]
    if len(named) in (0, len(paths)):
        return bool(named)
    others = [path for path in paths if not _prefix(path)]
    odd, few = (named, len(named)) if len(named) < len(others) else (others, len(others))
    is_not = "is" if odd is named else "is not"
    raise UserError(
        f"{folder}: {odd[0].relative_to(folder)} {is_not} named train_*, val_* or test_*, as "
        f"{len(paths) - few} of {len(paths)} photos {'are not' if odd is named else 'are'}: name "
        "all of them so, or none."
    )


def _prefix(path: Path) -> str | None:
    prefix, underscore, _ = path.name.lower().partition("_")
    return prefix if underscore and prefix in PREFIXES else None


def _visible_files(folder: Path) -> Iterable[Path]:
    for parent, folders, files in os.walk(folder, followlinks=True):
        deep = len(Path(parent).relative_to(folder).parts) >= DEEPEST
        folders[:] = [] if deep else sorted(f for f in folders if not f.startswith("."))
        yield from (Path(parent, file) for file in sorted(files) if not file.startswith("."))
