"""The format of ``scene.yaml``: the bodies of a user's own scene and the start poses.

```yaml
kind: kitchen                # stored with every frame; the folder's name if it is left out
bodies:
  - urdf: table/table.urdf   # from where scene.yaml is
    position: [1.5, 0, 0]    # metres; the floor is at height 0
    orientation: [0, 0, 90]  # roll, pitch, yaw in degrees, or a quaternion [x, y, z, w]
    scale: 1.2
starts:                      # anywhere in the free space if they are left out
  - position: [0, 0]         # metres
    heading: 90              # degrees counter-clockwise from x
```

A body must have its ``urdf`` and a start its ``position``; the rest can be left out.
"""

from __future__ import annotations

import hashlib
import math
import os
import reprlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from embodied_ssl_envs.bullet import pybullet
from embodied_ssl_envs.errors import WorldError, did_you_mean
from embodied_ssl_envs.geometry import Quaternion, Vector
from embodied_ssl_envs.urdf.references import is_file, references

FILE = "scene.yaml"
MOST = 2000  # bodies, or starts
MOST_BYTES = 10_000_000


@dataclass(frozen=True)
class Body:
    """A static body of a scene."""

    urdf: str
    position: Vector
    """Of the URDF's own frame, metres."""
    orientation: Quaternion
    scale: float
    path: str = ""
    """Of the URDF as it was prepared for Bullet."""
    digest: str = ""
    """Of the contents of its files."""


@dataclass(frozen=True)
class Start:
    """A start pose of episodes."""

    position: tuple[float, float]
    """Metres."""
    heading: float
    """Radians counter-clockwise from x."""


@dataclass(frozen=True)
class SceneFile:
    """The content of a ``scene.yaml``."""

    file: Path
    kind: str
    bodies: tuple[Body, ...]
    starts: tuple[Start, ...]
    """Anywhere in the free space if there are none."""


def read_scenes(path: str | Path) -> list[SceneFile]:
    """The scene of a folder, or else those of the folders in it, by name.

    Raises:
        WorldError: saying in one line which file is wrong, and how.
    """
    root = Path(path).resolve()
    if not root.is_dir():
        raise WorldError(f"there is no folder of a scene at {path}")
    files = [root / FILE] if (root / FILE).is_file() else sorted(root.glob(f"*/{FILE}"))
    if not files:
        raise WorldError(f"{path} holds no {FILE}, nor does a folder in it")
    return [_read(file) for file in files]


def fingerprint(scenes: Sequence[SceneFile]) -> str:
    """Name or number of scenes, and a digest of what is in their folders and those of bodies."""
    digest = hashlib.sha256()
    for scene in scenes:
        inside = {scene.file.parent, *(Path(body.urdf).parent for body in scene.bodies)}
        folders = {Path(os.path.normpath(folder)) for folder in inside}
        files = {file for folder in folders for file in folder.rglob("*")}
        for body in scene.bodies:  # its meshes may be elsewhere
            files |= {Path(os.path.normpath(path)) for _, path in references(Path(body.urdf))}
        for file in sorted(files):
            name = Path(os.path.relpath(file, scene.file.parent.parent))
            hidden = any(part.startswith(".") and part != ".." for part in name.parts)
            if file.is_file() and not hidden:
                digest.update(str(name).encode())
                digest.update(hashlib.sha256(file.read_bytes()).digest())
    names = scenes[0].file.parent.name if len(scenes) == 1 else f"{len(scenes)} scenes"
    return f"{names} {digest.hexdigest()[:16]}"


def _read(file: Path) -> SceneFile:
    try:
        if file.stat().st_size > MOST_BYTES:
            raise WorldError(f"{file} is larger than {MOST_BYTES // 1_000_000} MB")
        content = yaml.safe_load(file.read_bytes())
    except OSError as error:
        raise WorldError(f"{file} cannot be read: {error.strerror}") from error
    except RecursionError as error:
        raise WorldError(f"{file} is nested too deeply") from error
    except yaml.MarkedYAMLError as error:
        line = f"line {error.problem_mark.line + 1}: " if error.problem_mark else ""
        raise WorldError(f"{file} is no YAML: {line}{error.problem}") from error
    except yaml.YAMLError as error:
        raise WorldError(f"{file} is no YAML: it holds what is no text") from error
    said = _mapping(content, str(file), ("kind", "bodies", "starts"))
    kind = said.get("kind", file.parent.name)
    if not isinstance(kind, str) or not kind.strip():
        raise WorldError(f"{file}: kind must be a name, not {kind!r}")
    bodies, starts = (said.get(name) or [] for name in ("bodies", "starts"))
    if not isinstance(bodies, list) or not bodies:
        raise WorldError(f"{file} must list at least one body under bodies")
    if max(len(bodies), len(starts) if isinstance(starts, list) else 0) > MOST:
        raise WorldError(f"{file} lists more than {MOST} bodies or starts")
    if not isinstance(starts, list):
        raise WorldError(f"{file}: starts must be a list, not {reprlib.repr(starts)}")
    return SceneFile(
        file,
        kind,
        tuple(_body(body, file, number) for number, body in enumerate(bodies, 1)),
        tuple(_start(start, f"{file}, start {number}") for number, start in enumerate(starts, 1)),
    )


def _body(content: Any, file: Path, number: int) -> Body:
    where = f"{file}, body {number}"
    said = _mapping(content, where, ("urdf", "position", "orientation", "scale"))
    if "urdf" not in said:
        raise WorldError(f"{where} must name its urdf")
    urdf = file.parent / str(said["urdf"])
    if not is_file(urdf):
        raise WorldError(f"{where}: there is no urdf at {urdf}")
    turn = _numbers(said.get("orientation", [0, 0, 0]), f"{where}: orientation", 3, 4)
    if len(turn) == 3:
        turn = pybullet.getQuaternionFromEuler([math.radians(angle) for angle in turn])
    length = math.hypot(*turn)
    if length < 1e-6:
        raise WorldError(f"{where}: orientation is no quaternion: all four numbers are 0")
    (scale,) = _numbers(said.get("scale", 1), f"{where}: scale", 1)
    if scale <= 0:
        raise WorldError(f"{where}: scale must be above 0, not {scale:g}")
    position = _numbers(said.get("position", [0, 0, 0]), f"{where}: position", 3)
    return Body(str(urdf), position, tuple(value / length for value in turn), scale)


def _start(content: Any, where: str) -> Start:
    said = _mapping(content, where, ("position", "heading"))
    (heading,) = _numbers(said.get("heading", 0), f"{where}: heading", 1)
    position = _numbers(said.get("position", []), f"{where}: position", 2)
    return Start(position, math.radians(heading))


def _mapping(content: Any, where: str, keys: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(content, dict):
        raise WorldError(
            f"{where} must be a mapping with {', '.join(keys)}, not {reprlib.repr(content)}"
        )
    for key in content:
        if key not in keys:
            raise WorldError(f"{where}: {did_you_mean('key', key, keys)}")
    return content


def _numbers(content: Any, where: str, *counts: int) -> tuple[float, ...]:
    values = content if isinstance(content, list) else [content]
    try:
        numbers = tuple(float(value) for value in values if not isinstance(value, bool))
    except (TypeError, ValueError, OverflowError):
        numbers = ()
    if len(values) != len(numbers) or not all(map(math.isfinite, numbers)):
        raise WorldError(f"{where} must be finite numbers, not {reprlib.repr(content)}")
    if len(numbers) not in counts:
        many = " or ".join(map(str, counts))
        raise WorldError(f"{where} must have {many} numbers, not {len(numbers)}")
    return numbers
