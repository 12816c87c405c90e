"""Objects of which there is a mesh alone: a URDF that says how it looks and where it is touched.

The mesh is touched as a few convex pieces (CoACD, Wei et al., SIGGRAPH 2022), so that a finger fits
into a handle. They are found once for a mesh's contents, in a sandbox, and kept in the cache.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import numpy as np
import trimesh

from embodied_ssl_envs.cache import cache_folder, cached
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.urdf.mesh_files import FORMATS, Piece, load_pieces
from embodied_ssl_envs.urdf.mesh_writer import write_outline
from embodied_ssl_envs.urdf.references import mesh_digest
from embodied_ssl_envs.urdf.sandbox import Sandbox
from embodied_ssl_envs.urdf.verdicts import remembered

VERSION = 1  # of what is found: another one is found anew
DENSITY = 500.0  # kg/m^3: between a hollow thing and a full one
MOST_TRIANGLES = 3000  # that are decomposed; more say nothing about a handle
SEARCH = {
    "threshold": 0.1,  # concavity of a piece, at which it counts as convex
    "max_convex_hull": 16,
    "preprocess_resolution": 30,
    "resolution": 500,
    "mcts_iterations": 20,
    "mcts_nodes": 8,
    "mcts_max_depth": 2,
    "seed": 0,
}
"""Of CoACD: with its own settings a cup takes minutes, with these a dozen seconds."""
HEAVIEST = 1000.0  # kg, and kg m^2: a mesh in millimetres weighs tons until it is scaled
DECOMPOSE = "embodied_ssl_envs.urdf.mesh_objects:decompose"
SECONDS = 300  # of processor time: ten times what any scan has taken
COLLISION = "collision.obj"
URDF = """<robot name="mesh"><link name="base">
<inertial><origin xyz="{x} {y} {z}"/><mass value="{mass}"/>
<inertia ixx="{ixx}" iyy="{iyy}" izz="{izz}" ixy="0" ixz="0" iyz="0"/></inertial>
<visual><geometry><mesh filename={mesh}/></geometry></visual>
<collision><geometry><mesh filename={collision}/></geometry></collision>
</link></robot>
"""


def mesh_in(folder: Path) -> Path | None:
    """The mesh of an object in a folder without a URDF, None where there is none.

    Raises:
        WorldError: for several of them.
    """
    found = sorted(
        file
        for file in folder.iterdir()
        if file.suffix.lower().removeprefix(".") in FORMATS and "collision" not in file.stem.lower()
    )
    if len(found) > 1:
        names = ", ".join(file.name for file in found)
        raise WorldError(f"{folder} holds several meshes and no URDF that names one: {names}")
    return found[0] if found else None


def urdf_of_mesh(mesh: Path, scale: float, sandbox: Sandbox) -> Path:
    """Path of a URDF for a mesh that has none.

    Args:
        mesh: path of the file.
        scale: factor of its lengths, which its mass depends on.
        sandbox: in which it is looked at.

    Raises:
        WorldError: naming the file, for one that is no mesh or has no volume.
    """
    key = mesh_digest(mesh)
    place = cache_folder() / f"mesh-{VERSION}" / key
    known = remembered(sandbox, DECOMPOSE, mesh, place, COLLISION, SECONDS)
    if "fault" in known:
        raise WorldError(f"{mesh}: {known['fault']}")
    facts = known["facts"]
    mass = min(DENSITY * facts["volume"] * scale**3, HEAVIEST)
    x, y, z = facts["centre"]
    # A box's, in the unit of the file; the simulation has its own of the shape.
    ixx, iyy, izz = np.minimum(mass * np.array(facts["inertia"]), HEAVIEST).tolist()
    text = URDF.format(
        x=x, y=y, z=z, mass=mass, ixx=ixx, iyy=iyy, izz=izz,
        mesh=quoteattr(str(mesh.absolute())), collision=quoteattr(str(place / COLLISION)),
    )  # fmt: skip
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    return Path(cached(f"mesh-{VERSION}/{key}/{name}.urdf", text.encode))


def decompose(path: str, folder: str) -> dict[str, Any]:
    """Write ``collision.obj``, convex pieces of a mesh file, into a folder.

    Returns:
        ``volume``, ``centre`` and ``inertia`` (of a mass of 1, three axes), in the file's unit.
    """
    import coacd

    from embodied_ssl_envs.urdf.preparing import is_flat
    from embodied_ssl_envs.urdf.simplifying import fewer_triangles, welded

    vertices, faces = welded(load_pieces(Path(path), looks=False))
    if is_flat(vertices):
        raise WorldError("it is flat: it has no volume")
    vertices, faces = fewer_triangles(vertices, faces, MOST_TRIANGLES)
    coacd.set_log_level("error")
    found = coacd.run_coacd(coacd.Mesh(vertices, faces), **SEARCH)
    hulls = [trimesh.Trimesh(points, triangles).convex_hull for points, triangles in found]
    hulls = [hull for hull in hulls if hull.volume > 0]
    if not hulls:
        raise WorldError("it has no volume")
    write_outline([Piece(hull.vertices, hull.faces) for hull in hulls], Path(folder, COLLISION))
    volumes = np.array([hull.volume for hull in hulls])
    centres = np.array([hull.center_mass for hull in hulls])
    points = np.concatenate([hull.vertices for hull in hulls])
    a, b, c = np.ptp(points, axis=0).tolist()
    return {
        "volume": float(volumes.sum()),
        "centre": (volumes @ centres / volumes.sum()).tolist(),
        "inertia": [(b * b + c * c) / 12, (a * a + c * c) / 12, (a * a + b * b) / 12],
    }
