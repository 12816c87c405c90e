"""Solids of everyday objects: vessels with spouts, lids and stems."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from embodied_ssl_envs.objects.collision_primitives import cylinder, rod, wall
from embodied_ssl_envs.objects.containers import container, handle
from embodied_ssl_envs.objects.mesh_primitives import (
    TRIM_1,
    TRIM_2,
    TRIM_3,
    disc,
    lathe,
    tube,
)
from embodied_ssl_envs.objects.revolved import stack
from embodied_ssl_envs.objects.solids import Solid


def teapot(p: SimpleNamespace) -> Solid:
    """A bellied pot with a lid, a spout and a handle opposite to it."""
    t = np.linspace(0, 1, 7)
    radii = p.radius * (0.75 + p.belly * np.sin(np.pi * t)) * (1 - (1 - p.lid) * t**4)
    heights = p.height * t
    outline = list(zip(radii, heights, strict=True))
    rim, knob = float(radii[-1]), 0.2 * p.radius
    dome = [(rim * 1.02, p.height), (rim * 0.7, p.height * 1.06), (0.0, p.height * 1.1)]
    button = [(0.5 * knob, p.height * 1.05), (knob, p.height * 1.08 + knob)]
    button.append((0.0, p.height * 1.08 + 2 * knob))
    low, high = 0.3 * p.height, 0.9 * p.height
    side = [float(np.interp(z, heights, radii)) - 0.002 for z in (low, high)]
    spout = np.array(
        [
            (-side[0], 0, low),
            (-side[0] - 0.6 * p.spout, 0, low + 0.3 * (high - low)),
            (-side[1] - p.spout, 0, high),
        ]
    )
    visuals = [
        lathe(outline),
        lathe(dome, TRIM_1),
        lathe(button, TRIM_1, sides=8),
        disc(radii[0], 0, down=True),
        tube(spout, np.array([0.28, 0.2, 0.13]) * p.radius, TRIM_2, sides=8),
    ]
    at = (side[1], 0.8 * p.height), (side[0], low)
    more = handle(*at, p.reach, p.grip, square=False)
    collisions = [
        *stack(outline, 3),
        cylinder(knob, p.height * 0.1 + knob * 2, p.height * 1.04 + knob),
        rod(spout[0], spout[1], 0.2 * p.radius),
        rod(spout[1], spout[2], 0.14 * p.radius),
    ]
    return Solid(visuals + more[0], collisions + more[1], fill=0.35)


def pitcher(p: SimpleNamespace) -> Solid:
    """A tall jug with a lip to pour from and a large handle."""
    t = np.linspace(0, 1, 6)
    radii = p.radius * (0.85 + p.belly * np.sin(np.pi * t) - p.neck * t * np.sin(np.pi * t / 1.3))
    heights = p.height * t
    visuals, collisions = container(list(zip(radii, heights, strict=True)), p.thickness)
    rim = float(radii[-1])
    lip = np.linspace((-rim + 0.003, 0, 0.93 * p.height), (-rim - p.spout, 0, p.height), 3)
    visuals.append(tube(lip, np.array([0.35, 0.3, 0.2]) * rim, TRIM_2, sides=8))
    low, high = 0.25 * p.height, 0.9 * p.height
    at = [(float(np.interp(z, heights, radii)) - 0.001, z) for z in (high, low)]
    more = handle(*at, p.reach, p.grip, square=False)
    collisions.append(rod(lip[0], lip[-1], 0.2 * rim))
    return Solid(visuals + more[0], collisions + more[1])


def saucepan(p: SimpleNamespace) -> Solid:
    """A cooking pot with two ears and a lid with a knob."""
    lid = p.height + p.dome * p.radius
    dome = [(p.radius * 1.03, p.height), (p.radius * 0.7, lid - 0.3 * (lid - p.height)), (0.0, lid)]
    visuals = [
        lathe([(p.radius * 0.95, 0), (p.radius, p.height)]),
        disc(p.radius * 0.95, 0, down=True),
        lathe([(p.radius * 1.03, p.height - 0.003), *dome], TRIM_1),
        lathe([(0.6 * p.knob, lid - 0.002), (p.knob, lid + p.knob)], TRIM_3, sides=8),
        disc(p.knob, lid + p.knob, TRIM_3, sides=8),
    ]
    collisions = [
        cylinder(p.radius, p.height, p.height / 2),
        cylinder(0.75 * p.radius, lid - p.height, (p.height + lid) / 2),
        cylinder(p.knob, p.knob + 0.002, lid + p.knob / 2),
    ]
    for side in (-1, 1):
        ends = [(side * (p.radius - 0.002), y, 0.75 * p.height) for y in (-0.012, 0.012)]
        out = [(side * (p.radius + p.reach), y, 0.8 * p.height) for y in (-0.008, 0.008)]
        visuals.append(tube(np.array([ends[0], *out, ends[1]]), p.grip, TRIM_2, sides=6))
        collisions += [rod(start, end, p.grip) for start, end in zip(ends, out, strict=True)]
        collisions.append(rod(*out, p.grip))
    return Solid(visuals, collisions, fill=0.35)


def wineglass(p: SimpleNamespace) -> Solid:
    """A bowl on a thin stem on a flat foot."""
    start = p.height * (1 - p.bowl)
    turn = np.linspace(0.1, 1, 6)
    radii = p.radius * np.sin(np.pi / 2 * np.minimum(turn * 1.6, 1.0))
    radii = radii * np.where(turn > 0.6, 1 - (1 - p.rim) * (turn - 0.6) / 0.4, 1.0)
    heights = start + (p.height - start) * (turn - turn[0]) / (1 - turn[0])
    outside = [(p.stem, start - 0.004), *zip(radii, heights, strict=True)]
    inside = [(max(r - p.thickness, 0.002), z + 0.002) for r, z in outside[1:]]
    foot = p.radius * p.foot
    visuals = [
        lathe([(foot, 0), (foot, 0.003), (p.stem, 0.008), (p.stem, start - 0.003)]),
        lathe(outside),
        lathe(inside, flip=True),
        disc(foot, 0, down=True),
    ]
    middle = (start + p.height) / 2
    wide = float(np.interp(middle, heights, radii))
    collisions = [
        cylinder(foot, 0.005, 0.0025),
        cylinder(p.stem, start, start / 2),
        cylinder(0.6 * p.radius, 0.01, start + 0.005),
        *wall(wide - 0.002, 0.004, start + 0.008, p.height),
    ]
    return Solid(visuals, collisions)
