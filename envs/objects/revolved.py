"""Solids of household objects: closed surfaces of revolution that stand upright."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from embodied_ssl_envs.objects.collision_primitives import CollisionPrimitive, cylinder
from embodied_ssl_envs.objects.extrusions import box_mesh
from embodied_ssl_envs.objects.mesh_primitives import TRIM_1, TRIM_2, disc, lathe, tube
from embodied_ssl_envs.objects.solids import Solid


def stack(outline: list[tuple[float, float]], count: int) -> list[CollisionPrimitive]:
    """Cylinders one upon another that follow (radius, height) points."""
    radii, heights = np.transpose(outline)
    edges = np.linspace(0, heights[-1], count + 1)
    widths = np.interp((edges[:-1] + edges[1:]) / 2, heights, radii)
    return [
        cylinder(width, high - low, (low + high) / 2)
        for width, (low, high) in zip(widths, pairwise(edges), strict=True)
    ]


def bottle(p: SimpleNamespace) -> Solid:
    """A bottle with shoulder, neck and cap."""
    neck, shoulder = p.radius * p.neck, p.height * p.shoulder
    top = p.height * 0.93
    slope = shoulder + (top - shoulder) * p.slope
    bend = (p.radius * 0.75 + neck * 0.25, shoulder + (slope - shoulder) * 0.5)
    body = [(p.radius, 0.0), (p.radius * (1 - p.waist), shoulder / 2), (p.radius, shoulder)]
    visuals = [
        lathe(body),
        lathe([body[-1], bend, (neck, slope), (neck, top)], TRIM_2),
        lathe([(neck * 1.15, top), (neck * 1.15, p.height)], TRIM_1),
        disc(neck * 1.15, p.height, TRIM_1),
        disc(p.radius, 0, TRIM_2, down=True),
    ]
    collisions = [
        cylinder(p.radius, shoulder, shoulder / 2),
        cylinder((p.radius + neck) / 2, slope - shoulder, (slope + shoulder) / 2),
        cylinder(neck * 1.15, p.height - slope, (p.height + slope) / 2),
    ]
    return Solid(visuals, collisions, fill=p.fill)


def can(p: SimpleNamespace) -> Solid:
    """A drinks or food can: narrowed ends, bare metal lids."""
    end = p.radius * (1 - p.narrow)
    body = [(p.radius, p.height * 0.06), (p.radius, p.height * 0.94)]
    visuals = [
        lathe(body),
        lathe([(end, 0), body[0]], TRIM_1),
        lathe([body[-1], (end, p.height)], TRIM_1),
        disc(end, p.height, TRIM_1),
        disc(end, 0, TRIM_1, down=True),
    ]
    return Solid(visuals, [cylinder(p.radius, p.height, p.height / 2)], p.fill)


def jar(p: SimpleNamespace) -> Solid:
    """A squat jar with a wide lid."""
    top = p.height * (1 - p.lid)
    neck = p.radius * p.mouth
    belly = [(p.radius * 0.9, 0), (p.radius, top * 0.15), (p.radius, top * 0.8), (neck, top)]
    visuals = [
        lathe(belly),
        lathe([(neck * 1.06, top), (neck * 1.06, p.height)], TRIM_1),
        disc(neck * 1.06, p.height, TRIM_1),
        disc(p.radius * 0.9, 0, TRIM_2, down=True),
    ]
    collisions = [
        cylinder(p.radius, top, top / 2),
        cylinder(neck * 1.06, p.height - top, (p.height + top) / 2),
    ]
    return Solid(visuals, collisions, p.fill)


def vase(p: SimpleNamespace) -> Solid:
    """A curved vase; the opening is too narrow to matter."""
    z = np.linspace(0, 1, 9)
    shape = 0.6 + p.belly * np.sin(np.pi * z**p.skew) ** 2 + p.lip * z**6 - p.lift * (1 - z) ** 6
    outline = list(zip(p.radius * shape, p.height * z, strict=True))
    rim = outline[-1][0]
    visuals = [
        lathe(outline),
        disc(rim, p.height, TRIM_1, inner=rim * 0.75),
        lathe([(rim * 0.7, p.height * 0.8), (rim * 0.75, p.height)], TRIM_2, flip=True),
        disc(rim * 0.7, p.height * 0.8, TRIM_2),
        disc(outline[0][0], 0, TRIM_1, down=True),
    ]
    return Solid(visuals, stack(outline, 4), fill=0.3)


def candle(p: SimpleNamespace) -> Solid:
    """A pillar candle with its wick."""
    wick = np.array(
        [(0, 0, p.height - 0.001), (0, 0, p.height + 0.006), (0.002, 0, p.height + 0.012)]
    )
    visuals = [
        lathe([(p.radius * (1 + p.flare), 0), (p.radius, p.height)]),
        disc(p.radius, p.height, TRIM_2),
        disc(p.radius * (1 + p.flare), 0, TRIM_2, down=True),
        tube(wick, 0.0012, TRIM_1, sides=5),
    ]
    return Solid(visuals, [cylinder(p.radius, p.height, p.height / 2)])


def cone(p: SimpleNamespace) -> Solid:
    """A marker cone on a square foot."""
    foot = 0.006
    outline = [(p.radius, 0.0), (p.radius * p.tip, p.height - foot)]
    raised = [
        visual.moved((0, 0, foot))
        for visual in (lathe(outline), disc(outline[1][0], outline[1][1], TRIM_1))
    ]
    side = 2 * p.radius * 1.12
    collisions = [CollisionPrimitive("box", (side / 2, side / 2, foot / 2), (0, 0, foot / 2))]
    collisions += [
        CollisionPrimitive(collision.shape, collision.size, (0, 0, collision.position[2] + foot))
        for collision in stack(outline, 4)
    ]
    return Solid([*box_mesh((side, side, foot), TRIM_1), *raised], collisions, p.fill)


def spool(p: SimpleNamespace) -> Solid:
    """A reel of thread or tape."""
    edge, hub = p.height * p.edge, p.radius * p.hub
    flange = [(p.radius, 0), (p.radius, edge)]
    top = p.height - edge
    visuals = [
        lathe([(hub, edge), (hub, top)]),
        lathe(flange, TRIM_1),
        disc(p.radius, edge, TRIM_1),
        disc(p.radius, 0, TRIM_1, down=True),
        lathe(flange, TRIM_1).moved((0, 0, top)),
        disc(p.radius, p.height, TRIM_1),
        disc(p.radius, top, TRIM_1, down=True),
        disc(p.radius * 0.3, p.height + 0.0003, TRIM_2),
    ]
    collisions = [
        cylinder(p.radius, edge, edge / 2),
        cylinder(hub, top - edge, p.height / 2),
        cylinder(p.radius, edge, p.height - edge / 2),
    ]
    return Solid(visuals, collisions, fill=0.7)
