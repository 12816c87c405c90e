"""Rooms: a camera on two driven wheels that knows how it moved."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from embodied_ssl.data.schema import IMAGE, Columns
from embodied_ssl.errors import UserError
from embodied_ssl.worlds.base import require_bounds
from embodied_ssl.worlds.objects import SCALES, WithObjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType
    from rich.table import Table

    from embodied_ssl.data.dataset import Dataset
    from embodied_ssl.worlds.clips import Clip

TURNING = 0.03  # radians from frame to frame: less is driving straight
AHEAD = 0.02  # metres from frame to frame: less is standing


class Rooms(WithObjects):
    """A camera drives through furnished rooms and knows how it moved (EQUIV, ICCV 2015)."""

    title = "Rooms"
    env_id = "embodied_ssl_envs:embodied_ssl/Rooms-v0"
    amounts = ("episodes",)
    newer_options = ("scene", "kinds", "tilt", "odometry_noise", "scale", "depth", "masks")
    named_by_contents = ("objects", "split_file", "scene")
    onlooker = "embodied_ssl_envs.rooms.onlooker:Onlooker"
    annotated = "image"
    drawing = "embodied_ssl.report.rooms:rooms"
    clips_are = "drives"
    columns: ClassVar[Columns] = {
        "episode": "int32",
        "step": "int16",
        "time": "float32",
        "split": "string",
        "kind": "string",
        "instance": "string",
        "image": IMAGE,
        "pose": ["float32"],
        "action": ["float32"],
        "odometry": ["float32"],
        "bumped": "bool",
        "fov": "float32",
    }
    meanings: ClassVar[dict[str, str]] = {
        "episode": "number of the drive; each is in a room of its own",
        "step": "number of the frame within its episode",
        "time": "seconds since the episode's first frame",
        "split": "train, val or test, of the room",
        "kind": "category of the room, such as kitchen",
        "instance": "full name of the room",
        "image": "what the camera sees, RGB",
        "pose": "camera to world, 4 x 4 row by row; x right, y down, z ahead; metres",
        "action": "asked for: m/s ahead, rad/s counter-clockwise, and with --tilt rad/s upwards",
        "odometry": "motion since the frame before: metres ahead, metres to the left, radians "
        "counter-clockwise",
        "bumped": "whether the base collided since the frame before",
        "fov": "field of view from side to side, degrees",
    }

    @dataclass(frozen=True)
    class Config:
        """Options of the rooms."""

        objects: tuple[str, ...] = ("household", "blobs")
        """Where the things on the tables come from: household, everyday, blobs, folder:PATH."""
        skip_broken: bool = False
        """Leave out objects of a folder that cannot be simulated."""
        scale: float = 1.0
        """Factor of the lengths of a folder's objects: .001 if they are in millimetres."""
        episodes: int = 400
        """How many of them, each in a room of its own."""
        frames: int = 100
        """Frames of an episode, ten a second."""
        scene: str = ""
        """Folder of your own scene.yaml, or of folders with one each."""
        kinds: tuple[str, ...] = ()
        """Categories of furnished rooms, with commas between them; all if empty."""
        tilt: bool = False
        """Let the head look up and down."""
        odometry_noise: float = 0.0
        """Standard deviation of each number of the odometry, as a fraction of it."""
        depth: bool = False
        """Store the depth of every image."""
        masks: bool = False
        """Store which object each pixel of an image shows, for detection."""
        splits: Literal["stratified", "hash"] = "stratified"
        """How rooms, and the objects of a folder, are split; hash is the rule of older versions."""
        split_file: str = ""
        """CSV, JSON or YAML file that says train, val or test of each room or object."""

        def __post_init__(self):
            require_bounds(
                self,
                episodes=(1, 10_000_000),
                frames=(2, 2**15),
                odometry_noise=(0, 10),
                scale=SCALES,
            )
            named = [name.strip() for part in self.kinds for name in part.split(",")]
            object.__setattr__(self, "kinds", tuple(filter(None, named)))  # kitchen,office is two
            ours = (self.objects, self.scale)
            if self.scene and (ours != (type(self).objects, 1.0) or self.skip_broken):
                raise UserError(
                    "a scene has its own bodies: leave out --objects, --scale and --skip-broken."
                )

    def env_settings(self) -> dict[str, Any]:
        """Keyword arguments of the env; a scene has no use for objects."""
        settings = super().env_settings()
        if self.config.scene:
            for name in ("objects", "skip_broken", "scale"):
                settings.pop(name, None)
        return settings

    def folders(self) -> list[Path]:
        """The scene, whose files are watched for changes."""
        return [Path(self.config.scene)] if self.config.scene else []

    def recorded(self, env: Any) -> dict[str, Any]:
        """A scene by its name and contents, or objects by theirs: their folders may move."""
        scene = {"scene": env.rooms.fingerprint} if self.config.scene else {}
        return super().recorded(env) | scene

    def splits_by_rule(self) -> bool:
        """Rooms are always split, unless a file says how."""
        return not self.config.split_file

    @classmethod
    def describe(cls, dataset: Dataset) -> list[RenderableType]:
        """How the camera moved, the motion patterns of the training pairs, and the rooms."""
        from embodied_ssl.worlds.describing import categories_line

        rows = dataset.table(["split", "kind", "instance", "odometry", "bumped"]).to_pylist()
        named = ((row["kind"], row["instance"]) for row in rows)
        return [_motions(rows), _patterns(dataset), categories_line(named, "rooms")]

    @classmethod
    def clips(cls, rows: list[dict[str, Any]], settings: Mapping[str, Any]) -> Iterable[Clip]:
        """A clip for each drive."""
        from embodied_ssl.worlds.rooms_clips import rooms_clips

        return rooms_clips(rows)


def _motions(rows: list[dict[str, Any]]) -> Table:
    import numpy as np
    from rich.table import Table

    table = Table("split", "rooms", "frames", "ahead", "left", "right", "bumped")
    for split in ("train", "val", "test"):
        ours = [row for row in rows if row["split"] == split]
        ahead, _, turn = np.array([row["odometry"] for row in ours]).reshape(-1, 3).T
        straight = np.abs(turn) < TURNING
        shares = (straight & (ahead > AHEAD), turn >= TURNING, turn <= -TURNING)
        bumped = np.array([row["bumped"] for row in ours], bool)
        table.add_row(
            split,
            str(len({row["instance"] for row in ours})),
            str(len(ours)),
            *(f"{np.mean(share):.0%}" if ours else "" for share in (*shares, bumped)),
        )
    return table


def _patterns(dataset: Dataset) -> Table | str:
    """The motion patterns of the training pairs, or why there are none."""
    from rich.table import Table

    from embodied_ssl.motion import SECONDS, MotionPatterns, in_words, pairs_of_rows

    try:
        rows = dataset.arrays(["episode", "step", "time", "split", "pose", "bumped"])
        pairs = pairs_of_rows(rows, "train", SECONDS)
        listed = MotionPatterns(pairs.motion).listed(pairs.motion)
    except UserError as error:
        return f"no motion patterns: {error}"
    caption = (
        f"{len(pairs)} pairs of training frames at most {SECONDS:g} s apart; left out: "
        f"{pairs.bumped} that bumped, {pairs.still} that barely moved"
    )
    table = Table("", "pattern", "centre", "pairs", caption=caption)
    for number, pattern in enumerate(listed, start=1):
        centre = in_words(pattern.ahead, pattern.yaw)
        table.add_row(str(number), pattern.name, centre, f"{pattern.share:.0%}")
    return table
