"""Solids of everyday objects: dolls' stools and chairs, which stand on legs; bells."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from embodied_ssl_envs.objects.collision_primitives import cylinder, rod, standing
from embodied_ssl_envs.objects.extrusions import box_mesh
from embodied_ssl_envs.objects.mesh_primitives import TRIM_1, disc, lathe, tube
from embodied_ssl_envs.objects.revolved import stack
from embodied_ssl_envs.objects.solids import Solid


def stool(p: SimpleNamespace) -> Solid:
    """A round seat on three or four legs."""
    under = p.height - p.seat
    visuals = [
        lathe([(p.radius, under), (p.radius, p.height)]),
        disc(p.radius, p.height),
        disc(p.radius, under, down=True),
    ]
    collisions = [cylinder(p.radius, p.seat, under + p.seat / 2)]
    count = round(p.legs)
    for turn in 2 * np.pi * (np.arange(count) + 0.5) / count:
        out = np.array([np.cos(turn), np.sin(turn), 0.0])
        top = 0.7 * p.radius * out + (0, 0, under)
        foot = 0.7 * p.radius * (1 + p.splay) * out + (0, 0, p.leg)
        visuals.append(tube(np.linspace(foot - (0, 0, p.leg), top, 2), p.leg, TRIM_1, sides=6))
        collisions.append(rod(foot, top, p.leg))
    return Solid(visuals, collisions)


def chair(p: SimpleNamespace) -> Solid:
    """Four legs, a seat and a back."""
    under, inset = p.seat - p.board, (p.side - p.leg) / 2
    parts = [((p.side, p.side, p.board), (0.0, 0.0, under), 0)]
    parts.append(((p.board, p.side, p.back), (-(p.side - p.board) / 2, 0.0, p.seat), 0))
    parts += [
        ((p.leg, p.leg, under), (x * inset, y * inset, 0.0), TRIM_1)
        for x in (-1, 1)
        for y in (-1, 1)
    ]
    visuals = [each.moved(at) for size, at, area in parts for each in box_mesh(size, area)]
    return Solid(visuals, [standing(size, at) for size, at, _ in parts])


def bell(p: SimpleNamespace) -> Solid:
    """A hand bell that stands on its mouth."""
    t = np.linspace(0, 1, 7)
    radii = p.radius * (0.35 + 0.65 * (1 - t) ** p.flare)
    radii[-1] = 0.3 * p.radius
    outline = list(zip(radii, p.height * t, strict=True))
    path = np.linspace((0, 0, p.height - 0.001), (0, 0, p.height + p.handle), 4)
    visuals = [
        lathe(outline),
        disc(p.radius, 0, down=True, inner=0.6 * p.radius),
        disc(radii[-1], p.height),
        tube(path, p.grip * np.array([0.7, 1.0, 0.85, 1.05]), TRIM_1, sides=8),
    ]
    collisions = [*stack(outline, 4), rod(path[0], path[-1] - (0, 0, p.grip), p.grip)]
    return Solid(visuals, collisions, p.fill)
