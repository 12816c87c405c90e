"""The tabletop: a robot arm grasps, pushes, pokes and looks at objects in a tray."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from embodied_ssl.data.schema import IMAGE, IMAGES, Columns, image_columns
from embodied_ssl.errors import UserError
from embodied_ssl.worlds.added_columns import ADDED_IMAGES
from embodied_ssl.worlds.base import require_bounds
from embodied_ssl.worlds.learned_grasps import open_learned_grasps
from embodied_ssl.worlds.objects import SCALES, WithObjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType

    from embodied_ssl.data.dataset import Dataset
    from embodied_ssl.worlds.clips import Clip

INTERACTIONS = ("grasp", "push", "poke", "look")
GRASP_ANGLES = 18  # closing directions of the fingers, ten degrees apart
TIME_STEP = 1 / 240  # seconds between two forces of a poke
TOUCH = 0.05  # newtons from which on a poke touches something

OBJECT: Columns = {
    "source": "string",
    "kind": "string",
    "instance": "string",
    "material": "string",
    "mass": "float32",
    "friction": "float32",
    "stiffness": "float32",
}
"""The simulator's own labels of the touched object: for analysis and supervised baselines only."""


OBJECT_MEANINGS = {
    "source": "where the touched object comes from: household, everyday, blobs or folder",
    "kind": "its category, such as mug",
    "instance": "its full name",
    "material": "the name of its material",
    "mass": "kg",
    "friction": "coefficient of lateral friction",
    "stiffness": "of its contacts, N/m",
}
"""Labels of the simulator, for analysis and supervised baselines only."""


