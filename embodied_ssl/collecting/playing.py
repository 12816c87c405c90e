"""Playing a world's episodes for their rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from embodied_ssl.errors import UserError

BARREN = 20  # episodes without a row, one after the other, after which no more are expected

Rows = list[dict[str, Any]]
Beat = Callable[[], None]
"""Called at every row: a sign of life."""


def seed_of(*numbers: int) -> int:
    """A seed from the root seed and the numbers of an episode, independent of all others."""
    import numpy as np

    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def begin_episode(
    env: Any, root: int, episode: int, beat: Beat = lambda: None
) -> Iterator[dict[str, Any]]:
    """Reset the env to an episode; its own explorer plays as far as rows are asked for."""
    observation, info = env.reset(seed=seed_of(root, episode), options={"episode": episode})
    return _rows(env, env.explorer(seed_of(root, episode, 1)), observation, info, beat)


def _rows(
    env: Any, policy: Any, observation: Any, info: dict[str, Any], beat: Beat
) -> Iterator[dict[str, Any]]:
    over = False
    while not over and (action := policy(observation, info)) is not None:
        observation, _, terminated, truncated, info = env.step(action)
        over = terminated or truncated
        if "record" in info:
            beat()
            yield info["record"]


def play_episode(env: Any, root: int, episode: int, beat: Beat = lambda: None) -> Rows:
    """The rows of an episode, played by the env's own explorer."""
    return list(begin_episode(env, root, episode, beat))


def play_all(env: Any, root: int, episodes: Iterable[int], beat: Beat) -> Rows:
    """The rows of these episodes; UserError where one of them has none, or fewer than it should."""
    rows: Rows = []
    expected = getattr(env, "steps_per_episode", None)
    for episode in episodes:
        played = play_episode(env, root, episode, beat)
        if len(played) < (expected or 1):
            raise UserError(
                f"episode {episode} (--seed {root}) gave {len(played)} of {expected or 'its'} "
                "rows: the dataset would have fewer than were asked for."
            )
        rows += played
    return rows


def play_until(env: Any, root: int, episodes: range, wanted: int, beat: Beat) -> Rows:
    """So many rows of these episodes, the last of them cut; UserError where they have fewer."""
    rows: Rows = []
    barren = 0
    for episode in episodes:
        played = play_episode(env, root, episode, beat)
        rows += played
        if len(rows) >= wanted:
            return rows[:wanted]
        barren = 0 if played else barren + 1
        if barren == BARREN:
            break
    raise UserError(
        f"episodes {episodes[0]} to {episode} (--seed {root}) gave {len(rows)} rows, not {wanted}: "
        "the dataset would have fewer than were asked for. Do the objects stay on the table?"
    )
