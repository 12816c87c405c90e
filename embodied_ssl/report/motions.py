"""The patterns into which a camera's motions fall."""

from __future__ import annotations

from typing import Any

import numpy as np

from embodied_ssl.errors import UserError
from embodied_ssl.figures import ACCENTS, CARD, INK, MOTION_COLOURS, open_chart
from embodied_ssl.motion import (
    SECONDS,
    MotionPatterns,
    Pairs,
    Pattern,
    in_words,
    pairs_of_rows,
)
from embodied_ssl.report.images import svg

POINTS = 2500  # pairs in the chart of the patterns
OTHERS = (ACCENTS[3], ACCENTS[5], ACCENTS[4])


def motions(rows: dict[str, np.ndarray], seed: int) -> dict[str, Any]:
    """The patterns of the training pairs; only a ``reason`` where there are none."""
    try:
        pairs = pairs_of_rows(rows, "train", SECONDS)
        patterns = MotionPatterns(pairs.motion)
    except UserError as error:
        return {"reason": str(error)}
    listed = patterns.listed(pairs.motion)
    colours = colours_of(listed)
    return {
        "reason": None,
        "chart": patterns_chart(pairs, patterns, listed, colours, seed),
        "seconds": SECONDS,
        "pairs": len(pairs),
        "bumped": pairs.bumped,
        "still": pairs.still,
        "patterns": [
            {
                "number": number,
                "name": pattern.name,
                "colour": colour,
                "centre": in_words(pattern.ahead, pattern.yaw),
                "share": f"{pattern.share:.0%}",
            }
            for number, (pattern, colour) in enumerate(zip(listed, colours, strict=True), start=1)
        ],
    }


def colours_of(listed: list[Pattern]) -> list[str]:
    """A colour for each pattern; those of the atomic ones are the same in every chart."""
    others = iter(OTHERS * len(listed))
    return [MOTION_COLOURS.get(pattern.name) or next(others) for pattern in listed]


def patterns_chart(
    pairs: Pairs, patterns: MotionPatterns, listed: list[Pattern], colours: list[str], seed: int
) -> Any:
    """Some pairs by their turn and their way ahead, in the colours of their patterns."""
    chosen = np.random.default_rng(seed).permutation(len(pairs))[:POINTS]
    motion = pairs.motion[chosen]
    turn, ahead, found = np.degrees(motion[:, 2]), 100 * motion[:, 0], patterns(motion)
    chart, axes = open_chart(5, 4.1)
    for number, colour in enumerate(colours):
        ours = found == number
        axes.plot(turn[ours], ahead[ours], ".", color=colour, alpha=0.55, markersize=4.2, mew=0,
                  rasterized=True)  # fmt: skip
    for number, (pattern, colour) in enumerate(zip(listed, colours, strict=True), start=1):
        centre = (np.degrees(pattern.yaw), 100 * pattern.ahead)
        axes.plot(*centre, "o", color=colour, markersize=13, markeredgecolor=CARD, mew=1.6)
        axes.annotate(str(number), centre, color="black", fontsize=9, weight="bold",
                      ha="center", va="center_baseline")  # fmt: skip
        if pattern.name:
            box = {"facecolor": CARD, "alpha": 0.8, "edgecolor": "none", "pad": 1.5}
            axes.annotate(pattern.name, centre, (0, 11), textcoords="offset points", color=INK,
                          fontsize=11, weight="bold", ha="center", bbox=box)  # fmt: skip
    axes.invert_xaxis()  # to the left is what turns to the left
    axes.xaxis.set_major_formatter(lambda value, _: f"{abs(value):.0f}°")
    axes.set_xlabel("← left\u2003\u2003turn\u2003\u2003right →", color=INK, fontsize=9)
    axes.set_ylabel("ahead, cm", color=INK, fontsize=9)
    said = [in_words(pattern.ahead, pattern.yaw) for pattern in listed]
    return svg(chart, f"turn and way ahead of pairs of frames around {'; '.join(said)}")
