"""Furnished rooms: a random layout of each kind, textures, and household objects on the tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from embodied_ssl_envs.errors import did_you_mean
from embodied_ssl_envs.geometry import yaw_quaternion
from embodied_ssl_envs.objects import ObjectSet
from embodied_ssl_envs.objects.splits import Splits
from embodied_ssl_envs.rooms.differential_drive import RADIUS
from embodied_ssl_envs.rooms.furnish import furnish
from embodied_ssl_envs.rooms.kinds import ROOM_KINDS
from embodied_ssl_envs.rooms.layout import Layout
from embodied_ssl_envs.rooms.room import Room, draw_lamp
from embodied_ssl_envs.rooms.room_builder import HEIGHT, RoomBuilder, inward_box
from embodied_ssl_envs.simulation import Simulation
from embodied_ssl_envs.things import Thing

MOST_OBJECTS = 6


@dataclass(frozen=True, kw_only=True)
class FurnishedRoom(Room):
    """A room whose layout is known."""

    layout: Layout


class FurnishedRooms:
    """A room for every episode, of each kind in turn.

    Args:
        objects: source of the objects on tables and shelves, which are of the room's split.
        kinds: of ``ROOM_KINDS``; all of them if empty.
        splits: how the rooms are split.
        episodes: of which a split file has to name every room.

    Raises:
        WorldError: for a kind that is not known, a room that the split file lacks.
    """

    def __init__(
        self,
        objects: ObjectSet,
        kinds: tuple[str, ...] = (),
        splits: Splits | None = None,
        episodes: int = 0,
    ):
        for kind in kinds:
            if kind not in ROOM_KINDS:
                raise did_you_mean("kind of room", kind, ROOM_KINDS)
        self._kinds = tuple(kinds) or tuple(ROOM_KINDS)
        self._objects = objects
        self._splits = splits or Splits()
        if self._splits.file:
            self._splits.of_all(self._named(episode)[0] for episode in range(episodes))

    def _named(self, episode: int) -> tuple[str, str]:
        """The name of an episode's room, and its kind."""
        kind = self._kinds[episode % len(self._kinds)]
        return f"rooms/{kind}/{episode:05d}", kind

    def build(
        self, simulation: Simulation, rng: np.random.Generator, episode: int
    ) -> FurnishedRoom:
        """Draw the room of an episode and add it to an empty simulation."""
        name, kind = self._named(episode)
        category, number = list(ROOM_KINDS).index(kind), episode // len(self._kinds)
        split = self._splits.of_room(name, category, number)
        rules = ROOM_KINDS[kind]
        layout, places = furnish(rng, rules, RADIUS)
        builder = RoomBuilder(simulation, rng)
        for item in layout.placed:
            builder.add_piece(item)
        objects = _add_objects(simulation, rng, layout, self._objects, split)
        # Far things last: the renderer skips pixels that are hidden already.
        inside = inward_box((*-layout.half, 0), (*layout.half, HEIGHT))
        builder.add_shell(inside, rules.floors, rules.walls)
        builder.add_boundary(-layout.half, layout.half)
        return FurnishedRoom(
            name=name,
            split=split,
            kind=kind,
            area=np.stack([-layout.half, layout.half]),
            places=places,
            light=draw_lamp(rng),
            things=builder.furniture | objects,
            layout=layout,
        )


def _add_objects(
    simulation: Simulation,
    rng: np.random.Generator,
    layout: Layout,
    objects: ObjectSet,
    split: str,
) -> dict[int, Thing]:
    """Add objects of the split on the tops of the furniture; what they are, by their bodies."""
    added = {}
    tops = [(item, top) for item in layout.placed for top in item.piece.tops]
    for _ in range(int(rng.integers(1, MOST_OBJECTS + 1)) if tops else 0):
        item, top = tops[rng.integers(len(tops))]
        model = objects.load(objects.sample(rng, split))
        low, high = np.array(top.low[:2]), np.array(top.high[:2])
        margin = np.minimum(np.array(model.extents[:2]).max() / 2, (high - low) / 2)
        x, y = item.to_room(rng.uniform(low + margin, high - margin))
        body = model.spawn(
            simulation.client,
            (float(x), float(y), top.high[2] + model.extents[2] / 2),
            yaw_quaternion(rng.uniform(0, 2 * np.pi)),
            fixed=True,
        )
        added[body] = Thing(model.kind, model.name)
    return added
