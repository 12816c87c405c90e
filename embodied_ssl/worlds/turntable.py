"""The turntable: labelled views of objects from all around, most of them held out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from embodied_ssl.data.schema import IMAGE, Columns
from embodied_ssl.errors import UserError
from embodied_ssl.worlds.added_columns import CAMERA, CAMERA_MEANINGS
from embodied_ssl.worlds.base import GROWN_FROM, World, require_bounds
from embodied_ssl.worlds.mentioned import setting_of
from embodied_ssl.worlds.objects import SCALES, WithObjects

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType

    from embodied_ssl.data.dataset import Dataset
    from embodied_ssl.worlds.clips import Clip


SPLITS = ("val", "test", "train")
MOST_AZIMUTHS = 49  # that many views have backgrounds of their own


class Turntable(WithObjects):
    """Labelled views of held-out objects from all around (UW RGB-D turntable, ICRA 2011)."""

    title = "Turntable"
    env_id = "embodied_ssl_envs:embodied_ssl/Turntable-v0"
    amounts = tuple(f"{split}_objects" for split in SPLITS)
    newer_options = (
        "orbit",
        GROWN_FROM,
        "scale",
        "depth",
        "masks",
        "train_objects",
        "descriptions",
        "retexture",
    )
    clips_are = "objects"
    annotated = "image"
    columns: ClassVar[Columns] = {
        "episode": "int32",
        "step": "int16",
        "split": "string",
        "image": IMAGE,
        "kind": "string",
        "instance": "string",
        "elevation": "float32",
        "azimuth": "float32",
        "role": "string",
    }
    meanings: ClassVar[dict[str, str]] = {
        "episode": "number of the object",
        "step": "number of the view within its episode",
        "split": "val, test or train, of the object",
        "image": "the view, RGB",
        "kind": "category of the object, such as mug",
        "instance": "full name of the object",
        "elevation": "of the camera above the object's plane, degrees",
        "azimuth": "of the camera around the object, degrees",
        "role": "gallery or query, in retrieval",
    }

    @dataclass(frozen=True)
    class Config:
        """Options of the turntable."""

        objects: tuple[str, ...] = ("household", "blobs")
        """Where objects come from: household, everyday, blobs, folder:PATH."""
        skip_broken: bool = False
        """Leave out objects of a folder that cannot be simulated."""
        scale: float = 1.0
        """Factor of the lengths of a folder's objects: .001 if they are in millimetres."""
        val_objects: int = 60
        """Objects of the validation split."""
        test_objects: int = 160
        """Objects of the test split."""
        train_objects: int = 0
        """Objects of the train split: a camera that goes round objects, for methods that learn from
        two views of one object; none are needed to evaluate."""
        azimuths: int = 8
        """Views of an object at each elevation."""
        orbit: bool = False
        """The camera goes round each object in one studio with cartons in the way, instead of a new
        place for every view; for next-best-view."""
        depth: bool = False
        """Store the depth of every image, and where its camera was relative to the object."""
        masks: bool = False
        """Store which object each pixel of an image shows, for detection."""
        descriptions: bool = False
        """Store the object's colour and material, in words for captions."""
        retexture: bool = False
        """Each view shows the object in another material and other colours, so that its shape alone
        tells it."""
        splits: Literal["stratified", "hash"] = "stratified"
        """How the objects of a folder are split; hash is the rule of older versions."""
        split_file: str = ""
        """CSV, JSON or YAML file that says train, val or test of each object of a folder."""
        grown_from: tuple[tuple[int, ...], ...] = ()
        """Val, test and train objects before the dataset grew; collect sees to it."""

        def __post_init__(self):
            least = 0 if self.train_objects else 1
            require_bounds(
                self,
                val_objects=(least, 100_000),
                test_objects=(least, 100_000),
                train_objects=(0, 100_000),
                azimuths=(1, 360 if self.orbit else MOST_AZIMUTHS),
                scale=SCALES,
            )

    def __init__(self, config: Any):
        super().__init__(config)
        if config.depth:
            self.columns, self.meanings = self.columns | CAMERA, self.meanings | CAMERA_MEANINGS

    def continuing(self, begun: Mapping[str, Any]) -> World:
        """The world as the dataset was begun: objects that are added later come last."""
        world = super().continuing(begun)
        then = tuple(setting_of(self, begun, name) for name in self.amounts)
        now = tuple(getattr(self.config, name) for name in self.amounts)
        grown_from = tuple(map(tuple, begun.get(GROWN_FROM, ())))
        if then != now and all(isinstance(amount, int) for amount in then):
            grown_from += (then,)
        return Turntable(replace(world.config, grown_from=grown_from))

    def check_enough(self, env: Any) -> None:
        """UserError where a folder has fewer objects of a split than are asked for."""
        counts = Counter(split for split, _ in env.names)
        for split, option in zip(SPLITS, self.amounts, strict=True):
            asked, there = getattr(self.config, option), counts[split]
            if there < asked:
                option = option.replace("_", "-")
                ask = f"ask for --{option} {there}, or add some" if there else "add some"
                raise UserError(
                    f"--{option} {asked}: there are {there} {split} objects; {ask} (see "
                    "--split-file)."
                )

    @classmethod
    def describe(cls, dataset: Dataset) -> list[RenderableType]:
        """The objects and views of each split, and the categories of the objects."""
        from rich.table import Table

        from embodied_ssl.worlds.describing import categories_line

        rows = dataset.table(["split", "role", "instance", "kind"]).to_pylist()
        table = Table("split", "objects", "categories", "gallery views", "query views")
        for split in SPLITS:
            ours = [row for row in rows if row["split"] == split]
            if not ours:
                continue
            roles = Counter(row["role"] for row in ours)
            table.add_row(
                split,
                str(len({row["instance"] for row in ours})),
                str(len({row["kind"] for row in ours})),
                str(roles["gallery"]),
                str(roles["query"]),
            )
        named = ((row["kind"], row["instance"]) for row in rows)
        return [table, categories_line(named, "objects")]

    @classmethod
    def clips(cls, rows: list[dict[str, Any]], settings: Mapping[str, Any]) -> Iterable[Clip]:
        """A clip for each object."""
        from embodied_ssl.worlds.turntable_clips import turntable_clips

        return turntable_clips(rows)
