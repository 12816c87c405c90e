"""Collecting data: worlds in, shards out, by as many processes as one likes.

The shard is the unit of work. What is in shard ``k`` follows from the specification and ``k``
alone, never from the worker that collects it nor from what was collected before.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

ROWS = 100  # interactions in a shard of an endless env
EPISODES = 8  # episodes in a shard of an env with a fixed number of them

ENVS = {
    "tabletop": "embodied_ssl/Tabletop-v0",
    "turntable": "embodied_ssl/Turntable-v0",
    "rooms": "embodied_ssl/Rooms-v0",
}
OWN_SETTINGS = {
    "tabletop": (),
    "turntable": ("val_objects", "test_objects", "azimuths"),
    "rooms": ("episodes", "frames"),
}
"""Counts that an env takes besides what all of them take."""
EXTRAS = {"turntable": ("orbit",), "rooms": ("scene", "kinds", "tilt", "odometry_noise")}
"""What an env may be asked for besides, and does not mention in the dataset otherwise."""


@dataclass(frozen=True)
class CollectConfig:
    """Collect data in a simulated world."""

    env: str
    """tabletop, turntable or rooms."""
    out: Path
    """Folder of the dataset; the same command continues what was interrupted."""
    interactions: int = 10_000
    """Tabletop: how many interactions (rows) to collect."""
    workers: int = 1
    """Processes; they change the speed and nothing else."""
    objects: tuple[str, ...] = ("household", "blobs")
    """Where objects come from: household, blobs, folder:PATH."""
    skip_broken: bool = False
    """Leave out objects of a folder that do not load."""
    seed: int = 0
    """Of everything that is random."""
    image_size: int = 128
    """Pixels along each side of an image."""
    val_objects: int = 60
    """Turntable: objects of the validation split."""
    test_objects: int = 160
    """Turntable: objects of the test split."""
    azimuths: int = 8
    """Turntable: views of an object at each elevation."""
    orbit: bool = False
    """Turntable: the camera goes round each object in one studio with cartons in the way, instead
    of a new place for every view; for next-best-view."""
    episodes: int = 400
    """Rooms: how many of them, each in a room of its own."""
    frames: int = 100
    """Rooms: frames of an episode, ten a second."""
    scene: str = ""
    """Rooms: folder of your own scene.yaml, or of folders with one each."""
    kinds: tuple[str, ...] = ()
    """Rooms: which kinds of furnished rooms, with commas between them; all if empty."""
    tilt: bool = False
    """Rooms: let the head look up and down."""
    odometry_noise: float = 0.0
    """Rooms: standard deviation of each number of the odometry, as a fraction of it."""

    def __post_init__(self):
        named = [name.strip() for part in self.kinds for name in part.split(",")]
        object.__setattr__(self, "kinds", tuple(filter(None, named)))  # kitchen,office is two


@dataclass(frozen=True)
class CollectSpec:
    """All that decides the bytes of a dataset."""

    out: Path
    env: str
    seed: int
    env_settings: tuple[tuple[str, Any], ...]
    """Keyword arguments of the env."""
    amount: int
    """Rows of an endless env; episodes of any other."""
    endless: bool
    origin: tuple[tuple[str, Any], ...] = ()
    """What ``dataset.json`` says of a setting instead of its value, where that is but a path."""

    @property
    def num_shards(self) -> int:
        """How many shards make the dataset."""
        return -(-self.amount // (ROWS if self.endless else EPISODES))

    def file(self, k: int) -> Path:
        """Path of shard ``k``."""
        return self.out / "data" / f"{k:05d}.parquet"


def make_spec(config: CollectConfig) -> CollectSpec:
    """The specification of a command; UserError for settings from which nothing can come."""
    from embodied_ssl.errors import UserError, did_you_mean

    if config.env not in ENVS:
        raise did_you_mean("env", config.env, ENVS)
    own = OWN_SETTINGS[config.env]
    for name in ("workers", "image_size", *(own or ["interactions"])):
        if getattr(config, name) < 1:
            raise UserError(f"--{name.replace('_', '-')} must be at least 1.")
    if not 16 <= config.image_size <= 1024:
        raise UserError("--image-size must be from 16 to 1024.")
    if config.seed < 0:
        raise UserError("--seed must not be negative.")
    _open_env.cache_clear()  # what is on the disk may have changed
    settings = tuple(_settings(config).items())
    env = _open_env(config.env, settings)
    if config.scene and config.out.resolve().is_relative_to(Path(config.scene).resolve()):
        raise UserError("--out must be outside the scene, whose files are watched for changes.")
    origin = (("scene", env.rooms.fingerprint),) if config.scene else ()
    episodes = env.num_episodes
    amount = config.interactions if episodes is None else episodes
    return CollectSpec(
        config.out, config.env, config.seed, settings, amount, episodes is None, origin
    )


def _settings(config: CollectConfig) -> dict[str, Any]:
    """Keyword arguments of the env."""
    from embodied_ssl.errors import UserError

    names = ("image_size", "objects", "skip_broken", *OWN_SETTINGS[config.env])
    settings = {name: getattr(config, name) for name in names}
    for env, extras in EXTRAS.items():
        asked = {name: getattr(config, name) for name in extras if getattr(config, name)}
        if asked and env != config.env:
            raise UserError(f"--{next(iter(asked)).replace('_', '-')} is for --env {env}.")
        settings |= asked
    if config.scene:
        if config.objects != CollectConfig.objects or config.skip_broken:
            raise UserError("a scene has its own bodies: leave out --objects and --skip-broken.")
        del settings["objects"], settings["skip_broken"]
    return settings


@lru_cache(maxsize=1)
def _open_env(name: str, settings: tuple[tuple[str, Any], ...]) -> Any:
    """The env itself, kept from shard to shard."""
    import gymnasium

    import embodied_ssl_envs  # noqa: F401  registers the worlds
    from embodied_ssl.errors import UserError
    from embodied_ssl_envs.errors import WorldError

    try:
        return gymnasium.make(ENVS[name], disable_env_checker=True, **dict(settings)).unwrapped
    except WorldError as error:
        raise UserError(str(error)) from error


def seed_of(*numbers: int) -> int:
    """A seed from the root seed and the numbers of an episode, independent of all others."""
    import numpy as np

    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def play_episode(env: Any, root: int, episode: int) -> list[dict[str, Any]]:
    """The rows of an episode, played by the env's own explorer."""
    observation, info = env.reset(seed=seed_of(root, episode), options={"episode": episode})
    policy = env.explorer(seed_of(root, episode, 1))
    rows: list[dict[str, Any]] = []
    over = False
    while not over and (action := policy(observation, info)) is not None:
        observation, _, terminated, truncated, info = env.step(action)
        rows.append(info["record"])
        over = terminated or truncated
    return rows


