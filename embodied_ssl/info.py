"""``info``: what a dataset holds and whether it is whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from embodied_ssl.data.dataset import Dataset, damaged
from embodied_ssl.data.schema import image_columns, schema_of
from embodied_ssl.errors import UserError

TURNING = 0.03  # radians from frame to frame: less is driving straight


def print_info(path: Path) -> None:
    """Print counts, success rates, kinds, sizes and the state of the checksums.

    Raises:
        UserError: for no dataset, and naming a damaged shard after everything else was said.
    """
    dataset = Dataset.open(path)
    broken = dataset.damaged_files()
    console = Console()
    size = sum(file.stat().st_size for file in dataset.files)
    settings = ", ".join(f"{k} {v}" for k, v in dataset.manifest.settings.items())
    state = f"{len(broken)} damaged" if broken else "all whole"
    console.print(f"[bold]{path}[/bold]: {dataset.env}, {dataset.num_rows} rows")
    console.print(f"{len(dataset.files)} shards, {size / 1e6:.1f} MB, checksums: {state}")
    console.print(f"settings: {settings}")
    if broken:
        raise damaged(broken[0])
    describe = {"tabletop": _interactions, "turntable": _objects, "rooms": _motions}
    console.print(describe[dataset.env](dataset))
    if dataset.env == "rooms":
        console.print(_patterns(dataset))
    console.print(_kinds(dataset))


def _interactions(dataset: Dataset) -> Table:
    columns = ["interaction", "success", "split", "episode", "object", *image_columns("tabletop")]
    rows = dataset.table([c for c in columns if c in schema_of("tabletop")]).to_pylist()
    table = Table("interaction", "rows", "train", "val", "images", "succeeded", "objects")
    for name in ("grasp", "push", "poke", "look"):
        ours = [row for row in rows if row["interaction"] == name]
        tried = [row["success"] for row in ours if row["success"] is not None]
        images = sum(
            len(value) if isinstance(value, list) else 1
            for row in ours
            for column in image_columns("tabletop")
            if (value := row[column])
        )
        objects = {row["object"]["instance"] for row in ours if row["object"]}
        splits = Counter(row["split"] for row in ours)
        table.add_row(
            name, str(len(ours)), str(splits["train"]), str(splits["val"]), str(images),
            f"{np.mean(tried):.1%}" if tried else "", str(len(objects)),
        )  # fmt: skip
    return table


def _objects(dataset: Dataset) -> Table:
    rows = dataset.table(["split", "role", "instance", "kind"]).to_pylist()
    table = Table("split", "objects", "kinds", "gallery views", "query views")
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
    return table


def _motions(dataset: Dataset) -> Table:
    rows = dataset.table(["split", "instance", "odometry", "bumped"]).to_pylist()
    table = Table("split", "rooms", "frames", "ahead", "left", "right", "bumped")
    for split in ("train", "val", "test"):
        ours = [row for row in rows if row["split"] == split]
        ahead, _, turn = np.array([row["odometry"] for row in ours]).reshape(-1, 3).T
        straight = np.abs(turn) < TURNING
        shares = (straight & (ahead > 0.02), turn >= TURNING, turn <= -TURNING)
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


def _kinds(dataset: Dataset) -> str:
    if dataset.env == "tabletop":
        objects = dataset.table(["object"])["object"].to_pylist()
        named = {(o["kind"], o["instance"]) for o in objects if o}
    else:
        rows = dataset.table(["kind", "instance"]).to_pylist()
        named = {(row["kind"], row["instance"]) for row in rows}
    kinds = Counter(kind for kind, _ in named)
    listed = ", ".join(f"{kind} {count}" for kind, count in kinds.most_common())
    things = "rooms" if dataset.env == "rooms" else "objects"
    return f"{len(named)} distinct {things} of {len(kinds)} kinds: {listed}"
