"""Solids of everyday objects: cutlery and brushes, lying down."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import shapely

from embodied_ssl_envs.objects.collision_primitives import rod, standing
from embodied_ssl_envs.objects.extrusions import box_mesh, extruded, rounded_rectangle
from embodied_ssl_envs.objects.mesh_primitives import TRIM_1, TRIM_2, tube
from embodied_ssl_envs.objects.solids import Solid


def fork(p: SimpleNamespace) -> Solid:
    """A handle, and a flat head that ends in tines."""
    count, half = round(p.tines), p.width / 2
    pitch = p.width / (2 * count - 1)  # a tine is as wide as a gap
    root, end = 0.4 * p.head, p.head
    outline = [(0.0, -0.3 * half), (0.25 * p.head, -half)]
    for tine in range(count):
        low = -half + 2 * tine * pitch
        outline += [(root, low), (end, low), (end, low + pitch), (root, low + pitch)]
    outline += [(0.25 * p.head, half), (0.0, 0.3 * half)]
    head = shapely.Polygon(outline).buffer(0).exterior.coords[:-1]
    thick = 0.9 * p.grip
    path = np.linspace((-p.length, 0, p.grip), (0.1 * p.head, 0, 0.5 * thick + 0.001), 4)
    visuals = [
        tube(path, p.grip * np.array([1.0, 0.9, 0.6, 0.5]), 0, sides=6),
        *extruded(np.array(head), thick),
    ]
    collisions = [
        rod(path[0], path[-1], p.grip * 0.8),
        standing((p.head, p.width, thick), (p.head / 2, 0, 0)),
    ]
    return Solid(visuals, collisions)


def knife(p: SimpleNamespace) -> Solid:
    """A kitchen knife: a handle, and a blade that narrows to its point."""
    thick, start = 0.0025, p.handle / 2
    half = p.width / 2
    blade = np.array(
        [
            (0, -half),
            (p.blade * (1 - p.point), -half),
            (p.blade, half * 0.8),
            (p.blade * 0.98, half),
            (0, half),
        ]
    )
    path = np.linspace((-p.handle / 2, 0, p.grip), (start, 0, p.grip), 4)
    lift = p.grip - thick / 2
    visuals = [
        tube(path, p.grip * np.array([1.0, 1.05, 0.9, 0.95]), 0, sides=8),
        *(each.moved((start - 0.002, 0, lift)) for each in extruded(blade, thick, TRIM_1)),
    ]
    collisions = [
        rod(path[0], path[-1], p.grip * 0.95),
        standing((p.blade, p.width * 0.9, thick), (start + p.blade / 2, 0, lift)),
    ]
    return Solid(visuals, collisions)


def brush(p: SimpleNamespace) -> Solid:
    """A paint brush: a waisted handle, a ferrule, bristles."""
    narrow = p.width * p.waist
    handle = rounded_rectangle(p.length, narrow, 0.45 * narrow)
    ferrule = box_mesh((p.ferrule, p.width, p.height), TRIM_2)
    bristles = box_mesh((p.bristles, p.width * 0.94, p.height * 0.9), TRIM_1)
    start = p.length / 2 - 0.004
    visuals = [
        *extruded(handle, p.height * 0.8),
        *(each.moved((start + p.ferrule / 2, 0, 0)) for each in ferrule),
        *(each.moved((start + p.ferrule + p.bristles / 2, 0, 0)) for each in bristles),
    ]
    head = p.ferrule + p.bristles
    collisions = [
        standing((p.length, narrow, p.height * 0.8)),
        standing((head, p.width, p.height), (start + head / 2, 0, 0)),
    ]
    return Solid(visuals, collisions)
