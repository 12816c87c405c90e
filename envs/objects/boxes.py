"""Solids of household objects with flat faces: cartons, books, bricks."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from embodied_ssl_envs.objects.collision_primitives import CollisionPrimitive, cylinder, standing
from embodied_ssl_envs.objects.extrusions import box_mesh, extruded, rounded_rectangle
from embodied_ssl_envs.objects.mesh_primitives import TRIM_1, TRIM_2, disc, lathe
from embodied_ssl_envs.objects.solids import Solid


def box(p: SimpleNamespace) -> Solid:
    """A carton standing upright, its print all around."""
    size = (p.width, p.depth, p.height)
    return Solid(box_mesh(size, tops=TRIM_1), [standing(size)], p.fill)


def book(p: SimpleNamespace) -> Solid:
    """A book lying flat: two covers and a spine about a block of pages."""
    board = 0.003
    inner = (p.width - 0.006, p.length - 0.008, p.height - 2 * board)
    cover = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * (p.width / 2, p.length / 2)
    visuals = [*extruded(cover, board, 0, edge=TRIM_2)]
    visuals += [
        visual.moved((0, 0, p.height - board)) for visual in extruded(cover, board, 0, edge=TRIM_2)
    ]
    visuals += [visual.moved((-0.002, 0, board)) for visual in box_mesh(inner, TRIM_1)]
    spine = box_mesh((0.003, p.length, p.height), TRIM_2)
    visuals += [visual.moved((-p.width / 2 + 0.0015, 0, 0)) for visual in spine]
    return Solid(visuals, [standing((p.width, p.length, p.height))])


def remote(p: SimpleNamespace) -> Solid:
    """A remote control: rounded slab, rows of buttons."""
    visuals = extruded(
        rounded_rectangle(p.width, p.length, p.width * p.corner), p.height, 0, edge=TRIM_2
    )
    size = p.width * 0.16
    rows, columns = round(p.rows), 3 if p.width > 0.04 else 2
    for row in range(rows):
        for column in range(columns):
            x = (column - (columns - 1) / 2) * p.width * 0.27
            y = p.length * (0.4 - 0.75 * row / max(rows - 1, 1))
            key = box_mesh((size, size * 0.7, 0.003), TRIM_1)[1]
            visuals.append(key.moved((x, y, p.height)))
    return Solid(visuals, [standing((p.width, p.length, p.height))], fill=0.6)


def sponge(p: SimpleNamespace) -> Solid:
    """A soft block, often with a rough side of another colour."""
    outline = rounded_rectangle(p.width, p.length, p.width * 0.1)
    pad = p.height * p.pad
    visuals = extruded(outline, p.height - pad, 0)
    visuals += [visual.moved((0, 0, p.height - pad)) for visual in extruded(outline, pad, TRIM_1)]
    return Solid(visuals, [standing((p.width, p.length, p.height))])


def brick(p: SimpleNamespace) -> Solid:
    """A toy brick with studs."""
    columns, rows = round(p.columns), round(p.rows)
    size = (columns * p.pitch, rows * p.pitch, p.height)
    visuals = box_mesh(size)
    for column in range(columns):
        for row in range(rows):
            place = (
                (column - (columns - 1) / 2) * p.pitch,
                (row - (rows - 1) / 2) * p.pitch,
                p.height,
            )
            stud = [(p.pitch * 0.3, 0), (p.pitch * 0.3, p.pitch * 0.22)]
            visuals += [
                lathe(stud, TRIM_1, sides=8).moved(place),
                disc(p.pitch * 0.3, p.pitch * 0.22, TRIM_1, sides=8).moved(place),
            ]
    return Solid(visuals, [standing((*size[:2], p.height + p.pitch * 0.2))], fill=0.5)


def star(p: SimpleNamespace) -> Solid:
    """A thick star, cross or cookie outline."""
    points = round(p.points)
    turn = np.pi * np.arange(2 * points) / points
    radius = np.where(np.arange(2 * points) % 2, p.inner * p.radius, p.radius)
    outline = np.stack([radius * np.cos(turn), radius * np.sin(turn)], axis=-1)
    reach = p.radius * 0.85
    collisions = [cylinder(p.radius * p.inner, p.height, p.height / 2)]
    for angle in turn[::2]:
        width = p.radius * p.inner * np.sin(np.pi / points) * 0.8
        half = (reach / 2, width / 2 + 0.002, p.height / 2)
        place = (np.cos(angle) * reach / 2, np.sin(angle) * reach / 2, p.height / 2)
        collisions.append(
            CollisionPrimitive("box", half, place, (0, 0, np.sin(angle / 2), np.cos(angle / 2)))
        )
    return Solid(extruded(outline, p.height, 0, edge=TRIM_1), collisions, fill=0.7)
