"""A user's own objects: ``PATH/kind/instance/*.urdf``."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

import numpy as np

from embodied_ssl_envs.bullet import BulletClient, pybullet, silence
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.geometry import Quaternion, Vector
from embodied_ssl_envs.objects.model import (
    Material,
    Named,
    apply_material,
    clamped_mass,
    materials,
    scaled_mass,
)
from embodied_ssl_envs.objects.splits import Splits
from embodied_ssl_envs.simulation import Simulation

MATERIAL = "plastic"  # a URDF does not say what it is made of


@dataclass(frozen=True)
class UrdfModel(Named):
    """An object whose geometry and colours are those of a URDF file."""

    name: str
    material: Material
    mass: float
    extents: Vector
    path: str
    offset: Vector
    """From the centre of the bounding box to the origin of the body's frame, metres."""
    orientation: Quaternion
    """Of the body's frame while the object is upright."""

    @property
    def outline(self) -> np.ndarray:
        return np.array(list(product((-0.5, 0.5), repeat=3))) * self.extents

    def spawn(
        self,
        client: BulletClient,
        position: Vector,
        orientation: Quaternion = (0, 0, 0, 1),
        scale: float = 1.0,
        fixed: bool = False,
    ) -> int:
        offset = [scale * value for value in self.offset]
        pose = client.multiplyTransforms(position, orientation, offset, self.orientation)
        body = load_urdf(client, self.path, scale, fixed)
        client.resetBasePositionAndOrientation(body, *pose)
        if not fixed:
            client.changeDynamics(body, -1, mass=scaled_mass(self.mass, scale))
        apply_material(client, body, self.material)
        return body


def load_urdf(
    client: BulletClient,
    path: str,
    scale: float = 1.0,
    fixed: bool = False,
    position: Vector = (0, 0, 0),
    orientation: Quaternion = (0, 0, 0, 1),
) -> int:
    """The body that a URDF file describes, its own frame at a pose.

    Raises:
        WorldError: naming the file, if Bullet cannot load it.
    """
    try:
        with silence():
            return client.loadURDF(
                path, position, orientation, useFixedBase=fixed, globalScaling=scale
            )
    except pybullet.error as error:
        raise WorldError(
            f"{path} does not load: is it a URDF with its meshes beside it?"
        ) from error


class Folder:
    """Objects named ``folder/kind/instance``.

    Raises:
        WorldError: if there is no such folder, nothing in it, or a file that does not load, unless
            ``skip_broken`` leaves those out with a warning; for a split file that lacks an object.
    """

    source = "folder"

    def __init__(self, path: str | Path, skip_broken: bool = False, splits: Splits | None = None):
        root = Path(path)
        if not root.is_dir():
            raise WorldError(f"there is no folder of objects at {root}")
        self._files = {
            f"folder/{file.parent.parent.name}/{file.parent.name}": str(file)
            for file in sorted(root.glob("*/*/*.urdf"))
        }
        if not self._files:
            raise WorldError(f"{root} holds no kind/instance/*.urdf")
        self._models = self._measure(skip_broken)
        if not self._models:
            raise WorldError(f"none of the objects in {root} loads")
        self.kinds = tuple(sorted({name.split("/")[1] for name in self._models}))
        self._splits = (splits or Splits()).of_all(self._models)

    def _measure(self, skip_broken: bool) -> dict[str, UrdfModel]:
        simulation, models = Simulation(), {}
        try:
            for name, path in self._files.items():
                try:
                    models[name] = _measured(simulation, name, path)
                except WorldError as error:
                    if not skip_broken:
                        raise
                    warnings.warn(f"left out: {error}", stacklevel=2)
        finally:
            with silence():
                simulation.close()
        return models

    @cached_property
    def _by_split(self) -> dict[str, list[str]]:
        splits: dict[str, list[str]] = {}
        for name in self._models:
            splits.setdefault(self._splits[name], []).append(name)
        return splits

    def sample(self, rng: np.random.Generator, split: str) -> str:
        """A random name of the split.

        Raises:
            WorldError: if the split is empty.
        """
        names = self._by_split.get(split)
        if not names:
            raise WorldError(f"the folder of objects has none in its {split} split; add more")
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


def _measured(simulation: Simulation, name: str, path: str) -> UrdfModel:
    simulation.reset()
    client = simulation.client
    body = load_urdf(client, path)
    links = range(-1, client.getNumJoints(body))
    low, high = np.array([client.getAABB(body, link) for link in links]).swapaxes(0, 1)
    low, high = low.min(axis=0), high.max(axis=0)
    origin, orientation = client.getBasePositionAndOrientation(body)
    return UrdfModel(
        name=name,
        material=materials()[MATERIAL],
        mass=clamped_mass(sum(client.getDynamicsInfo(body, link)[0] for link in links)),
        extents=tuple((high - low).tolist()),
        path=path,
        offset=tuple((np.array(origin) - (low + high) / 2).tolist()),
        orientation=orientation,
    )
