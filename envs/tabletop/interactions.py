"""One interaction with the world, and what its record holds."""

from __future__ import annotations

from typing import Any

from embodied_ssl_envs.tabletop.actions import Interaction
from embodied_ssl_envs.tabletop.grasp import Held, grasp
from embodied_ssl_envs.tabletop.poke import poke
from embodied_ssl_envs.tabletop.push import push
from embodied_ssl_envs.tabletop.world import TabletopWorld
from embodied_ssl_envs.things import annotations


def act(
    world: TabletopWorld, interaction: Interaction, action: dict[str, Any], track: str
) -> tuple[dict[str, Any], Held | None]:
    """Grasp, push or poke.

    Args:
        world: that is acted on.
        interaction: one of the three.
        action: the environment's, checked.
        track: the name of a grasped object.

    Returns:
        the record's columns, and what the hand holds.
    """
    pixel = world.reachable_pixel(action["point"])
    seen = world.overhead.columns("overhead") | {"pixel": pixel}
    seen |= annotations("overhead", world.overhead, world.things())
    held = None
    if interaction == Interaction.GRASP:
        columns, held = grasp(world, pixel, action["angle"], track)
    elif interaction == Interaction.PUSH:
        columns = push(world, pixel, world.reachable_pixel(action["end"]))
    else:
        columns = poke(world, pixel)
    return seen | columns, held
