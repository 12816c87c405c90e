"""Closed round things that stand, turned on a lathe."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from embodied_ssl_envs.objects.blocks import box as block
from embodied_ssl_envs.objects.parts import Part
from embodied_ssl_envs.objects.patches import disc, lathe, tube
from embodied_ssl_envs.objects.solids import Solid

TRIM, SECOND = 1, 2  # areas of the texture


def _stack(outline: list[tuple[float, float]], count: int) -> list[Part]:
    """Cylinders one upon another that follow (radius, height) points."""
    radii, heights = np.transpose(outline)
    edges = np.linspace(0, heights[-1], count + 1)
    widths = np.interp((edges[:-1] + edges[1:]) / 2, heights, radii)
    return [
        Part("cylinder", (width, high - low, 0), (0, 0, (low + high) / 2))
        for width, (low, high) in zip(widths, pairwise(edges), strict=True)
    ]


def bottle(p: SimpleNamespace) -> Solid:
    """Body, shoulder, neck and cap."""
    neck, shoulder = p.radius * p.neck, p.height * p.shoulder
    top = p.height * 0.93
    slope = shoulder + (top - shoulder) * p.slope
    bend = (p.radius * 0.75 + neck * 0.25, shoulder + (slope - shoulder) * 0.5)
    body = [(p.radius, 0.0), (p.radius * (1 - p.waist), shoulder / 2), (p.radius, shoulder)]
    patches = [
        lathe(body),
        lathe([body[-1], bend, (neck, slope), (neck, top)], SECOND),
        lathe([(neck * 1.15, top), (neck * 1.15, p.height)], TRIM),
        disc(neck * 1.15, p.height, TRIM),
        disc(p.radius, 0, SECOND, down=True),
    ]
    parts = [
        Part("cylinder", (p.radius, shoulder, 0), (0, 0, shoulder / 2)),
        Part(
            "cylinder", ((p.radius + neck) / 2, slope - shoulder, 0), (0, 0, (slope + shoulder) / 2)
        ),
        Part("cylinder", (neck * 1.15, p.height - slope, 0), (0, 0, (p.height + slope) / 2)),
    ]
    return Solid(patches, parts, fill=p.fill)


def can(p: SimpleNamespace) -> Solid:
    """A drinks or food can: narrowed ends, bare metal lids."""
    end = p.radius * (1 - p.narrow)
    body = [(p.radius, p.height * 0.06), (p.radius, p.height * 0.94)]
    patches = [
        lathe(body),
        lathe([(end, 0), body[0]], TRIM),
        lathe([body[-1], (end, p.height)], TRIM),
        disc(end, p.height, TRIM),
        disc(end, 0, TRIM, down=True),
    ]
    return Solid(patches, [Part("cylinder", (p.radius, p.height, 0), (0, 0, p.height / 2))], p.fill)


def jar(p: SimpleNamespace) -> Solid:
    """A squat jar with a wide lid."""
    top = p.height * (1 - p.lid)
    neck = p.radius * p.mouth
    belly = [(p.radius * 0.9, 0), (p.radius, top * 0.15), (p.radius, top * 0.8), (neck, top)]
    patches = [
        lathe(belly),
        lathe([(neck * 1.06, top), (neck * 1.06, p.height)], TRIM),
        disc(neck * 1.06, p.height, TRIM),
        disc(p.radius * 0.9, 0, SECOND, down=True),
    ]
    parts = [
        Part("cylinder", (p.radius, top, 0), (0, 0, top / 2)),
        Part("cylinder", (neck * 1.06, p.height - top, 0), (0, 0, (p.height + top) / 2)),
    ]
    return Solid(patches, parts, p.fill)


def vase(p: SimpleNamespace) -> Solid:
    """A curved vase; the opening is too narrow to matter."""
    z = np.linspace(0, 1, 9)
    shape = 0.6 + p.belly * np.sin(np.pi * z**p.skew) ** 2 + p.lip * z**6 - p.lift * (1 - z) ** 6
    outline = list(zip(p.radius * shape, p.height * z, strict=True))
    rim = outline[-1][0]
    patches = [
        lathe(outline),
        disc(rim, p.height, TRIM, inner=rim * 0.75),
        lathe([(rim * 0.7, p.height * 0.8), (rim * 0.75, p.height)], SECOND, flip=True),
        disc(rim * 0.7, p.height * 0.8, SECOND),
        disc(outline[0][0], 0, TRIM, down=True),
    ]
    return Solid(patches, _stack(outline, 4), fill=0.3)


def candle(p: SimpleNamespace) -> Solid:
    """A pillar candle with its wick."""
    wick = np.array(
        [(0, 0, p.height - 0.001), (0, 0, p.height + 0.006), (0.002, 0, p.height + 0.012)]
    )
    patches = [
        lathe([(p.radius * (1 + p.flare), 0), (p.radius, p.height)]),
        disc(p.radius, p.height, SECOND),
        disc(p.radius * (1 + p.flare), 0, SECOND, down=True),
        tube(wick, 0.0012, TRIM, sides=5),
    ]
    return Solid(patches, [Part("cylinder", (p.radius, p.height, 0), (0, 0, p.height / 2))])


def cone(p: SimpleNamespace) -> Solid:
    """A marker cone on a square foot."""
    foot = 0.006
    outline = [(p.radius, 0.0), (p.radius * p.tip, p.height - foot)]
    raised = [
        patch.moved((0, 0, foot))
        for patch in (lathe(outline), disc(outline[1][0], outline[1][1], TRIM))
    ]
    side = 2 * p.radius * 1.12
    parts = [Part("box", (side / 2, side / 2, foot / 2), (0, 0, foot / 2))]
    parts += [
        Part(part.shape, part.size, (0, 0, part.position[2] + foot)) for part in _stack(outline, 4)
    ]
    return Solid([*block((side, side, foot), TRIM), *raised], parts, p.fill)


def spool(p: SimpleNamespace) -> Solid:
    """A reel of thread or tape."""
    edge, hub = p.height * p.edge, p.radius * p.hub
    flange = [(p.radius, 0), (p.radius, edge)]
    top = p.height - edge
    patches = [
        lathe([(hub, edge), (hub, top)]),
        lathe(flange, TRIM),
        disc(p.radius, edge, TRIM),
        disc(p.radius, 0, TRIM, down=True),
        lathe(flange, TRIM).moved((0, 0, top)),
        disc(p.radius, p.height, TRIM),
        disc(p.radius, top, TRIM, down=True),
        disc(p.radius * 0.3, p.height + 0.0003, SECOND),
    ]
    parts = [
        Part("cylinder", (p.radius, edge, 0), (0, 0, edge / 2)),
        Part("cylinder", (hub, top - edge, 0), (0, 0, p.height / 2)),
        Part("cylinder", (p.radius, edge, 0), (0, 0, p.height - edge / 2)),
    ]
    return Solid(patches, parts, fill=0.7)
