"""The settings that rooms can have."""

from __future__ import annotations

from embodied_ssl_envs.arguments import check_image_size, check_whole
from embodied_ssl_envs.errors import WorldError

MOST_FRAMES = 2**15  # the column `step` is int16
MOST_EPISODES = 2**31  # the column `episode` is int32
MOST_NOISE = 10.0


def check_settings(
    image_size: int,
    episodes: int,
    frames: int,
    odometry_noise: float,
    scene: str,
    kinds: tuple[str, ...],
) -> None:
    """WorldError for settings of ``RoomsEnv`` that make no rooms."""
    check_image_size(image_size)
    check_whole("episodes", episodes, 1, MOST_EPISODES)
    check_whole("frames", frames, 2, MOST_FRAMES)
    if not 0 <= odometry_noise <= MOST_NOISE:
        raise WorldError(
            f"odometry noise must be a number from 0 to {MOST_NOISE:g}, not {odometry_noise}"
        )
    if scene and kinds:
        raise WorldError("a scene is of the kind that its file says: leave out kinds")
