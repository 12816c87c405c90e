"""The sections about datasets, each drawn as its world says."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

from embodied_ssl.data import Dataset, FrameCache, VideoFolder, open_source
from embodied_ssl.data.versions import COMMIT, shortened
from embodied_ssl.figures import Figure, Picture, Pictures, Row, Section, Strip, Table
from embodied_ssl.registry import Registry
from embodied_ssl.report.origins import origin_of_folder
from embodied_ssl.worlds import WORLDS

DRAWINGS = Registry("drawing", "embodied_ssl.drawings", {})
"""Worlds name theirs by ``module:function``; (dataset, seed) -> section."""
SHOWN = 8  # images of a column


def collected(path: str, seed: int = 0) -> Section:
    """The section about a dataset; UserError when there is none."""
    dataset = open_source(path)
    drawing = WORLDS.load(dataset.env).drawing
    draw = DRAWINGS.load(drawing) if drawing else frames
    command = f"collect --env {dataset.env}"
    commit = dataset.manifest.versions.get(COMMIT) if isinstance(dataset, Dataset) else None
    origin = origin_of_folder(command, Path(str(dataset.path)), commit and shortened(commit))
    return replace(draw(dataset, seed), origin=origin)


def frames(dataset: Dataset | VideoFolder, seed: int = 0) -> Section:
    """Some images of every column, and how many rows each split has: for any world."""
    cache = dataset.cache()
    title = WORLDS.load(dataset.env).title
    shown: list[Figure] = [Pictures(tuple(strips(cache, seed)))]
    if "split" in cache.rows:
        splits = Counter(cache.rows["split"].tolist())
        rows = tuple(Row(split, (f"{count:,}",)) for split, count in splits.items())
        shown.insert(0, Table(("rows",), rows, ("split", "")))
    return Section(title, tuple(shown), source=str(dataset.path),
                   menu=title)  # fmt: skip


def strips(cache: FrameCache, seed: int) -> list[Strip]:
    """Of every column of images some, drawn at random."""
    found = []
    for column, places in cache.index.items():
        there = places[places >= 0]
        chosen = np.random.default_rng(seed).permutation(there)[:SHOWN]
        pictures = tuple(Picture(cache.frames[place]) for place in np.sort(chosen))
        if pictures:
            found.append(Strip(pictures, column))
    return found
