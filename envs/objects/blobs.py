"""The random blobs of pybullet_data, scaled to fit the gripper, each with many textures."""

from __future__ import annotations

import tomllib
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
import trimesh

from embodied_ssl_envs.bullet import data_path
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects.mesh_primitives import MeshPrimitive
from embodied_ssl_envs.objects.model import SolidModel, clamped_mass, materials
from embodied_ssl_envs.objects.solids import HullSolid
from embodied_ssl_envs.objects.splits import seed_of, split_of
from embodied_ssl_envs.objects.textures import draw_texture

VARIANTS = 100  # textures of each shape
LONGEST = 0.13  # metres, of the longest side
GRIP = (0.03, 0.065)  # metres, of the shorter horizontal side; the gripper opens 0.08
MATERIALS = ("wood", "plastic", "rubber", "foam", "ceramic", "metal")
FILL = 1.0  # share of the volume that is material


@cache
def _shapes() -> tuple[str, ...]:
    """The numbers of the shapes with few triangles and few convex pieces (``blobs.toml``)."""
    text = files("embodied_ssl_assets").joinpath("blobs.toml").read_text()
    return tuple(f"{number:03d}" for number in tomllib.loads(text)["shapes"])


@lru_cache(maxsize=32)
def _solid(number: str) -> HullSolid:
    file = data_path("random_urdfs", number, f"{number}.obj")
    mesh = trimesh.load(file, force="mesh", process=False, skip_materials=True)
    rng = np.random.default_rng(seed_of(f"blobs/blob/{number}"))
    scale = min(rng.uniform(*GRIP) / min(mesh.extents[:2]), LONGEST / max(mesh.extents))
    triangles = mesh.triangles * scale
    place = (mesh.triangles - mesh.bounds[0]) / mesh.extents  # in [0, 1] on each axis
    around = np.arctan2(place[..., 1] - 0.5, place[..., 0] - 0.5) / (2 * np.pi) % 1
    crossing = np.ptp(around, axis=1, keepdims=True) > 0.5
    around = np.where(crossing & (around < 0.5), 1.0, around)
    uv = np.stack([around, place[..., 2]], axis=-1)
    level = np.abs(mesh.face_normals[:, 2]) > 0.8  # seen from above, the texture lies flat
    uv[level] = place[level][..., :2]
    volume = FILL * abs(mesh.volume) * scale**3
    return HullSolid([MeshPrimitive(triangles, uv)], str(file), float(scale), float(volume))


@lru_cache(maxsize=32)
def build(name: str) -> SolidModel:
    """The blob of this name; everything about it follows from the name."""
    number = name.split("/")[2].split("-")[0]
    rng = np.random.default_rng(seed_of(name))
    material = materials()[MATERIALS[rng.integers(len(MATERIALS))]]
    solid = _solid(number)
    return SolidModel(
        name=name,
        material=material,
        mass=clamped_mass(material.density * solid.volume),
        extents=solid.extents,
        solid=solid,
        texture=draw_texture(rng, material.name, ()),
    )


class Blobs:
    """Objects named ``blobs/blob/017-3``: shape 17 with its texture 3."""

    source = "blobs"
    kinds = ("blob",)

    def sample(self, rng: np.random.Generator, split: str) -> str:
        """A random name of the split."""
        while True:
            shape = _shapes()[rng.integers(len(_shapes()))]
            name = f"blobs/blob/{shape}-{rng.integers(VARIANTS)}"
            if split_of(name) == split:
                return name

    def names(self, split: str, count: int) -> list[str]:
        """The first ``count`` shapes of the split with their first textures, or all of them."""
        names = (f"blobs/blob/{shape}-0" for shape in _shapes())
        return [name for name in names if split_of(name) == split][:count]

    def load(self, name: str) -> SolidModel:
        """The object of this name."""
        shape, _, variant = name.split("/")[-1].partition("-")
        if shape not in _shapes() or not variant.isdecimal():
            raise WorldError(f"no blob is called {name!r}; try blobs/blob/{_shapes()[0]}-0")
        return build(name)
