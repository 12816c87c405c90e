"""What trimesh cannot know of a mesh: where its materials are, and what is wrong with them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from trimesh.resolvers import Resolver

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.numbers import shown
from embodied_ssl_envs.urdf.references import (
    beside,
    is_file,
    lines_of,
    material_files,
    texture_name,
)
from embodied_ssl_envs.urdf.textures import open_texture

ALL = "all-materials"  # the name under which an OBJ finds its materials


class MeshFiles(Resolver):
    """The files that a mesh names; trimesh goes on without those that it cannot read.

    Args:
        mesh: path of the mesh.
        obj: its contents, if it is an OBJ with looks.
    """

    def __init__(self, mesh: Path, obj: bytes):
        self._mesh = mesh
        self._folders = [mesh]
        self.faults: list[str] = []
        """What is wrong with the files asked for."""
        self.images: dict[str, bytes] = {}
        """Contents of the textures that were read, by name."""
        self._materials = b"\n".join(self._libraries(obj))
        names = {name.strip() for name in lines_of(self._materials, rb"newmtl")}
        for name in lines_of(obj, rb"usemtl"):
            if self._folders[1:] and name not in names:
                self.faults.append(f"its material file has no material {shown(name)}")

    def _libraries(self, obj: bytes) -> list[bytes]:
        found = []
        for name in material_files(obj, self._mesh):
            path = beside(self._mesh, name)
            if is_file(path):
                self._folders.append(path)
                found.append(path.read_bytes())
            else:
                self.faults.append(f"its material file {shown(name)} is not there")
        return found

    def has_colors(self, material: Any) -> bool:
        """Whether a material of trimesh says its colour, and not trimesh for want of one."""
        told = material.kwargs.get("kd") is not None or self._mesh.suffix.lower() != ".obj"
        return material.diffuse is not None and material.image is None and told

    def get(self, name: str) -> bytes:
        """The contents of a file."""
        if name.strip() == ALL:
            return self._materials
        where = [beside(file, texture_name(name)) for file in reversed(self._folders)]
        path = next((path for path in where if is_file(path)), None)
        if path is None:
            self.faults.append(f"its texture {shown(name)} is not there")
            raise FileNotFoundError(name)
        data = path.read_bytes()
        if path.suffix.lower() != ".bin":  # buffers of a glTF
            try:
                open_texture(data, name)
            except WorldError as error:
                self.faults.append(str(error))
                raise
        self.images[name] = data
        return data

    def keys(self) -> list[str]:
        """No file is listed: each is asked for by its name."""
        return []

    def namespaced(self, namespace: str) -> MeshFiles:
        """The same: no archive is opened."""
        return self

    def write(self, name: str, data: bytes) -> None:
        """Nothing is written.

        Raises:
            PermissionError: always.
        """
        raise PermissionError(name)


def obj_for_trimesh(data: bytes) -> bytes:
    """An OBJ whose materials are in one file: trimesh reads the first only."""
    if not lines_of(data, rb"mtllib"):
        return data
    rest = re.sub(rb"^[ \t]*mtllib[ \t].*$", b"", data, flags=re.MULTILINE)
    return f"mtllib {ALL}\n".encode() + rest


def check_obj(data: bytes) -> None:
    """WorldError for faces of an OBJ whose indices lead nowhere: Bullet would follow them."""
    counts = [len(re.findall(rb"^[ \t]*" + key + rb"[ \t]", data, re.MULTILINE))
              for key in (b"v", b"vt", b"vn")]  # fmt: skip
    if not counts[0]:
        raise WorldError("has no vertices")
    lines = lines_of(data.replace(b"\\\n", b" ").replace(b"\\\r\n", b" "), rb"f")
    faces = [line.partition("#")[0].split() for line in lines]
    if short := next((face for face in faces if len(face) < 3), None):
        raise WorldError(f"has a face of fewer than three corners: {shown('f ' + ' '.join(short))}")
    for corner in set().union(*faces):
        parts = corner.split("/")
        try:
            used = [int(part) if part else None for part in parts]
        except ValueError:
            used = [None]
        if used[0] is None or len(parts) > 3:
            raise WorldError(f"has a face with a corner that is none: {shown(corner)}")
        for index, count in zip(used, counts, strict=False):
            if index is not None and not 1 <= abs(index) <= count:
                raise WorldError(f"has a face with an index that is not there: {index}")
