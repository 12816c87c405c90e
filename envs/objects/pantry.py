"""Solids of everyday objects: eggs, lemons, carrots, mushrooms."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.objects.collision_primitives import CollisionPrimitive, cylinder, rod
from embodied_ssl_envs.objects.mesh_primitives import TRIM_1, disc, lathe, tube
from embodied_ssl_envs.objects.solids import Solid

LAID = Rotation.from_euler("y", np.pi / 2)


def _lying(x: np.ndarray, radii: np.ndarray) -> Solid:
    """A surface of revolution about the x axis, lying on its widest ring."""
    widest = float(radii.max())
    visual = lathe(list(zip(radii, x, strict=True)), sides=12).moved(turn=LAID)
    ends = np.interp((0.25, 0.5, 0.75), np.linspace(0, 1, len(x)), np.arange(len(x)))
    spheres = []
    for place in ends:
        at, radius = (float(np.interp(place, np.arange(len(x)), each)) for each in (x, radii))
        spheres.append(CollisionPrimitive("sphere", (radius, 0, 0), (at, 0, widest)))
    return Solid([visual.moved((0, 0, widest))], spheres, fill=0.7)


def egg(p: SimpleNamespace) -> Solid:
    """An egg, one end more pointed than the other."""
    t = np.linspace(-1, 1, 11)
    radii = p.radius * np.sqrt(1 - t**2) * (1 - p.point * t)
    radii[[0, -1]] = 0.0005
    return _lying(p.radius * p.length * t, radii)


def lemon(p: SimpleNamespace) -> Solid:
    """A lemon or lime with a nub at either end."""
    t = np.linspace(-1, 1, 13)
    radii = p.radius * np.maximum(np.sqrt(1 - t**2), p.tip * (np.abs(t) > 0.9))
    radii[[0, -1]] = 0.0005
    return _lying(p.radius * p.length * (t + 0.12 * t**9), radii)


def carrot(p: SimpleNamespace) -> Solid:
    """A root that tapers to its end, with the stumps of leaves."""
    path = np.linspace((p.length / 2, 0, p.radius), (-p.length / 2, 0, 0.6 * p.radius), 7)
    radii = p.radius * np.array([0.8, 1.0, 0.92, 0.8, 0.65, 0.45, 0.15])
    top = path[0]
    leaves = [
        tube(
            np.array([top, top + (0.6 * p.leaves, 0.3 * s, 0.0), top + (p.leaves, s, 0.1 * s)]),
            0.16 * p.radius,
            TRIM_1,
            sides=5,
        )
        for s in (-0.008, 0.0, 0.008)
    ]
    collisions = [
        rod(path[1], path[3], p.radius * 0.9),
        rod(path[3], path[5], p.radius * 0.6),
        rod(path[5], path[6], p.radius * 0.25),
        rod(top, top + (p.leaves, 0, 0), 0.2 * p.radius),
    ]
    return Solid([tube(path, radii, 0, sides=9), *leaves], collisions)


def mushroom(p: SimpleNamespace) -> Solid:
    """A cap on a stem."""
    start = p.height * (1 - p.cap)
    turn = np.linspace(0, np.pi / 2, 6)
    cap = [(p.radius * np.cos(t), start + (p.height - start) * np.sin(t)) for t in turn]
    cap[-1] = (0.0005, p.height)
    stem = p.radius * p.stem
    visuals = [
        lathe([(0.9 * p.radius, start - 0.003), *cap]),
        disc(0.9 * p.radius, start - 0.003, TRIM_1, down=True),
        lathe([(1.15 * stem, 0), (stem, 0.5 * start), (stem, start)], TRIM_1),
        disc(1.15 * stem, 0, TRIM_1, down=True),
    ]
    middle = (start + p.height) / 2
    collisions = [
        cylinder(1.1 * stem, start, start / 2),
        cylinder(0.95 * p.radius, middle - start, (start + middle) / 2),
        cylinder(0.7 * p.radius, p.height - middle, (middle + p.height) / 2),
    ]
    return Solid(visuals, collisions)
