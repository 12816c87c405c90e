"""A user's own objects: ``PATH/kind/instance/*.urdf``, or a mesh instead of the URDF."""

from __future__ import annotations

import hashlib
import json
import math
import warnings
from contextlib import closing
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects.splits import Splits
from embodied_ssl_envs.objects.urdf_model import UrdfModel, urdf_model
from embodied_ssl_envs.urdf import check_urdfs
from embodied_ssl_envs.urdf.mesh_objects import mesh_in, urdf_of_mesh
from embodied_ssl_envs.urdf.references import mesh_digest
from embodied_ssl_envs.urdf.sandbox import Sandbox

SCALES = (1e-4, 1e4)


class Folder:
    """Objects named ``folder/kind/instance``.

    Args:
        path: of the folder; ``~`` is the user's home.
        skip_broken: leave out objects that cannot be simulated, with a warning each.
        scale: factor of their lengths.

    Raises:
        WorldError: if there is no such folder, nothing in it, or an object that cannot be
            simulated, unless ``skip_broken``; for a split file that lacks an object.
    """

    source = "folder"

    def __init__(
        self,
        path: str | Path,
        skip_broken: bool = False,
        scale: float = 1.0,
        splits: Splits | None = None,
    ):
        if not (math.isfinite(scale) and SCALES[0] <= scale <= SCALES[1]):
            raise WorldError(f"scale must be from {SCALES[0]:g} to {SCALES[1]:g}, not {scale:g}")
        self.root = _folder(path)
        files = _files(self.root, skip_broken)
        if not files:
            raise WorldError(f"{self.root} holds no kind/instance/*.urdf, and no mesh there")
        self._models: dict[str, UrdfModel] = {}
        digests = {name: mesh_digest(file) for name, file in files.items() if _is_mesh(file)}
        urdfs = _with_urdfs(files, scale, skip_broken)
        paths = [str(file) for file in urdfs.values()]
        with closing(check_urdfs(paths, movable=True)) as checks:
            for name, checked in zip(urdfs, checks, strict=True):
                checked = replace(checked, source=str(files[name]))
                digests.setdefault(name, checked.digest)
                try:
                    self._models[name] = urdf_model(name, checked, scale)
                except WorldError as error:
                    if not skip_broken:
                        raise
                    warnings.warn(f"left out: {error}", stacklevel=2)
        if not self._models:
            raise WorldError(f"none of the objects in {self.root} can be simulated")
        self.kinds = tuple(sorted({name.split("/")[1] for name in self._models}))
        self._splits = (splits or Splits()).of_all(self._models)
        self.fingerprint = hashlib.sha256(json.dumps(sorted(digests.items())).encode()).hexdigest()
        """Of names and contents, wherever the folder is."""

    @property
    def all_names(self) -> set[str]:
        """The names of all objects."""
        return set(self._models)

    @cached_property
    def _by_split(self) -> dict[str, list[str]]:
        splits: dict[str, list[str]] = {}
        for name in self._models:
            splits.setdefault(self._splits[name], []).append(name)
        return splits

    def require(self, splits: tuple[str, ...]) -> None:
        """Make sure that there is an object in each of some splits.

        Raises:
            WorldError: naming the first split that has none.
        """
        for split in splits:
            if not self._by_split.get(split):
                raise WorldError(
                    f"the folder of objects {self.root} has none in its {split} split, and at "
                    f"least 1 is needed in each of {', '.join(splits)}: it has "
                    f"{len(self._models)} objects ({self._counts()}); add more"
                )

    def _counts(self) -> str:
        return ", ".join(f"{len(names)} {split}" for split, names in sorted(self._by_split.items()))

    def sample(self, rng: np.random.Generator, split: str) -> str:
        """A random name of the split.

        Raises:
            WorldError: if the split is empty.
        """
        names = self._by_split.get(split)
        if not names:
            self.require((split,))
        return names[rng.integers(len(names))]

    def names(self, split: str, count: int) -> list[str]:
        """Up to ``count`` names of the split, taken from all kinds in turn."""
        by_kind: dict[str, list[str]] = {kind: [] for kind in self.kinds}
        for name in self._by_split.get(split, []):
            by_kind[name.split("/")[1]].append(name)
        longest = max(map(len, by_kind.values()))
        in_turn = [
            names[place]
            for place in range(longest)
            for names in by_kind.values()
            if place < len(names)
        ]
        return in_turn[:count]

    def load(self, name: str) -> UrdfModel:
        """The object of this name."""
        if name not in self._models:
            raise WorldError(f"the folder of objects has no {name!r}")
        return self._models[name]


def _folder(path: str | Path) -> Path:
    try:
        root = Path(path).expanduser()
        if root.is_dir():
            return root
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, a home of nobody
        pass
    raise WorldError(f"there is no folder of objects at {path}")


def _is_mesh(file: Path) -> bool:
    return file.suffix != ".urdf"


def _with_urdfs(files: dict[str, Path], scale: float, skip_broken: bool) -> dict[str, Path]:
    """The files with a URDF in the place of every mesh."""
    found = {}
    with Sandbox() as sandbox:
        for name, file in files.items():
            try:
                found[name] = urdf_of_mesh(file, scale, sandbox) if _is_mesh(file) else file
            except WorldError as error:
                if not skip_broken:
                    raise
                warnings.warn(f"left out: {error}", stacklevel=3)
    return found


def _files(root: Path, skip_broken: bool) -> dict[str, Path]:
    """The URDF files below a folder, or meshes where there is none, by the names of the objects."""
    found: dict[str, Path] = {}
    for kind in _inside(root):
        for instance in _inside(kind):
            files = [file for file in _inside(instance) if file.suffix == ".urdf"]
            name = f"folder/{kind.name}/{instance.name}"
            fault = ""
            try:
                mesh = mesh_in(instance) if not files and instance.is_dir() else None
                files += [mesh] if mesh else []
            except WorldError as error:
                if not skip_broken:
                    raise
                warnings.warn(f"left out: {error}", stacklevel=3)
            if len(files) > 1:
                fault = "holds several URDF files, and an object is one of them"
            elif files and name.encode(errors="replace").decode() != name:
                fault = "has a name that is no text"
            if fault and not skip_broken:
                raise WorldError(f"{instance} {fault}")
            if fault:
                warnings.warn(f"left out: {instance} {fault}", stacklevel=3)
            elif files:
                found[name] = files[0]
    return found


def _inside(folder: Path) -> list[Path]:
    """What a folder holds, in order; nothing for what is no folder."""
    try:
        return sorted(folder.iterdir()) if folder.is_dir() else []
    except OSError as error:
        raise WorldError(f"{error.filename or folder} cannot be read: {error.strerror}") from error
