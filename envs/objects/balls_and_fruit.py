"""Solids of household objects: balls, rings and fruit."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from embodied_ssl_envs.objects.collision_primitives import CollisionPrimitive, rod
from embodied_ssl_envs.objects.mesh_primitives import TRIM_1, disc, lathe, sphere, torus, tube
from embodied_ssl_envs.objects.solids import Solid


def ball(p: SimpleNamespace) -> Solid:
    """A ball."""
    return Solid(
        [sphere(p.radius)],
        [CollisionPrimitive("sphere", (p.radius, 0, 0), (0, 0, p.radius))],
        p.fill,
    )


def apple(p: SimpleNamespace) -> Solid:
    """An apple, pear or other round fruit with its stalk."""
    t = np.linspace(0.02, 1, 10)
    waist = 1 - p.pear * np.clip(t - 0.45, 0, 1) * 1.6
    radius = p.radius * np.sin(np.pi * t**1.15) ** 0.62 * waist
    radius[-1] = 0.0005
    height = p.height * (0.5 - 0.5 * np.cos(np.pi * t)) - p.dimple * p.height * (t > 0.97)
    height = height - height[0]
    top = float(height[-1])
    stalk = np.array(
        [(0, 0, top - 0.003), (0.002, 0, top + p.stalk / 2), (0.005, 0, top + p.stalk)]
    )
    profile = list(zip(radius, height, strict=True))
    widest = float(radius.max())
    low = CollisionPrimitive("sphere", (min(widest, top / 2), 0, 0), (0, 0, min(widest, top / 2)))
    small = min(float(np.interp(0.75 * top, height[:-1], radius[:-1])), 0.4 * top)
    high = CollisionPrimitive("sphere", (small, 0, 0), (0, 0, 0.97 * top - small))
    visuals = [lathe(profile), disc(radius[0], 0, down=True), tube(stalk, 0.0015, TRIM_1, sides=5)]
    return Solid(visuals, [low, high], fill=0.9)


def donut(p: SimpleNamespace) -> Solid:
    """A ring lying flat: iced, or a rubber ring."""
    visual = torus(p.major, p.minor)
    turn = np.linspace(0, 2 * np.pi, 9)
    spine = np.stack([p.major * np.cos(turn), p.major * np.sin(turn), np.full(9, p.minor)], axis=-1)
    collisions = [rod(a, b, p.minor * 0.98) for a, b in pairwise(spine)]
    return Solid([visual], collisions, fill=0.8)


def banana(p: SimpleNamespace) -> Solid:
    """A bent fruit lying on its side."""
    turn = np.linspace(-1, 1, 9) * p.bend / 2
    reach = p.length / p.bend
    path = np.stack(
        [reach * np.sin(turn), reach * (np.cos(turn) - 1), np.full(9, p.radius)], axis=-1
    )
    radii = p.radius * np.array([0.3, 0.6, 0.85, 0.97, 1, 0.97, 0.85, 0.6, 0.25])
    joints, thick = path[[1, 3, 5, 7]], p.radius * 0.92
    collisions = [rod(a, b, thick) for a, b in pairwise(joints)]
    tip = tube(
        path[-1:] + np.linspace((0, 0, 0), (0.008, -0.004, 0.001), 2), p.radius * 0.2, TRIM_1, 5
    )
    return Solid([tube(path, radii, 0, sides=6), tip], collisions)