def shard_rows(spec: CollectSpec, k: int) -> list[dict[str, Any]]:
    """The rows of shard ``k``: whole episodes, the last one cut where the shard is full."""
    env = _open_env(spec.env, spec.env_settings)
    rows: list[dict[str, Any]] = []
    if not spec.endless:
        for episode in range(k * EPISODES, min((k + 1) * EPISODES, spec.amount)):
            rows += play_episode(env, spec.seed, episode)
        return rows
    wanted = min(ROWS, spec.amount - k * ROWS)
    # An episode has at least one row, so those of shard k never reach the first of shard k + 1.
    for episode in range(k * ROWS, (k + 1) * ROWS):
        rows += play_episode(env, spec.seed, episode)
        if len(rows) >= wanted:
            break
    return rows[:wanted]


def collect_shard(spec: CollectSpec, k: int) -> Path:
    """Collect shard ``k`` and give its path. Pure: the same bytes whoever collects it, and when."""
    from embodied_ssl.data.shards import write_shard
    from embodied_ssl.errors import UserError
    from embodied_ssl_envs.errors import WorldError

    try:
        rows = shard_rows(spec, k)
    except WorldError as error:  # an object that will not load
        raise UserError(str(error)) from error
    write_shard(spec.file(k), spec.env, rows)
    return spec.file(k)


def settings_of(spec: CollectSpec) -> dict[str, Any]:
    """What ``dataset.json`` says of the command."""
    amount = {"interactions" if spec.endless else "episodes": spec.amount}
    settings = {k: list(v) if isinstance(v, tuple) else v for k, v in spec.env_settings}
    return {"seed": spec.seed, **amount, **settings, **dict(spec.origin)}


def run_collect(config: CollectConfig) -> None:
    """Collect what is missing of a dataset."""
    from embodied_ssl.collecting.folder import gather

    gather(make_spec(config), config.workers)
