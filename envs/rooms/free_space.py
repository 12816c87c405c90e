"""Where the base can be in a user's scene: found by physics, with a cylinder of its size."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from embodied_ssl_envs.bullet import BulletClient
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.rooms.differential_drive import BODY, CLEARANCE, RADIUS
from embodied_ssl_envs.rooms.regions import largest_region
from embodied_ssl_envs.rooms.scene_file import SceneFile

CELL = 0.1  # metres: of the map of free places
CELLS = 100_000  # at most; those of a larger scene are wider
SPARE = 0.02  # metres to what the base must not touch
MARGIN = 1.5  # metres to drive in around bodies that have no floor of their own
ROOM = 3.0  # metres wide at least: what is meant to be driven in, not around,
CROWDED = 0.1  # even if less of it is free than this
LARGEST = 50.0  # metres from the origin
STANDING = (CLEARANCE, CLEARANCE + BODY)  # metres above the floor: where the base is
NOTHING = -1
RAYS = 10_000  # at once


@dataclass(frozen=True)
class Ground:
    """Where the base can be in a scene."""

    low: np.ndarray
    """Corner of the fence, (2,) metres."""
    high: np.ndarray
    """The opposite corner."""
    floor: bool
    """Whether the scene has one of its own."""
    heights: tuple[float, float]
    """Of the lowest and the highest point of the bodies, metres."""
    places: np.ndarray
    """(N, 2) metres: where an episode can begin."""
    headings: np.ndarray | None = None
    """(N,) radians, where it looks there; anywhere if None."""


def survey(client: BulletClient, scene: SceneFile, bodies: dict[int, str]) -> Ground:
    """The ground of a scene whose bodies, each with its file, are all that there is in a world.

    Raises:
        WorldError: for a scene of impossible size, a start that is not free, or no free place.
    """
    low, high = _bounds(client, bodies)
    middle, half = (low + high)[:2] / 2, (high - low)[:2] / 2
    reach = half + MARGIN
    cell = max(CELL, 2 * float(np.sqrt(np.prod(reach) / CELLS)))
    columns, rows = (np.arange(RADIUS - side, side - RADIUS, cell) for side in reach)
    places = middle + np.stack(np.meshgrid(columns, rows), axis=-1)
    free = _touched(client, places, RADIUS + SPARE, *STANDING) == NOTHING
    within = (np.abs(places - middle) < half - RADIUS).all(axis=-1)
    inside = free & within
    carried = _carried(client, places)
    floor = bool(carried[inside].sum() > inside.sum() / 2)
    if floor:
        reach, free = half, inside & carried
    ground = Ground(
        low=middle - reach,
        high=middle + reach,
        floor=floor,
        heights=(float(low[2]), float(high[2])),
        places=places[largest_region(free)],
    )
    if scene.starts:
        return _begun(client, scene, bodies, ground)
    solid = not floor and half.min() > ROOM / 2 and inside.sum() < CROWDED * within.sum()
    if solid or not len(ground.places):
        raise WorldError(
            f"{scene.file} leaves no room to move: nothing {2 * RADIUS:g} m wide and {BODY:g} m "
            "high can stand on its floor, at height 0, clear of all bodies (a hollow mesh counts "
            'as solid unless its <collision> says concave="yes")'
        )
    return ground


def _bounds(client: BulletClient, bodies: dict[int, str]) -> np.ndarray:
    """Low and high corner of the box around all bodies, (2, 3)."""
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


def _begun(client, scene: SceneFile, bodies: dict[int, str], ground: Ground) -> Ground:
    """The ground with the starts that the user has named, all of them free."""
    places = np.array([start.position for start in scene.starts])
    touched = _touched(client, places, RADIUS, *STANDING)
    outside = (places < ground.low + RADIUS) | (places > ground.high - RADIUS)
    falling = ~_carried(client, places) if ground.floor else np.zeros(len(places), bool)
    for number, place in enumerate(places.tolist()):
        start = f"{scene.file}, start {number + 1} at {place}"
        if outside[number].any():
            low, high = np.round(ground.low, 2).tolist(), np.round(ground.high, 2).tolist()
            raise WorldError(f"{start} is outside the scene, which reaches from {low} to {high}")
        if touched[number] != NOTHING:
            raise WorldError(f"{start} stands in {bodies[int(touched[number])]}")
        if falling[number]:
            raise WorldError(f"{start} has no floor at height 0 under it")
    headings = np.array([start.heading for start in scene.starts])
    return replace(ground, places=places, headings=headings)


def _touched(
    client: BulletClient, places: np.ndarray, radius: float, low: float, high: float
) -> np.ndarray:
    """Which body an upright cylinder touches at each place (..., 2), ``NOTHING`` if none, (...)."""
    shape = client.createCollisionShape(client.GEOM_CYLINDER, radius=radius, height=high - low)
    probe = client.createMultiBody(1.0, shape)
    client.performCollisionDetection()
    touched = []
    for x, y in places.reshape(-1, 2).tolist():
        client.resetBasePositionAndOrientation(probe, (x, y, (low + high) / 2), (0, 0, 0, 1))
        box = (x - radius, y - radius, low), (x + radius, y + radius, high)
        near = {body for body, _ in client.getOverlappingObjects(*box) or ()} - {probe}
        # Contacts of the physics would not do: a body that jumps takes old ones along.
        hit = (body for body in sorted(near) if client.getClosestPoints(probe, body, 0.0))
        touched.append(next(hit, NOTHING))
    client.removeBody(probe)
    return np.reshape(touched, places.shape[:-1]).astype(int)


def _carried(client: BulletClient, places: np.ndarray) -> np.ndarray:
    """Whether there is a floor under each place (..., 2), at height 0 or nearly so, (...)."""
    flat = places.reshape(-1, 2)
    above, below = (np.c_[flat, np.full(len(flat), z)] for z in (CLEARANCE, -CLEARANCE))
    hits = [
        hit[0] != NOTHING
        for k in range(0, len(flat), RAYS)
        for hit in client.rayTestBatch(above[k : k + RAYS].tolist(), below[k : k + RAYS].tolist())
    ]
    return np.reshape(hits, places.shape[:-1])
