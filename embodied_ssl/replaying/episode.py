"""One interaction or episode simulated again, perhaps before a window or a camera."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from embodied_ssl.collecting.playing import Rows
from embodied_ssl.collecting.shard import CollectSpec, env_of
from embodied_ssl.errors import UserError
from embodied_ssl.progress import progress_bar
from embodied_ssl.replaying.film import film_for
from embodied_ssl.replaying.parts import Part
from embodied_ssl.replaying.watching import Filming, Pacing, Watch, rate_of

Watcher = Callable[[Any], Watch]
"""Begins to watch an env that has been reset."""


def check_display() -> None:
    """UserError where no window can be opened: Bullet would end the whole process."""
    from embodied_ssl_envs.simulation import has_display

    if not has_display():
        raise UserError(
            "--gui needs a display, and none answers here (DISPLAY): --video films the same."
        )


def show(spec: CollectSpec, part: Part, video: Path | None, window: bool) -> tuple[Rows, bytes]:
    """Replay a part of a dataset.

    Args:
        spec: of the dataset.
        part: that is replayed.
        video: whose end says what kind of film is made; None for no film.
        window: whether Bullet's window shows it, in real time.

    Returns:
        the rows that come out, and the film.
    """
    with ExitStack() as stack:
        env = stack.enter_context(_window(spec)) if window else env_of(spec)
        watchers: list[Watcher] = [lambda env: Pacing(env, spec.world)] if window else []
        if not video:
            return play(env, spec, part, watchers), b""
        film = stack.enter_context(film_for(video, rate_of(spec.world)))
        watchers.append(lambda env: Filming(env, spec.world, film))
        rows = play(env, spec, part, watchers)
        if not film.count:
            raise UserError(f"--video {video}: there is no picture of it.")
        return rows, film.data()


def play(env: Any, spec: CollectSpec, part: Part, watchers: Iterable[Watcher] = ()) -> Rows:
    """The rows of a part of a dataset, as they come out now."""
    rows: Rows = []
    with (
        progress_bar(f"replay {spec.env}", len(part.rows), "rows") as advance,
        ExitStack() as stack,
    ):
        playing = part.begin(env, spec.seed)
        watches = [watcher(env) for watcher in watchers]
        for watch in watches:
            stack.enter_context(watch.meanwhile())
        for row in playing:
            rows.append(row)
            advance(1)
            for watch in watches:
                watch.see(row)
    return rows


@contextmanager
def _window(spec: CollectSpec) -> Iterator[Any]:
    """The env of a dataset, with Bullet's window; UserError where it has none or it is closed."""
    opened = env_of(spec)
    if "human" not in opened.metadata.get("render_modes", ()) or not hasattr(opened, "simulation"):
        raise UserError(f"--gui: {spec.env} has no window of Bullet's; --video films it.")
    env = spec.world.open_env(spec.image_size, render_mode="human")
    try:
        yield env
    except Exception as error:
        if not env.simulation.is_open:
            raise UserError("the window was closed before the end.") from error
        raise
    finally:
        env.close()
