"""Open vessels: their walls are rings of boards, so that fingers and other objects fit inside."""

from __future__ import annotations

from itertools import pairwise
from types import SimpleNamespace

import numpy as np

from embodied_ssl_envs.objects.parts import Part, rod, wall
from embodied_ssl_envs.objects.patches import Patch, disc, lathe, tube
from embodied_ssl_envs.objects.solids import Solid

INSIDE, TRIM = 1, 2  # areas of the texture


def _vessel(outline: list[tuple[float, float]], thickness: float) -> tuple[list[Patch], list[Part]]:
    """An open vessel whose outside follows (radius, height) points, the first at the foot."""
    inside = [(max(r - thickness, 0.002), max(z, thickness)) for r, z in outline]
    (foot, _), (rim, top) = outline[0], outline[-1]
    patches = [
        lathe(outline),
        lathe(inside, INSIDE, flip=True),
        disc(rim, top, TRIM, inner=rim - thickness),
        disc(foot, 0, TRIM, down=True),
        disc(inside[0][0], thickness, INSIDE),
    ]
    heights = np.linspace(0.003, top, 3 if rim > 1.35 * foot else 2)
    radii = np.interp((heights[:-1] + heights[1:]) / 2, *np.transpose([(z, r) for r, z in outline]))
    boards = max(thickness, 0.004)
    parts = [Part("cylinder", (foot, boards, 0), (0, 0, boards / 2))]
    for radius, (low, high) in zip(radii, pairwise(heights), strict=True):
        parts += wall(radius - boards / 2, boards, low, high)
    return patches, parts


def _handle(
    start: tuple[float, float], end: tuple[float, float], reach: float, radius: float, square: bool
) -> tuple[list[Patch], list[Part]]:
    """A handle along x from one (x, z) to another that stands out by ``reach``."""
    turn = np.linspace(0, np.pi, 8)
    bulge = np.abs(np.sin(turn)) ** (0.35 if square else 1.0)
    x = np.interp(turn, (0, np.pi), (start[0], end[0])) + reach * bulge
    z = (start[1] + end[1]) / 2 + (start[1] - end[1]) / 2 * np.cos(turn)
    path = np.stack([x, np.zeros_like(x), z], axis=-1)
    corners = path[[0, 2, 5, 7]]
    parts = [rod(a, b, radius) for a, b in pairwise(corners)]
    return [tube(path, radius, TRIM, sides=6, capped=False)], parts


def mug(p: SimpleNamespace) -> Solid:
    """A straight or bellied cup with a handle."""
    heights = np.linspace(0, p.height, 5)
    belly = p.radius * (1 + p.belly * np.sin(np.pi * heights / p.height))
    belly = belly * np.linspace(1 - p.taper, 1, 5)
    patches, parts = _vessel(list(zip(belly, heights, strict=True)), p.thickness)
    low, high = 0.2 * p.height, 0.85 * p.height
    at = [float(np.interp(z, heights, belly)) - 0.001 for z in (high, low)]
    more = _handle((at[0], high), (at[1], low), p.reach, p.grip, p.square > 0.5)
    return Solid(patches + more[0], parts + more[1])


def cup(p: SimpleNamespace) -> Solid:
    """A tapered cup without a handle, with a rolled rim and perhaps a sleeve."""
    heights = np.array([0, 0.33, 0.66, 1.0]) * p.height
    radii = p.radius * np.linspace(1 - p.taper, 1, 4)
    patches, parts = _vessel(list(zip(radii, heights, strict=True)), p.thickness)
    ring = [
        (p.radius, p.height - 0.002),
        (p.radius + 0.0025, p.height),
        (p.radius, p.height + 0.002),
    ]
    return Solid([*patches, lathe(ring, TRIM)], parts)


def glass(p: SimpleNamespace) -> Solid:
    """A drinking glass: straight, flared or waisted."""
    fraction = np.linspace(0, 1, 6)
    radii = p.radius * (1 + p.flare * (fraction - 0.5) - p.waist * np.sin(np.pi * fraction))
    return Solid(*_vessel(list(zip(radii, fraction * p.height, strict=True)), p.thickness))


def bowl(p: SimpleNamespace) -> Solid:
    """A bowl on a small foot."""
    turn = np.linspace(0.15, 1, 6) * np.pi / 2
    radii = p.radius * np.sin(turn) ** p.roundness
    heights = p.height * (1 - np.cos(turn)) / (1 - np.cos(turn[-1]))
    heights = heights - heights[0]
    radii = np.maximum(radii, p.foot * p.radius)
    return Solid(*_vessel(list(zip(radii, heights, strict=True)), p.thickness))


def pot(p: SimpleNamespace) -> Solid:
    """A plant pot with a heavy rim, filled with soil."""
    low, high = p.radius * (1 - p.taper), p.radius
    rim = p.height * (1 - p.rim)
    patches = [
        lathe([(low, 0), (high * 0.98, rim)]),
        lathe([(high * 0.98, rim), (high * 1.1, rim), (high * 1.1, p.height)], TRIM),
        disc(high * 1.1, p.height, TRIM, inner=high * 0.92),
        lathe([(high * 0.92, p.height - 0.004), (high * 0.92, p.height)], TRIM, flip=True),
        disc(high * 0.92, p.height - 0.004, INSIDE),
        disc(low, 0, TRIM, down=True),
    ]
    middle = (low + high) / 2
    parts = [
        Part("cylinder", (middle, rim, 0), (0, 0, rim / 2)),
        Part("cylinder", (high * 1.1, p.height - rim, 0), (0, 0, (p.height + rim) / 2)),
    ]
    return Solid(patches, parts, fill=0.4)


def pan(p: SimpleNamespace) -> Solid:
    """A shallow pan with a long handle."""
    outline = [(p.radius * 0.82, 0.0), (p.radius * 0.93, p.height * 0.4), (p.radius, p.height)]
    patches, parts = _vessel(outline, p.thickness)
    start, end = (
        (p.radius - 0.002, 0, p.height * 0.7),
        (p.radius + p.reach, 0, p.height * 0.7 + p.lift),
    )
    path = np.linspace(start, end, 5)
    radii = p.grip * np.array([0.7, 0.8, 1, 1.1, 0.9])
    return Solid([*patches, tube(path, radii, 3, squash=0.7)], [*parts, rod(start, end, p.grip)])


def plate(p: SimpleNamespace) -> Solid:
    """A plate with a raised rim."""
    flat = p.radius * p.flat
    outline = [(flat, 0.0), (flat * 1.03, 0.004), (p.radius, p.height)]
    inside = [(0.001, 0.004), (flat * 0.95, 0.004), (p.radius, p.height)]
    turned = lathe(inside, flip=True)
    seen = turned.triangles[..., :2] / (2 * p.radius) + 0.5  # the picture lies flat on the plate
    patches = [
        Patch(turned.triangles, seen),
        lathe(outline, INSIDE),
        disc(flat, 0, INSIDE, down=True),
    ]
    parts = [Part("cylinder", (flat, 0.006, 0), (0, 0, 0.003))]
    parts += wall((flat + p.radius) / 2, p.radius - flat, 0.003, p.height, sides=12)
    return Solid(patches, parts)
