"""Layouts of furnished rooms: pieces stand apart, and there is free space between them."""

import numpy as np
import pytest

from embodied_ssl_envs.rooms.differential_drive import RADIUS
from embodied_ssl_envs.rooms.furnish import furnish
from embodied_ssl_envs.rooms.kinds import ROOM_KINDS


@pytest.mark.parametrize("kind", ROOM_KINDS)
def test_furniture_stands_apart_and_leaves_room(outside, kind):
    for seed in range(12):
        layout, places = furnish(np.random.default_rng(seed), ROOM_KINDS[kind], RADIUS)
        solid = [item for item in layout.placed if not item.piece.flat]
        assert len(solid) >= 2 and len(places)
        for item in layout.placed:
            low, high = item.footprint
            assert (np.abs([low, high]) <= layout.half + 1e-6).all(), item
        for number, item in enumerate(solid):
            low, high = item.footprint
            for other in solid[:number]:
                assert (low >= other.footprint[1]).any() or (high <= other.footprint[0]).any()
            assert outside(places, item).min() > RADIUS
        assert (layout.half - np.abs(places)).min() > RADIUS


def test_each_kind_has_furniture_of_its_own():
    def names(kind):
        drawn = [furnish(np.random.default_rng(s), ROOM_KINDS[kind], RADIUS)[0] for s in range(8)]
        return {item.piece.name for layout in drawn for item in layout.placed}

    found = {kind: names(kind) for kind in ROOM_KINDS}
    assert len(found) >= 8
    for kind, own in found.items():
        others = set.union(*(names for other, names in found.items() if other != kind))
        assert len(own - others) >= 2, kind


def test_seats_face_their_table():
    layout, _ = furnish(np.random.default_rng(1), ROOM_KINDS["dining room"], RADIUS)
    (table,) = [item for item in layout.placed if item.piece.name == "table"]
    seats = [item for item in layout.placed if item.piece.name == "chair"]
    assert seats
    for seat in seats:
        front = seat.to_room(np.array([0.0, 1.0])) - (seat.x, seat.y)
        assert front @ (np.array([table.x, table.y]) - (seat.x, seat.y)) > 0
