"""The first time that a body is simulated: it is measured, rendered and let fall."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.frames import Light
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.urdf.loading import bounding_box, links_of, load_urdf
from embodied_ssl_envs.urdf.preparing import FILE, prepare

STEPS = 60  # of physics
ALIKE = 4.0  # times as large as what is touched, what is seen may be, and the other way round


def prepare_object(path: str, folder: str) -> dict[str, Any]:
    """Prepare an object that physics moves, in a folder, and try it.

    Returns:
        ``masses`` (kg, of base and links as in the file), ``extents`` (m), ``offset`` (m, from the
        centre of its bounding box to the base's frame) and ``orientation`` of that frame.
    """
    prepare(path, folder, movable=True)
    simulation = Simulation()
    try:
        client = simulation.client
        body = _load(simulation, folder, fixed=False)
        low, high = bounding_box(client, body)
        origin, orientation = client.getBasePositionAndOrientation(body)
        masses = [client.getDynamicsInfo(body, link)[0] for link in links_of(client, body)]
        _check_looks(simulation, body, low, high)
        _check_fall(simulation, body, low)
    finally:
        simulation.close()
    return {
        "masses": masses,
        "extents": (high - low).tolist(),
        "offset": (np.array(origin) - (low + high) / 2).tolist(),
        "orientation": list(orientation),
    }


def prepare_fixture(path: str, folder: str) -> dict[str, Any]:
    """Prepare a body that nothing moves, in a folder, and try it; it may be a mere picture."""
    prepare(path, folder, movable=False)
    simulation = Simulation()
    try:
        _load(simulation, folder, fixed=True)
        _render(simulation, np.full(3, -0.5), np.full(3, 0.5))
        simulation.step(2)
    finally:
        simulation.close()
    return {}


def _load(simulation: Simulation, folder: str, fixed: bool) -> int:
    try:
        return load_urdf(simulation.client, str(Path(folder, FILE)), fixed=fixed)
    except WorldError as error:
        raise WorldError("is more than Bullet can load") from error


def _check_looks(simulation: Simulation, body: int, low: np.ndarray, high: np.ndarray) -> None:
    """WorldError if what is seen of a body is not about where it is touched."""
    margin = ALIKE / 2 * np.linalg.norm(high - low)
    far = _render(simulation, low - margin, high + margin)
    edge = np.concatenate([far[0], far[-1], far[:, 0], far[:, -1]])
    if (edge == body).any():
        raise WorldError(
            f"is seen far beyond where it is touched: its <visual> is over {ALIKE:g} times as "
            "large as its <collision>"
        )
    if not ((far == body).any() or (_render(simulation, low, high) == body).any()):
        raise WorldError(
            "cannot be seen where it is touched: its <visual> is elsewhere, or of another size "
            "than its <collision>"
        )


def _render(simulation: Simulation, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """The body ids (64, 64) that a camera sees which looks at a box from above and aside."""
    middle, size = (low + high) / 2, float(np.linalg.norm(high - low))
    eye = middle + size * np.array([1.0, 0.7, 0.9])
    camera = Camera(tuple(eye), tuple(middle), fov=40.0, size=64, near=size / 20, far=10 * size)
    return simulation.render(camera, Light(), segmentation=True).segmentation


def _check_fall(simulation: Simulation, body: int, low: np.ndarray) -> None:
    """WorldError if a body does not stay in the world when physics moves it."""
    client = simulation.client
    plane = client.createCollisionShape(client.GEOM_PLANE)
    client.createMultiBody(0, plane, basePosition=(0, 0, float(low[2]) - 0.01))
    simulation.step(STEPS)
    places = [client.getBasePositionAndOrientation(body)[0]]
    places += [client.getLinkState(body, link)[0] for link in links_of(client, body)[1:]]
    if not np.isfinite(places).all() or np.abs(places).max() > 1e5:
        raise WorldError("flies apart when it is simulated")
