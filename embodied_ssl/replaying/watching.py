"""What watches a replay: a film, or a window that shows it in real time."""

from __future__ import annotations

import importlib
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from embodied_ssl.data.schema import image_columns
from embodied_ssl.replaying.film import Film, enlarged
from embodied_ssl.worlds.base import World

SIZE = 400  # pixels along each side of what an onlooker sees
EVERY = 10  # steps of physics between two of its pictures
STILLS = 4  # pictures a second where rows take no time


class Watch:
    """Watches an env as its rows are played.

    Args:
        env: that has been reset.
        world: whose env it is.
    """

    def __init__(self, env: Any, world: World):
        self.env, self.world = env, world
        self.onlooker: Any = None
        if world.onlooker:
            module, _, name = world.onlooker.partition(":")
            self.onlooker = getattr(importlib.import_module(module), name)(env, SIZE)

    def meanwhile(self) -> AbstractContextManager[None]:
        """While rows are played."""
        return nullcontext()

    def see(self, row: dict[str, Any]) -> None:
        """This row has just been played."""


class Filming(Watch):
    """Films what an onlooker sees; where a world has none, the images of its rows.

    Args:
        env: that has been reset.
        world: whose env it is.
        film: of the rate of ``rate_of``.
    """

    def __init__(self, env: Any, world: World, film: Film):
        super().__init__(env, world)
        self.film = film

    def meanwhile(self) -> AbstractContextManager[None]:
        """While rows are played."""
        if self.onlooker is None:
            return nullcontext()
        return self.env.simulation.watched(lambda: self.film.add(self.onlooker()), EVERY)

    def see(self, row: dict[str, Any]) -> None:
        """This row has just been played."""
        columns = image_columns(self.world.columns) if self.onlooker is None else []
        image = next((row[name] for name in columns if row.get(name) is not None), None)
        if image is not None:
            self.film.add(enlarged(image[0] if isinstance(image, list) else image))


class Pacing(Watch):
    """Has no more of the world's time pass than of the clock's, for whoever looks at a window."""

    def __init__(self, env: Any, world: World):
        super().__init__(env, world)
        self._due = time.monotonic()
        if self.onlooker:
            env.simulation.show_from(self.onlooker.camera)

    def meanwhile(self) -> AbstractContextManager[None]:
        """While rows are played."""
        from embodied_ssl_envs.simulation import TIME_STEP

        return self.env.simulation.watched(lambda: self._wait(TIME_STEP))

    def see(self, row: dict[str, Any]) -> None:
        """This row has just been played."""
        if self.onlooker is None:
            self._wait(1 / STILLS)

    def _wait(self, seconds: float) -> None:
        # What is lost while images are rendered is not made up for.
        self._due = max(self._due + seconds, time.monotonic())
        time.sleep(max(0.0, self._due - time.monotonic()))


def rate_of(world: World) -> int:
    """Pictures a second of a film of a world."""
    if not world.onlooker:
        return STILLS
    from embodied_ssl_envs.simulation import STEPS_PER_SECOND

    return STEPS_PER_SECOND // EVERY
