"""Boxes, slabs and long tools, lying on the table."""

from __future__ import annotations

import numpy as np
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.objects.patches import box as block
from embodied_ssl_envs.objects.patches import disc, lathe, rounded, slab, tube
from embodied_ssl_envs.objects.solids import Part, Solid, rod

TRIM, SECOND = 1, 2  # areas of the texture


def _brick(size: tuple[float, float, float], centre=(0.0, 0.0, 0.0)) -> Part:
    return Part("box", tuple(np.asarray(size) / 2), tuple(np.add(centre, (0, 0, size[2] / 2))))


def box(p) -> Solid:
    """A carton standing upright, its print all around."""
    size = (p.width, p.depth, p.height)
    return Solid(block(size, tops=TRIM), [_brick(size)], p.fill)


def book(p) -> Solid:
    """A book lying flat: two covers and a spine about a block of pages."""
    board = 0.003
    inner = (p.width - 0.006, p.length - 0.008, p.height - 2 * board)
    cover = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (p.width / 2, p.length / 2)
    patches = [*slab(cover, board, 0, edge=SECOND)]
    patches += [
        patch.moved((0, 0, p.height - board)) for patch in slab(cover, board, 0, edge=SECOND)
    ]
    patches += [patch.moved((-0.002, 0, board)) for patch in block(inner, TRIM)]
    spine = block((0.003, p.length, p.height), SECOND)
    patches += [patch.moved((-p.width / 2 + 0.0015, 0, 0)) for patch in spine]
    return Solid(patches, [_brick((p.width, p.length, p.height))])


def remote(p) -> Solid:
    """A remote control: rounded slab, rows of buttons."""
    patches = slab(rounded(p.width, p.length, p.width * p.corner), p.height, 0, edge=SECOND)
    size = p.width * 0.16
    rows, columns = round(p.rows), 3 if p.width > 0.04 else 2
    for row in range(rows):
        for column in range(columns):
            x = (column - (columns - 1) / 2) * p.width * 0.27
            y = p.length * (0.4 - 0.75 * row / max(rows - 1, 1))
            key = block((size, size * 0.7, 0.003), TRIM)[1]
            patches.append(key.moved((x, y, p.height)))
    return Solid(patches, [_brick((p.width, p.length, p.height))], fill=0.6)


def sponge(p) -> Solid:
    """A soft block, often with a rough side of another colour."""
    outline = rounded(p.width, p.length, p.width * 0.1)
    pad = p.height * p.pad
    patches = slab(outline, p.height - pad, 0)
    patches += [patch.moved((0, 0, p.height - pad)) for patch in slab(outline, pad, TRIM)]
    return Solid(patches, [_brick((p.width, p.length, p.height))])


def brick(p) -> Solid:
    """A toy brick with studs."""
    columns, rows = round(p.columns), round(p.rows)
    size = (columns * p.pitch, rows * p.pitch, p.height)
    patches = block(size)
    for column in range(columns):
        for row in range(rows):
            place = (
                (column - (columns - 1) / 2) * p.pitch,
                (row - (rows - 1) / 2) * p.pitch,
                p.height,
            )
            stud = [(p.pitch * 0.3, 0), (p.pitch * 0.3, p.pitch * 0.22)]
            patches += [
                lathe(stud, TRIM, sides=8).moved(place),
                disc(p.pitch * 0.3, p.pitch * 0.22, TRIM, sides=8).moved(place),
            ]
    return Solid(patches, [_brick((*size[:2], p.height + p.pitch * 0.2))], fill=0.5)


def star(p) -> Solid:
    """A thick star, cross or cookie outline."""
    points = round(p.points)
    turn = np.pi * np.arange(2 * points) / points
    radius = np.where(np.arange(2 * points) % 2, p.inner * p.radius, p.radius)
    outline = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=-1)
    reach = p.radius * (1 + p.inner) / 2
    parts = [Part("cylinder", (p.radius * p.inner, p.height, 0), (0, 0, p.height / 2))]
    for angle in turn[::2]:
        width = p.radius * p.inner * np.sin(np.pi / points) * 0.8
        half = (reach / 2, width / 2 + 0.002, p.height / 2)
        place = (np.cos(angle) * reach / 2, np.sin(angle) * reach / 2, p.height / 2)
        parts.append(Part("box", half, place, (0, 0, np.sin(angle / 2), np.cos(angle / 2))))
    return Solid(slab(outline, p.height, 0, edge=TRIM), parts, fill=0.7)


def hammer(p) -> Solid:
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
        _brick((p.head, p.width * 1.1, p.head), (x, 0, 0)),
    ]
    return Solid([tube(path, radii, 0), *head, face], parts)


def screwdriver(p) -> Solid:
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


def spoon(p) -> Solid:
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
        _brick((p.blade * p.shape * 0.9, p.blade * 0.8, height)),
    ]
    return Solid(patches, parts)


def banana(p) -> Solid:
    """A bent fruit lying on its side."""
    turn = np.linspace(-1, 1, 9) * p.bend / 2
    reach = p.length / p.bend
    path = np.stack(
        [reach * np.sin(turn), reach * (np.cos(turn) - 1), np.full(9, p.radius)], axis=-1
    )
    radii = p.radius * np.array([0.3, 0.6, 0.85, 0.97, 1, 0.97, 0.85, 0.6, 0.25])
    joints, thick = path[[1, 3, 5, 7]], p.radius * 0.92
    parts = [rod(a, b, thick) for a, b in zip(joints, joints[1:], strict=False)]
    tip = tube(
        path[-1:] + np.linspace((0, 0, 0), (0.008, -0.004, 0.001), 2), p.radius * 0.2, TRIM, 5
    )
    return Solid([tube(path, radii, 0, sides=6), tip], parts)


def pen(p) -> Solid:
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
