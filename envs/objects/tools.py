"""Solids of household objects: long things with a handle, lying down."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.objects.collision_primitives import CollisionPrimitive, rod, standing
from embodied_ssl_envs.objects.extrusions import box_mesh, extruded, rounded_rectangle
from embodied_ssl_envs.objects.mesh_primitives import (
    TRIM_1,
    TRIM_2,
    MeshPrimitive,
    disc,
    lathe,
    tube,
)
from embodied_ssl_envs.objects.solids import Solid


def hammer(p: SimpleNamespace) -> Solid:
    """A head across the end of a handle."""
    rise = p.head / 2
    path = np.linspace((-p.length / 2, 0, rise), (p.length / 2, 0, rise), 5)
    radii = p.grip * np.array([1.1, 1, 0.75, 0.7, 0.75])
    x = p.length / 2 - p.head * 0.6
    head = [
        visual.moved((x, 0, 0)) for visual in box_mesh((p.head, p.width, p.head), TRIM_1)
    ]  # across the handle
    face = tube(
        np.array([(x, p.width / 2, rise), (x, p.width * 0.62, rise)]), p.head * 0.6, TRIM_1, 10
    )
    collisions = [
        rod(path[0], path[-1], p.grip * 0.9),
        standing((p.head, p.width * 1.1, p.head), (x, 0, 0)),
    ]
    return Solid([tube(path, radii, 0), *head, face], collisions)


def screwdriver(p: SimpleNamespace) -> Solid:
    """A fluted handle and a shaft."""
    split = -p.length / 2 + p.length * p.handle
    handle = np.linspace((-p.length / 2, 0, p.grip), (split, 0, p.grip), 5)
    radii = p.grip * np.array([0.85, 1, 0.85, 1, 0.6])
    shaft = np.array([(split, 0, p.grip), (p.length / 2, 0, p.grip)])
    collisions = [
        rod(handle[0], handle[-1], p.grip * 0.95, "cylinder"),
        rod(*shaft, p.shaft, "cylinder"),
    ]
    visuals = [
        tube(handle, radii, 0, sides=6 if p.fluted > 0.5 else 10),
        tube(shaft, p.shaft, TRIM_1),
    ]
    return Solid(visuals, collisions, fill=0.8)


def spoon(p: SimpleNamespace) -> Solid:
    """A spoon, ladle or spatula of wood, metal or plastic."""
    blade = rounded_rectangle(p.blade * p.shape, p.blade, p.blade * 0.48 * min(p.shape, 1.0))
    height = p.grip * 1.2
    end = p.blade * p.shape / 2
    path = np.linspace((-p.length, 0, p.grip), (-end * 0.8, 0, p.grip * 0.9), 4)
    visuals = [
        tube(path, p.grip * np.array([1.1, 0.9, 0.7, 0.7]), 0, sides=6),
        *extruded(blade, height, 0),
    ]
    collisions = [
        rod(path[0], path[-1], p.grip * 0.9),
        standing((p.blade * p.shape * 0.9, p.blade * 0.8, height)),
    ]
    return Solid(visuals, collisions)


def pen(p: SimpleNamespace) -> Solid:
    """A marker pen with its cap."""
    lay = Rotation.from_euler("y", np.pi / 2)
    cap = p.length * p.cap
    visuals = [
        lathe([(p.radius, 0), (p.radius, p.length - cap)], sides=10),
        disc(p.radius, 0, TRIM_2, sides=10, down=True),
        lathe([(p.radius * 1.15, p.length - cap), (p.radius * 0.95, p.length)], TRIM_1, sides=10),
        disc(p.radius * 0.95, p.length, TRIM_1, sides=10),
        disc(p.radius * 1.15, p.length - cap, TRIM_1, sides=10, down=True),
    ]
    laid = [visual.moved(turn=lay).moved((-p.length / 2, 0, p.radius * 1.15)) for visual in visuals]
    ends = ((-p.length / 2, 0, p.radius * 1.15), (p.length / 2, 0, p.radius * 1.15))
    return Solid(laid, [rod(*ends, p.radius * 1.1, "cylinder")], fill=0.7)


def dumbbell(p: SimpleNamespace) -> Solid:
    """Two heavy ends and a grip between them, lying down."""
    end, sides = p.length * p.end, 6 if p.hexagonal > 0.5 else 14
    lay = Rotation.from_euler("y", np.pi / 2)
    rise = p.radius * (np.cos(np.pi / 6) if sides == 6 else 1.0)
    visuals: list[MeshPrimitive] = []
    for low in (0.0, p.length - end):
        visuals += [
            lathe([(p.radius, low), (p.radius, low + end)], sides=sides),
            disc(p.radius, low + end, TRIM_1, sides=sides),
            disc(p.radius, low, TRIM_1, sides=sides, down=True),
        ]
    visuals.append(lathe([(p.grip, end), (p.grip, p.length - end)], TRIM_2, sides=10))
    spin = Rotation.from_euler("z", np.pi / 6 if sides == 6 else 0)
    laid = [visual.moved(turn=lay * spin).moved((-p.length / 2, 0, rise)) for visual in visuals]
    places = ((-p.length + end) / 2, 0.0, (p.length - end) / 2)
    radii, lengths = (rise, p.grip, rise), (end, p.length - 2 * end, end)
    collisions = [
        CollisionPrimitive("cylinder", (radius, length, 0), (x, 0, rise), tuple(lay.as_quat()))
        for radius, length, x in zip(radii, lengths, places, strict=True)
    ]
    return Solid(laid, collisions, p.fill)