class Tabletop(WithObjects):
    """A robot arm grasps, pushes, pokes and looks at objects (The Curious Robot, ECCV 2016)."""

    title = "Tabletop"
    env_id = "embodied_ssl_envs:embodied_ssl/Tabletop-v0"
    rows_option = "interactions"
    amounts = ("interactions",)
    newer_options = ("scale", "look_poses", "depth", "masks", "descriptions", "object_crops",
                     "wrist_views", "grasp_policy", "random_grasps")  # fmt: skip
    named_by_contents = (*WithObjects.named_by_contents, "grasp_policy")
    onlooker = "embodied_ssl_envs.tabletop.onlooker:Onlooker"
    annotated = "overhead"
    drawing = "embodied_ssl.report.tabletop:tabletop"
    clips_are = "interactions"
    columns: ClassVar[Columns] = {
        "episode": "int32",
        "step": "int16",
        "interaction": "string",
        "split": "string",
        "overhead": IMAGE,
        "before": IMAGE,
        "after": IMAGE,
        "wrist": IMAGE,
        "views": IMAGES,
        "pixel": ["float32"],
        "angle": "int8",
        "push": ["float32"],
        "crop_width": "float32",
        "success": "bool",
        "displacement": ["float32"],
        "force": ["float32"],
        "slope": "float32",
        "intercept": "float32",
        "track": "string",
        "object": OBJECT,
    }
    meanings: ClassVar[dict[str, str]] = {
        "episode": "number of the episode; each has objects of its own on the tray",
        "step": "number of the interaction within its episode",
        "interaction": f"one of {', '.join(INTERACTIONS)}",
        "split": "train or val, of the episode's objects",
        "overhead": "the whole tray before acting, RGB",
        "before": "the overhead camera's crop about the action, before it, RGB",
        "after": "push: the same crop afterwards, RGB",
        "wrist": "from the hand, hovering above the point of the action, RGB",
        "views": "look: the held object in 5 poses, or as many as were asked for, RGB",
        "pixel": "(u, v) of the action in `overhead`, pixels",
        "angle": f"grasp: closing direction, 0 to {GRASP_ANGLES - 1}, each "
        f"{180 // GRASP_ANGLES} degrees, counter-clockwise from u; -1 for other interactions",
        "push": "u0, v0, u1, v1 in `before`, -1 to 1; height of the fingertips, metres",
        "crop_width": "metres across `before` at the table",
        "success": "grasp: still held after lift and shake",
        "displacement": "push: dx, dy in metres, turn in radians, of what moved most",
        "force": f"poke: newtons on the fingertips, {round(1 / TIME_STEP)} times a second of the "
        "press, which begins a millimetre above what was touched and goes down 10 mm a second, for "
        "10 mm or until 12 N; one zero where nothing was touched",
        "slope": "poke: N/s of the line fitted to the force from the first touch; below 0 where "
        "the thing tips, 0 where nothing was touched or a single force says no more",
        "intercept": "poke: N of that line at the first touch",
        "track": "the same for a grasp and the look at what it holds; empty otherwise",
        **{f"object.{name}": meaning for name, meaning in OBJECT_MEANINGS.items()},
    }

    @dataclass(frozen=True)
    class Config:
        """Options of the tabletop."""

        interactions: int = 10_000
        """How many interactions (rows) to collect."""
        objects: tuple[str, ...] = ("household", "blobs")
        """Where objects come from: household, everyday, blobs, folder:PATH."""
        skip_broken: bool = False
        """Leave out objects of a folder that cannot be simulated."""
        scale: float = 1.0
        """Factor of the lengths of a folder's objects: .001 if they are in millimetres."""
        look_poses: int = 5
        """In how many poses a held object is shown, 1 to 10."""
        depth: bool = False
        """Store the depth of every image but views, lying and around."""
        masks: bool = False
        """Store which object each pixel of the overhead image shows, for detection."""
        descriptions: bool = False
        """Store the object's colour, its material and what it lies beside, in words for
        captions."""
        object_crops: bool = False
        """Store what is held as it lay on the table too, beside its views in the hand."""
        wrist_views: int = 0
        """From how many sides the camera in the hand sees what is to be grasped, 0 to 12; each view
        is cut out by its depth and pasted before a texture."""
        grasp_policy: str = ""
        """A run of curious-robot, whose grasp head chooses where and at which angle to grasp; if
        empty, grasps are random."""
        random_grasps: float = 0.2
        """Part of the grasps that stay random with --grasp-policy."""
        splits: Literal["stratified", "hash"] = "stratified"
        """How the objects of a folder are split; hash is the rule of older versions."""
        split_file: str = ""
        """CSV, JSON or YAML file that says train, val or test of each object of a folder."""

        def __post_init__(self):
            require_bounds(
                self,
                interactions=(1, 10_000_000),
                look_poses=(1, 10),
                wrist_views=(0, 12),
                scale=SCALES,
                random_grasps=(0, 1),
            )
            if not self.grasp_policy and self.random_grasps != type(self).random_grasps:
                raise UserError("--random-grasps is the rest of those of a --grasp-policy.")

    def env_arguments(self) -> dict[str, Any]:
        """The policy itself in place of the run's path."""
        arguments = super().env_arguments()
        run, random = arguments.pop("grasp_policy", ""), self.config.random_grasps
        arguments.pop("random_grasps", None)
        return arguments | ({"learned_grasps": open_learned_grasps(run, random)} if run else {})

    def recorded(self, env: Any) -> dict[str, Any]:
        """A policy by its weights too."""
        learned = getattr(env, "learned_grasps", None)
        return super().recorded(env) | ({"grasp_policy": learned.policy.digest} if learned else {})

    @property
    def libraries(self) -> tuple[str, ...]:
        """The policy is asked with PyTorch."""
        return ("torch",) if self.config.grasp_policy else ()

    @classmethod
    def describe(cls, dataset: Dataset) -> list[RenderableType]:
        """The interactions, and the categories of the objects that were touched."""
        from embodied_ssl.worlds.describing import categories_line, interactions_table

        known = (*image_columns(cls.columns), *ADDED_IMAGES)
        images = [name for name in known if name in dataset.columns]
        columns = ["interaction", "success", "split", "object", *images]
        rows = dataset.table(columns).to_pylist()
        objects = [row["object"] for row in rows if row["object"]]
        named = ((label["kind"], label["instance"]) for label in objects)
        return [interactions_table(rows, INTERACTIONS, images), categories_line(named, "objects")]

    @classmethod
    def clips(cls, rows: list[dict[str, Any]], settings: Mapping[str, Any]) -> Iterable[Clip]:
        """A clip for each interaction."""
        from embodied_ssl.worlds.tabletop_clips import tabletop_clips

        return tabletop_clips(rows, settings["image_size"])
