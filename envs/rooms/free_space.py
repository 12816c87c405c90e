"""The free space of a user's scene, found by collision tests with the base's cylinder."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from embodied_ssl_envs.bullet import BulletClient
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.rooms.differential_drive import BODY, CLEARANCE, RADIUS
from embodied_ssl_envs.rooms.regions import largest_region
from embodied_ssl_envs.rooms.scene_file import SceneFile

CELL = 0.1  # metres: of the grid of positions
CELLS = 100_000  # at most; the cells of a larger scene are wider
SPARE = 0.02  # metres between the base and the bodies
MARGIN = 1.5  # metres around the bodies of a scene without a floor
ROOM = 3.0  # metres: a scene without a floor that is wider than this
CROWDED = 0.1  # and of which a smaller share than this is free is a room closed by mistake
LARGEST = 50.0  # metres from the origin
STANDING = (CLEARANCE, CLEARANCE + BODY)  # metres above the floor, between which the base is
NO_BODY = -1
RAYS = 10_000  # in a batch


@dataclass(frozen=True)
class FreeSpace:
    """The positions that the base can have in a scene."""

    low: np.ndarray
    """Lower corner of the rectangle that the base cannot leave, (2,) metres."""
    high: np.ndarray
    """Its upper corner, (2,) metres."""
    floor: bool
    """Whether the scene has a floor."""
    heights: tuple[float, float]
    """Of the lowest and the highest point of the bodies, metres."""
    places: np.ndarray
    """(N, 2) metres: start positions of episodes."""
    headings: np.ndarray | None = None
    """(N,) radians: heading at each of them; random if None."""


def find_free_space(client: BulletClient, scene: SceneFile, bodies: dict[int, str]) -> FreeSpace:
    """The free space of a scene, whose bodies are all that the simulation holds.

    Args:
        client: of the simulation.
        scene: as its file describes it.
        bodies: id -> URDF file.

    Raises:
        WorldError: for a scene that is too large, a start that is not free, or no free space.
    """
    low, high = _bounds(client, bodies)
    middle, half = (low + high)[:2] / 2, (high - low)[:2] / 2
    reach = half + MARGIN
    cell = max(CELL, 2 * float(np.sqrt(np.prod(reach) / CELLS)))
    columns, rows = (np.arange(RADIUS - side, side - RADIUS, cell) for side in reach)
    places = middle + np.stack(np.meshgrid(columns, rows), axis=-1)
    free = _touched_body(client, places, RADIUS + SPARE, *STANDING) == NO_BODY
    within = (np.abs(places - middle) < half - RADIUS).all(axis=-1)
    inside = free & within
    has_floor = _has_floor(client, places)
    floor = bool(has_floor[inside].sum() > inside.sum() / 2)
    if floor:
        reach, free = half, inside & has_floor
    space = FreeSpace(
        low=middle - reach,
        high=middle + reach,
        floor=floor,
        heights=(float(low[2]), float(high[2])),
        places=places[largest_region(free)],
    )
    if scene.starts:
        return _with_starts(client, scene, bodies, space)
    solid = not floor and half.min() > ROOM / 2 and inside.sum() < CROWDED * within.sum()
    if solid or not len(space.places):
        raise WorldError(
            f"{scene.file} leaves no room to move: nothing {2 * RADIUS:g} m wide and {BODY:g} m "
            "high can stand on its floor, at height 0, clear of all bodies (a hollow mesh counts "
            'as solid unless its <collision> says concave="yes")'
        )
    return space


def _bounds(client: BulletClient, bodies: dict[int, str]) -> np.ndarray:
    """Lower and upper corner of the bounding box of all bodies, (2, 3) metres."""
    boxes = []
    for body, file in bodies.items():
        for link in range(-1, client.getNumJoints(body)):
            boxes.append(client.getAABB(body, link))
            if np.abs(boxes[-1]).max() > LARGEST:
                raise WorldError(
                    f"{file} reaches further than {LARGEST:g} m from the origin: move or scale it, "
                    "or leave it out if it is but a floor: a scene without one is given one"
                )
    return np.array([np.min(boxes, axis=(0, 1)), np.max(boxes, axis=(0, 1))])


def _with_starts(
    client: BulletClient, scene: SceneFile, bodies: dict[int, str], space: FreeSpace
) -> FreeSpace:
    """The free space with the starts of the scene's file, all of which must be free."""
    places = np.array([start.position for start in scene.starts])
    touched = _touched_body(client, places, RADIUS, *STANDING)
    outside = (places < space.low + RADIUS) | (places > space.high - RADIUS)
    falling = ~_has_floor(client, places) if space.floor else np.zeros(len(places), bool)
    for number, place in enumerate(places.tolist()):
        start = f"{scene.file}, start {number + 1} at {place}"
        if outside[number].any():
            low, high = np.round(space.low, 2).tolist(), np.round(space.high, 2).tolist()
            raise WorldError(f"{start} is outside the scene, which reaches from {low} to {high}")
        if touched[number] != NO_BODY:
            raise WorldError(f"{start} stands in {bodies[int(touched[number])]}")
        if falling[number]:
            raise WorldError(f"{start} has no floor at height 0 under it")
    headings = np.array([start.heading for start in scene.starts])
    return replace(space, places=places, headings=headings)


def _touched_body(
    client: BulletClient, places: np.ndarray, radius: float, low: float, high: float
) -> np.ndarray:
    """The id of a body that an upright cylinder touches at each place (..., 2), or ``NO_BODY``,
    (...)."""
    shape = client.createCollisionShape(client.GEOM_CYLINDER, radius=radius, height=high - low)
    probe = client.createMultiBody(1.0, shape)
    client.performCollisionDetection()
    touched = []
    for x, y in places.reshape(-1, 2).tolist():
        client.resetBasePositionAndOrientation(probe, (x, y, (low + high) / 2), (0, 0, 0, 1))
        box = (x - radius, y - radius, low), (x + radius, y + radius, high)
        near = {body for body, _ in client.getOverlappingObjects(*box) or ()} - {probe}
        # The contact points of the physics are wrong here: a body that is reset keeps its old ones.
        hit = (body for body in sorted(near) if client.getClosestPoints(probe, body, 0.0))
        touched.append(next(hit, NO_BODY))
    client.removeBody(probe)
    return np.reshape(touched, places.shape[:-1]).astype(int)


def _has_floor(client: BulletClient, places: np.ndarray) -> np.ndarray:
    """Whether there is a floor at height 0, or nearly so, at each place (..., 2), (...) bool."""
    flat = places.reshape(-1, 2)
    above, below = (np.c_[flat, np.full(len(flat), z)] for z in (CLEARANCE, -CLEARANCE))
    hits = [
        hit[0] != NO_BODY
        for k in range(0, len(flat), RAYS)
        for hit in client.rayTestBatch(above[k : k + RAYS].tolist(), below[k : k + RAYS].tolist())
    ]
    return np.reshape(hits, places.shape[:-1])
