"""Solids of household objects: open containers.

Their walls are rings of boxes, so that fingers and other objects fit inside.
"""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from embodied_ssl_envs.objects.collision_primitives import CollisionPrimitive, cylinder, rod, wall
from embodied_ssl_envs.objects.mesh_primitives import (
    TRIM_1,
    TRIM_2,
    TRIM_3,
    MeshPrimitive,
    disc,
    lathe,
    tube,
)
from embodied_ssl_envs.objects.solids import Solid


def container(
    outline: list[tuple[float, float]], thickness: float
) -> tuple[list[MeshPrimitive], list[CollisionPrimitive]]:
    """An open container whose outside follows (radius, height) points, the first at the foot."""
    inside = [(max(r - thickness, 0.002), max(z, thickness)) for r, z in outline]
    (foot, _), (rim, top) = outline[0], outline[-1]
    visuals = [
        lathe(outline),
        lathe(inside, TRIM_1, flip=True),
        disc(rim, top, TRIM_2, inner=rim - thickness),
        disc(foot, 0, TRIM_2, down=True),
        disc(inside[0][0], thickness, TRIM_1),
    ]
    heights = np.linspace(0.003, top, 3 if rim > 1.35 * foot else 2)
    radii = np.interp((heights[:-1] + heights[1:]) / 2, *np.transpose([(z, r) for r, z in outline]))
    boards = max(thickness, 0.004)
    collisions = [cylinder(foot, boards, boards / 2)]
    for radius, (low, high) in zip(radii, pairwise(heights), strict=True):
        collisions += wall(radius - boards / 2, boards, low, high)
    return visuals, collisions


def handle(
    start: tuple[float, float], end: tuple[float, float], reach: float, radius: float, square: bool
) -> tuple[list[MeshPrimitive], list[CollisionPrimitive]]:
    """A handle in the x-z plane from one (x, z) point to another, bulging by ``reach`` along x."""
    turn = np.linspace(0, np.pi, 8)
    bulge = np.abs(np.sin(turn)) ** (0.35 if square else 1.0)
    x = np.interp(turn, (0, np.pi), (start[0], end[0])) + reach * bulge
    z = (start[1] + end[1]) / 2 + (start[1] - end[1]) / 2 * np.cos(turn)
    path = np.stack([x, np.zeros_like(x), z], axis=-1)
    corners = path[[0, 2, 5, 7]]
    collisions = [rod(a, b, radius) for a, b in pairwise(corners)]
    return [tube(path, radius, TRIM_2, sides=6, capped=False)], collisions


def mug(p: SimpleNamespace) -> Solid:
    """A straight or bellied cup with a handle."""
    heights = np.linspace(0, p.height, 5)
    belly = p.radius * (1 + p.belly * np.sin(np.pi * heights / p.height))
    belly = belly * np.linspace(1 - p.taper, 1, 5)
    visuals, collisions = container(list(zip(belly, heights, strict=True)), p.thickness)
    low, high = 0.2 * p.height, 0.85 * p.height
    at = [float(np.interp(z, heights, belly)) - 0.001 for z in (high, low)]
    more = handle((at[0], high), (at[1], low), p.reach, p.grip, p.square > 0.5)
    return Solid(visuals + more[0], collisions + more[1])


def cup(p: SimpleNamespace) -> Solid:
    """A tapered cup without a handle, with a rolled rim and perhaps a sleeve."""
    heights = np.array([0, 0.33, 0.66, 1.0]) * p.height
    radii = p.radius * np.linspace(1 - p.taper, 1, 4)
    visuals, collisions = container(list(zip(radii, heights, strict=True)), p.thickness)
    ring = [
        (p.radius, p.height - 0.002),
        (p.radius + 0.0025, p.height),
        (p.radius, p.height + 0.002),
    ]
    return Solid([*visuals, lathe(ring, TRIM_2)], collisions)


def glass(p: SimpleNamespace) -> Solid:
    """A drinking glass: straight, flared or waisted."""
    fraction = np.linspace(0, 1, 6)
    radii = p.radius * (1 + p.flare * (fraction - 0.5) - p.waist * np.sin(np.pi * fraction))
    return Solid(*container(list(zip(radii, fraction * p.height, strict=True)), p.thickness))


def bowl(p: SimpleNamespace) -> Solid:
    """A bowl on a small foot."""
    turn = np.linspace(0.15, 1, 6) * np.pi / 2
    radii = p.radius * np.sin(turn) ** p.roundness
    heights = p.height * (1 - np.cos(turn)) / (1 - np.cos(turn[-1]))
    heights = heights - heights[0]
    radii = np.maximum(radii, p.foot * p.radius)
    return Solid(*container(list(zip(radii, heights, strict=True)), p.thickness))


def pot(p: SimpleNamespace) -> Solid:
    """A plant pot with a heavy rim, filled with soil."""
    low, high = p.radius * (1 - p.taper), p.radius
    rim = p.height * (1 - p.rim)
    visuals = [
        lathe([(low, 0), (high * 0.98, rim)]),
        lathe([(high * 0.98, rim), (high * 1.1, rim), (high * 1.1, p.height)], TRIM_2),
        disc(high * 1.1, p.height, TRIM_2, inner=high * 0.92),
        lathe([(high * 0.92, p.height - 0.004), (high * 0.92, p.height)], TRIM_2, flip=True),
        disc(high * 0.92, p.height - 0.004, TRIM_1),
        disc(low, 0, TRIM_2, down=True),
    ]
    middle = (low + high) / 2
    collisions = [
        cylinder(middle, rim, rim / 2),
        cylinder(high * 1.1, p.height - rim, (p.height + rim) / 2),
    ]
    return Solid(visuals, collisions, fill=0.4)


def pan(p: SimpleNamespace) -> Solid:
    """A shallow pan with a long handle."""
    outline = [(p.radius * 0.82, 0.0), (p.radius * 0.93, p.height * 0.4), (p.radius, p.height)]
    visuals, collisions = container(outline, p.thickness)
    start, end = (
        (p.radius - 0.002, 0, p.height * 0.7),
        (p.radius + p.reach, 0, p.height * 0.7 + p.lift),
    )
    path = np.linspace(start, end, 5)
    radii = p.grip * np.array([0.7, 0.8, 1, 1.1, 0.9])
    return Solid(
        [*visuals, tube(path, radii, TRIM_3, squash=0.7)], [*collisions, rod(start, end, p.grip)]
    )


def plate(p: SimpleNamespace) -> Solid:
    """A plate with a raised rim."""
    flat = p.radius * p.flat
    outline = [(flat, 0.0), (flat * 1.03, 0.004), (p.radius, p.height)]
    inside = [(0.001, 0.004), (flat * 0.95, 0.004), (p.radius, p.height)]
    top = lathe(inside, flip=True)
    seen = top.triangles[..., :2] / (2 * p.radius) + 0.5  # the texture lies flat on the plate
    visuals = [
        MeshPrimitive(top.triangles, seen),
        lathe(outline, TRIM_1),
        disc(flat, 0, TRIM_1, down=True),
    ]
    collisions = [cylinder(flat, 0.006, 0.003)]
    collisions += wall((flat + p.radius) / 2, p.radius - flat, 0.003, p.height, sides=12)
    return Solid(visuals, collisions)
