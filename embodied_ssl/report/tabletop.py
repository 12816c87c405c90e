"""What a tabletop dataset holds: its numbers, and samples of each interaction."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from embodied_ssl.data import Dataset, FrameCache
from embodied_ssl.figures import (
    ACCENTS,
    INK,
    Bars,
    Figure,
    Fragment,
    Section,
    Tiles,
    open_chart,
)
from embodied_ssl.report.html import render
from embodied_ssl.report.images import data_uri, svg
from embodied_ssl.worlds.grasp_geometry import fingers
from embodied_ssl.worlds.tabletop import TIME_STEP, TOUCH

SHOWN_BEFORE = 12  # forces before the first touch
NAMES = {"grasp": "grasps", "push": "pushes", "poke": "pokes", "look": "looks"}


_markers = itertools.count()


def tabletop(dataset: Dataset, seed: int = 0) -> Section:
    """The section about a dataset of the tabletop."""
    cache = dataset.cache()
    rows = cache.rows
    done = Counter(rows["interaction"])
    samples = {name: sample(cache, name, seed) for name in NAMES}
    marker = f"tip-{next(_markers)}-"  # arrow heads are known by name on the whole page
    shown = Fragment(render("tabletop.html.j2", samples=samples, marker=marker))
    return Section(
        "Tabletop",
        (tiles(rows), *categories(rows), shown),
        ", ".join(f"{done[name]:,} {title}" for name, title in NAMES.items()) + ".",
        str(dataset.path),
        menu="Tabletop",
    )


def tiles(rows: dict[str, np.ndarray]) -> Tiles:
    """How much was done with how many objects."""
    grasps = rows["interaction"] == "grasp"
    touched = rows["object.category"] != ""
    return Tiles(
        {
            "interactions": f"{len(grasps):,}",
            "episodes": f"{len(set(rows['episode'])):,}",
            "objects": f"{len(set(rows['object.instance'][touched])):,}",
            "categories of object": f"{len(set(rows['object.category'][touched])):,}",
            "grasps that held": f"{rows['success'][grasps].mean():.0%}" if any(grasps) else "-",
        }
    )


def categories(rows: dict[str, np.ndarray]) -> list[Figure]:
    """How often each category was grasped, and the share of these grasps that held."""
    grasped = (rows["interaction"] == "grasp") & (rows["object.category"] != "")
    tried = Counter(rows["object.category"][grasped]).most_common()
    held = Counter(rows["object.category"][grasped & rows["success"].astype(bool)])
    if not tried:
        return []
    names = tuple(f"{category} ({count:,})" for category, count in tried)
    shares = tuple(held[category] / count for category, count in tried)
    axis = "Share of the grasps that held; in brackets how many were tried."
    return [Bars(names, {"grasps by category of object": shares}, axis, frozenset(names))]


def sample(cache: FrameCache, interaction: str, seed: int) -> list[dict[str, Any]]:
    """A few rows of one interaction, ready for the template."""
    rows = cache.rows
    chosen = np.flatnonzero(rows["interaction"] == interaction)
    chosen = np.random.default_rng(seed).permutation(chosen)
    if interaction == "grasp":  # as many that held as did not
        held = rows["success"][chosen].astype(bool)
        chosen = np.concatenate([chosen[held][:4], chosen[~held][:4]])
        return [grasp_sample(cache, row) for row in chosen]
    if interaction == "push":
        return [push_sample(cache, row) for row in moved_first(rows, chosen)[:4]]
    if interaction == "poke":
        return [poke_sample(cache, row) for row in chosen[:4]]
    views = (cache.index["views"][chosen] >= 0).sum(axis=1)
    longest = chosen[np.argsort(-views, kind="stable")]  # an object may slip out of the hand
    return [look_sample(cache, row) for row in longest[:4]]


def moved_first(rows: dict[str, np.ndarray], chosen: np.ndarray) -> np.ndarray:
    """Pushes that moved something by more than a centimetre, then the others."""
    moved = np.array([np.hypot(*rows["displacement"][row][:2]) > 0.01 for row in chosen], bool)
    return np.concatenate([chosen[moved], chosen[~moved]]).astype(int)


def picture(cache: FrameCache, column: str, row: int) -> str:
    """One image of a row as a data URI."""
    return data_uri(cache.frames[cache.index[column][row]])


def touched_category(cache: FrameCache, row: int) -> str:
    """The category of the touched object, by the simulator's label."""
    return cache.rows["object.category"][row] or "nothing"


def grasp_sample(cache: FrameCache, row: int) -> dict[str, Any]:
    """The crop about the grasp; the fingers' places in per cent of its side."""
    angle, crop_width = cache.rows["angle"][row], cache.rows["crop_width"][row]
    jaws, line = fingers(int(angle), float(crop_width))
    held = bool(cache.rows["success"][row])
    return {
        "image": picture(cache, "before", row),
        "fingers": jaws,
        "line": line,
        "held": held,
        "caption": f"{touched_category(cache, row)}, {int(angle) * 10}°",
    }


def push_sample(cache: FrameCache, row: int) -> dict[str, Any]:
    """Before and after; the arrow in per cent of the crop's side."""
    ends = (50 + 50 * cache.rows["push"][row][:4]).tolist()
    dx, dy, turn = cache.rows["displacement"][row]
    return {
        "before": picture(cache, "before", row),
        "after": picture(cache, "after", row),
        "arrow": ends,
        "caption": f"{touched_category(cache, row)}: moved {100 * np.hypot(dx, dy):.1f} cm, "
        f"turned {abs(np.degrees(turn)):.0f}°",
    }


def poke_sample(cache: FrameCache, row: int) -> dict[str, Any]:
    """The crop about the poke and the force over time with its fitted line."""
    force = np.asarray(cache.rows["force"][row], float)
    slope, intercept = float(cache.rows["slope"][row]), float(cache.rows["intercept"][row])
    chart, axes = open_chart(2.6, 1.9)
    time = np.arange(len(force)) * TIME_STEP
    touch = np.flatnonzero(force > TOUCH)
    shown = slice(max(0, touch[0] - SHOWN_BEFORE) if len(touch) else 0, None)
    axes.plot(1000 * time[shown], force[shown], color=ACCENTS[0], linewidth=2, marker=".")
    if len(touch):
        since = time[touch[0] :] - time[touch[0]]
        felt = 1000 * time[touch[0] :]
        axes.plot(felt, slope * since + intercept, color=ACCENTS[1], linewidth=1.6, dashes=(4, 2))
    axes.set_ylim(bottom=min(0, force.min(initial=0)))
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.set_xlabel("ms", color=INK, fontsize=9)
    axes.set_ylabel("N", color=INK, fontsize=9)
    material = cache.rows["object.material"][row] or "-"
    return {
        "image": picture(cache, "before", row),
        "chart": svg(chart, f"force over time, up to {force.max(initial=0):.1f} N"),
        "caption": f"{touched_category(cache, row)} of {material}: {slope:,.0f} N/s",
    }


def look_sample(cache: FrameCache, row: int) -> dict[str, Any]:
    """The views of one held object."""
    frames = [frame for frame in cache.index["views"][row] if frame >= 0]
    return {
        "views": [data_uri(cache.frames[frame]) for frame in frames],
        "caption": touched_category(cache, row),
    }
