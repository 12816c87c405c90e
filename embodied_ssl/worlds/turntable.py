"""The turntable: labelled views of held-out objects, from all around."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from embodied_ssl.data.schema import IMAGE, Columns
from embodied_ssl.worlds.base import World, at_least_one

if TYPE_CHECKING:
    from rich.console import RenderableType

    from embodied_ssl.data.dataset import Dataset


class Turntable(World):
    """Labelled views of held-out objects from all around (UW RGB-D turntable, ICRA 2011)."""

    title = "Turntable"
    env_id = "embodied_ssl_envs:embodied_ssl/Turntable-v0"
    newer_options = ("orbit",)
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
        "split": "val or test, of the object",
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
        """Where objects come from: household, blobs, folder:PATH."""
        skip_broken: bool = False
        """Leave out objects of a folder that do not load."""
        val_objects: int = 60
        """Objects of the validation split."""
        test_objects: int = 160
        """Objects of the test split."""
        azimuths: int = 8
        """Views of an object at each elevation."""
        orbit: bool = False
        """The camera goes round each object in one studio with cartons in the way, instead of a new
        place for every view; for next-best-view."""

        def __post_init__(self):
            at_least_one(self, "val_objects", "test_objects", "azimuths")

    @classmethod
    def describe(cls, dataset: Dataset) -> list[RenderableType]:
        """The objects and views of each split, and the categories of the objects."""
        from rich.table import Table

        from embodied_ssl.worlds.describing import categories_line

        rows = dataset.table(["split", "role", "instance", "kind"]).to_pylist()
        table = Table("split", "objects", "categories", "gallery views", "query views")
        for split in ("val", "test"):
            ours = [row for row in rows if row["split"] == split]
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
