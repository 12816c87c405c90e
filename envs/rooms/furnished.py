"""Furnished rooms: layouts drawn by kind, surfaces, household objects on whatever has a top."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embodied_ssl_envs.errors import did_you_mean
from embodied_ssl_envs.objects import ObjectSet
from embodied_ssl_envs.objects.splits import split_of
from embodied_ssl_envs.rooms.differential_drive import RADIUS
from embodied_ssl_envs.rooms.kinds import ROOM_KINDS
from embodied_ssl_envs.rooms.layout import Layout, furnish
from embodied_ssl_envs.rooms.room import Room, draw_lamp
from embodied_ssl_envs.rooms.room_builder import HEIGHT, Wardrobe, inside_of
from embodied_ssl_envs.simulation import Simulation

MOST_OBJECTS = 6


@dataclass(frozen=True, kw_only=True)
class FurnishedRoom(Room):
    """A room of which one knows what stands where."""

    layout: Layout


class FurnishedRooms:
    """A room for every episode, of one kind after the other.

    Args:
        objects: what stands on tables and shelves comes from here, from the split of the room.
        kinds: of ``ROOM_KINDS``; all of them if empty.

    Raises:
        WorldError: for a kind that is not known.
    """

    def __init__(self, objects: ObjectSet, kinds: tuple[str, ...] = ()):
        for kind in kinds:
            if kind not in ROOM_KINDS:
                raise did_you_mean("kind of room", kind, ROOM_KINDS)
        self._kinds = tuple(kinds) or tuple(ROOM_KINDS)
        self._objects = objects

    def build(
        self, simulation: Simulation, rng: np.random.Generator, episode: int
    ) -> FurnishedRoom:
        """Draw the room of an episode and put it into an empty simulation."""
        kind = self._kinds[episode % len(self._kinds)]
        name = f"rooms/{kind}/{episode:05d}"
        split = split_of(name)
        rules = ROOM_KINDS[kind]
        layout, places = furnish(rng, rules, RADIUS)
        wardrobe = Wardrobe(simulation, rng)
        for item in layout.placed:
            wardrobe.dress(item)
        _set_the_tables(simulation, rng, layout, self._objects, split)
        # Far things last: the renderer skips what lies behind.
        inside = inside_of((*-layout.half, 0), (*layout.half, HEIGHT))
        wardrobe.line(inside, rules.floors, rules.walls)
        wardrobe.fence(-layout.half, layout.half)
        return FurnishedRoom(
            name=name, split=split, kind=kind, places=places, light=draw_lamp(rng), layout=layout
        )


def _set_the_tables(
    simulation: Simulation,
    rng: np.random.Generator,
    layout: Layout,
    objects: ObjectSet,
    split: str,
) -> None:
    """Small things on whatever has a top."""
    tops = [(item, top) for item in layout.placed for top in item.piece.tops]
    for _ in range(int(rng.integers(1, MOST_OBJECTS + 1)) if tops else 0):
        item, top = tops[rng.integers(len(tops))]
        model = objects.load(objects.sample(rng, split))
        low, high = np.array(top.low[:2]), np.array(top.high[:2])
        margin = np.minimum(np.array(model.extents[:2]).max() / 2, (high - low) / 2)
        x, y = item.point(rng.uniform(low + margin, high - margin))
        yaw = rng.uniform(0, 2 * np.pi)
        model.spawn(
            simulation.client,
            (float(x), float(y), top.high[2] + model.extents[2] / 2),
            (0.0, 0.0, float(np.sin(yaw / 2)), float(np.cos(yaw / 2))),
            fixed=True,
        )
