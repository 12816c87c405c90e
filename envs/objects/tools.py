"""Long things with a handle, lying down."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.objects.blocks import box as block
from embodied_ssl_envs.objects.blocks import rounded, slab
from embodied_ssl_envs.objects.parts import Part, rod, standing
from embodied_ssl_envs.objects.patches import Patch, disc, lathe, tube
from embodied_ssl_envs.objects.solids import Solid

TRIM, SECOND = 1, 2  # areas of the texture


def hammer(p: SimpleNamespace) -> Solid:
    """A head across the end of a handle."""
    rise = p.head / 2
    path = np.linspace((-p.length / 2, 0, rise), (p.length / 2, 0, rise), 5)
    radii = p.grip * np.array([1.1, 1, 0.75, 0.7, 0.75])
    x = p.length / 2 - p.head * 0.6
    head = [
        patch.moved((x, 0, 0)) for patch in block((p.head, p.width, p.head), TRIM)
    ]  # across the handle
    face = tube(
        np.array([(x, p.width / 2, rise), (x, p.width * 0.62, rise)]), p.head * 0.6, TRIM, 10
    )
    parts = [
        rod(path[0], path[-1], p.grip * 0.9),
        standing((p.head, p.width * 1.1, p.head), (x, 0, 0)),
    ]
    return Solid([tube(path, radii, 0), *head, face], parts)


def screwdriver(p: SimpleNamespace) -> Solid:
    """A fluted handle and a shaft."""
    split = -p.length / 2 + p.length * p.handle
    handle = np.linspace((-p.length / 2, 0, p.grip), (split, 0, p.grip), 5)
    radii = p.grip * np.array([0.85, 1, 0.85, 1, 0.6])
    shaft = np.array([(split, 0, p.grip), (p.length / 2, 0, p.grip)])
    parts = [
        rod(handle[0], handle[-1], p.grip * 0.95, "cylinder"),
        rod(*shaft, p.shaft, "cylinder"),
    ]
    patches = [
        tube(handle, radii, 0, sides=6 if p.fluted > 0.5 else 10),
        tube(shaft, p.shaft, TRIM),
    ]
    return Solid(patches, parts, fill=0.8)


def spoon(p: SimpleNamespace) -> Solid:
    """A spoon, ladle or spatula of wood, metal or plastic."""
    blade = rounded(p.blade * p.shape, p.blade, p.blade * 0.48 * min(p.shape, 1.0))
    height = p.grip * 1.2
    end = p.blade * p.shape / 2
    path = np.linspace((-p.length, 0, p.grip), (-end * 0.8, 0, p.grip * 0.9), 4)
    patches = [
        tube(path, p.grip * np.array([1.1, 0.9, 0.7, 0.7]), 0, sides=6),
        *slab(blade, height, 0),
    ]
    parts = [
        rod(path[0], path[-1], p.grip * 0.9),
        standing((p.blade * p.shape * 0.9, p.blade * 0.8, height)),
    ]
    return Solid(patches, parts)


def pen(p: SimpleNamespace) -> Solid:
    """A marker pen with its cap."""
    lay = Rotation.from_euler("y", np.pi / 2)
    cap = p.length * p.cap
    patches = [
        lathe([(p.radius, 0), (p.radius, p.length - cap)], sides=10),
        disc(p.radius, 0, SECOND, sides=10, down=True),
        lathe([(p.radius * 1.15, p.length - cap), (p.radius * 0.95, p.length)], TRIM, sides=10),
        disc(p.radius * 0.95, p.length, TRIM, sides=10),
        disc(p.radius * 1.15, p.length - cap, TRIM, sides=10, down=True),
    ]
    laid = [patch.moved(turn=lay).moved((-p.length / 2, 0, p.radius * 1.15)) for patch in patches]
    ends = ((-p.length / 2, 0, p.radius * 1.15), (p.length / 2, 0, p.radius * 1.15))
    return Solid(laid, [rod(*ends, p.radius * 1.1, "cylinder")], fill=0.7)


def dumbbell(p: SimpleNamespace) -> Solid:
    """Two heavy ends and a grip between them, lying down."""
    end, sides = p.length * p.end, 6 if p.hexagonal > 0.5 else 14
    lay = Rotation.from_euler("y", np.pi / 2)
    rise = p.radius * (np.cos(np.pi / 6) if sides == 6 else 1.0)
    patches: list[Patch] = []
    for low in (0.0, p.length - end):
        patches += [
            lathe([(p.radius, low), (p.radius, low + end)], sides=sides),
            disc(p.radius, low + end, TRIM, sides=sides),
            disc(p.radius, low, TRIM, sides=sides, down=True),
        ]
    patches.append(lathe([(p.grip, end), (p.grip, p.length - end)], SECOND, sides=10))
    spin = Rotation.from_euler("z", np.pi / 6 if sides == 6 else 0)
    laid = [patch.moved(turn=lay * spin).moved((-p.length / 2, 0, rise)) for patch in patches]
    places = ((-p.length + end) / 2, 0.0, (p.length - end) / 2)
    radii, lengths = (rise, p.grip, rise), (end, p.length - 2 * end, end)
    parts = [
        Part("cylinder", (radius, length, 0), (x, 0, rise), tuple(lay.as_quat()))
        for radius, length, x in zip(radii, lengths, places, strict=True)
    ]
    return Solid(laid, parts, p.fill)
