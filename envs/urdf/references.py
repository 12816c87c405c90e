"""The files on which a URDF file depends, found without understanding any of them."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote

MOST_BYTES = 500_000_000  # of a file that is looked into
PACKAGES = ("package://", "model://")
URDF_FILES = re.compile(rb"""filename\s*=\s*(?:"([^"]+)"|'([^']+)')""")
DAE_FILES = re.compile(rb"<init_from>\s*(?:<ref>)?\s*([^<]+?)\s*<")
GLTF_FILES = re.compile(rb'"uri"\s*:\s*("(?:[^"\\]|\\.)*")')


def resolve(urdf: Path, name: str) -> Path:
    """The path of a file that a URDF names.

    ``package://name/rest`` (and ``model://``) is looked for in a folder ``name`` beside the URDF or
    above it, in such a folder that the URDF is in, and then as ``rest`` beside the URDF.

    Args:
        urdf: path of the URDF file.
        name: of the other one, as it is written.
    """
    name = name.removeprefix("file://")
    prefix = next((each for each in PACKAGES if name.startswith(each)), None)
    if prefix is None:
        return urdf.parent / name
    package, _, rest = name.removeprefix(prefix).partition("/")
    above = urdf.resolve().parents
    places = [folder / package / rest for folder in above]
    places += [folder / rest for folder in above if folder.name == package]
    return next((place for place in places if is_file(place)), urdf.parent / rest)


def digest(urdf: Path) -> str:
    """Of the contents of a URDF file and of all files that it needs, wherever they are."""
    return _digest([("", urdf), *references(urdf)])


def mesh_digest(mesh: Path) -> str:
    """Of the contents of a mesh file, its materials and textures, wherever they are."""
    return _digest([("", mesh), *mesh_references(mesh)])


def _digest(files: Iterable[tuple[str, Path]]) -> str:
    total = hashlib.sha256()
    for name, path in files:
        total.update(json.dumps([name, _hash(path)]).encode())
    return total.hexdigest()[:32]


def references(urdf: Path) -> Iterator[tuple[str, Path]]:
    """Names and paths of the meshes of a URDF file, their materials and textures, each once."""
    seen = set()
    for found in URDF_FILES.finditer(_bytes(urdf)):
        name = html.unescape((found[1] or found[2]).decode(errors="replace"))
        path = resolve(urdf, name)
        if path not in seen:
            seen.add(path)
            yield name, path
            for other, where in mesh_references(path):
                if where not in seen:
                    seen.add(where)
                    yield other, where


def mesh_references(mesh: Path) -> Iterator[tuple[str, Path]]:
    """Names and paths of the materials and textures of a mesh file."""
    match mesh.suffix.lower():
        case ".obj":
            for name in material_files(_bytes(mesh), mesh):
                library = beside(mesh, name)
                yield name, library
                for each in textures(_bytes(library)):
                    yield each, beside(library, each)
        case ".dae":
            for found in DAE_FILES.finditer(_bytes(mesh)):
                name = html.unescape(found[1].decode(errors="replace"))
                yield name, beside(mesh, name)
        case ".gltf":
            for found in GLTF_FILES.finditer(_bytes(mesh)):
                name = str(json.loads(found[1], strict=False))
                if not name.startswith("data:"):
                    yield name, beside(mesh, name)


def beside(file: Path, name: str) -> Path:
    """The path of what a file names relative to its own folder, perhaps as a URL or of Windows."""
    name = name.removeprefix("file://")
    tries = (name, name.replace("\\", "/"), unquote(name))
    return next((path for path in (file.parent / each for each in tries) if is_file(path)),
                file.parent / name)  # fmt: skip


def material_files(obj: bytes, mesh: Path) -> list[str]:
    """Names of the material files of an OBJ: a line has one, perhaps with spaces, or several."""
    names = []
    for line in lines_of(obj, rb"mtllib"):
        several = all(is_file(beside(mesh, part)) for part in line.split())
        names += line.split() if several and not is_file(beside(mesh, line)) else [line]
    return list(dict.fromkeys(names))


def textures(mtl: bytes) -> list[str]:
    """Names of the diffuse textures of a MTL file."""
    return [texture_name(line) for line in lines_of(mtl, rb"(?i:map_kd)")]


def texture_name(line: str) -> str:
    """The file that follows ``map_Kd``, perhaps after options such as ``-s 1 1 1``."""
    return line.split()[-1] if line.startswith("-") else line


def lines_of(text: bytes, keyword: bytes) -> list[str]:
    """What follows a keyword in each line that begins with it."""
    pattern = re.compile(rb"^[ \t]*" + keyword + rb"[ \t]+(.*)$", re.MULTILINE)
    return [line.decode(errors="replace").strip() for line in pattern.findall(text)]


def is_file(path: Path) -> bool:
    """Whether there is a regular file, to which a name with a zero byte or too long never leads."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _bytes(path: Path) -> bytes:
    try:
        if is_file(path) and path.stat().st_size <= MOST_BYTES:
            return path.read_bytes()
    except OSError:
        pass  # whoever opens it next says what is wrong
    return b""


def _hash(path: Path) -> str:
    if not is_file(path):
        return "missing"
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        return f"unreadable: {error.errno}"
