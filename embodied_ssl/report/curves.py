"""Training curves: a chart for each number that was logged, what is minimised first."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.ticker import EngFormatter, MaxNLocator

from embodied_ssl.collapse import EMBEDDING_SPREAD
from embodied_ssl.figures import INK, Chart, open_chart

MOST = 400  # points that are drawn
FEW = 30  # points that are seen one by one, so that nothing is averaged
WINDOW = 0.1  # of the points: over so many is a curve of many averaged
LARGEST = 1e30  # that is drawn
AXES = ("step", "images")
FEATURES = ("spread", "rank", EMBEDDING_SPREAD, "alignment", "uniformity")
OPTIMISATION = ("gradient_norm", "learning_rate", "images_per_second")

Curve = tuple[Float[np.ndarray, " N"], Float[np.ndarray, " N"]]


def curves(logged: list[dict[str, Any]]) -> list[Chart]:
    """A chart of every number that was logged more than once."""
    names = dict.fromkeys(name for line in logged for name in line if name not in AXES)
    axis = "images" if any("images" in line for line in logged) else "step"
    found = ((name, points(logged, axis, name)) for name in sorted(names, key=importance))
    return [curve(name, axis, *each) for name, each in found if len(each[0]) > 1]


def importance(name: str) -> int:
    """Losses come first, then the task's numbers, statistics of features, and optimisation."""
    if name in OPTIMISATION:
        return 4 + OPTIMISATION.index(name)
    if name in FEATURES:
        return 3
    return 0 if name == "loss" else 1 if "loss" in name else 2


def points(logged: list[dict[str, Any]], axis: str, name: str) -> Curve:
    """Where a number was logged, and what it was."""
    found = [
        (line[axis], line[name])
        for line in logged
        if is_number(line.get(axis)) and is_number(line.get(name))
    ]
    x, y = np.array(found, float).reshape(-1, 2).T
    return x, y


def is_number(value: Any) -> bool:
    """Whether it can be drawn."""
    return type(value) in (int, float) and abs(value) < LARGEST  # NaN is not


def curve(name: str, axis: str, x: np.ndarray, y: np.ndarray) -> Chart:
    """Few points are dots on the line between them; many are a faint line below their average."""
    chart, axes = open_chart(3.4, 2.1)
    drawn_x, drawn_y = thinned(x, y)
    if len(x) <= FEW:
        axes.plot(drawn_x, drawn_y, marker="o", markersize=3.4, linewidth=1.6)
    else:
        axes.plot(drawn_x, drawn_y, alpha=0.3, linewidth=0.9)
        colour = axes.lines[0].get_color()
        axes.plot(drawn_x, averaged(drawn_y), color=colour, linewidth=1.8)
    axes.set_xlabel(axis, color=INK, fontsize=9)
    axes.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(EngFormatter(sep=""))
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.margins(x=0.03)
    return Chart(chart, name.replace("_", " "), description=in_words(axis, x, y))


def in_words(axis: str, x: np.ndarray, y: np.ndarray) -> str:
    """What a curve shows, for those who do not see it."""
    low, high = y.argmin(), y.argmax()
    return (
        f"from {y[0]:.4g} at {x[0]:,.0f} {axis} to {y[-1]:.4g} at {x[-1]:,.0f}; "
        f"lowest {y[low]:.4g} at {x[low]:,.0f}, highest {y[high]:.4g} at {x[high]:,.0f}; "
        f"{len(x):,} points"
    )


def thinned(x: np.ndarray, y: np.ndarray) -> Curve:
    """A curve of more than ``MOST`` points as the means of so many equal stretches."""
    parts = min(MOST, len(x))
    means = [np.array([part.mean() for part in np.array_split(v, parts)]) for v in (x, y)]
    return means[0], means[1]


def averaged(y: Float[np.ndarray, " N"]) -> Float[np.ndarray, " N"]:
    """The mean of the points around each one, fewer of them at both ends."""
    half = max(1, round(WINDOW * len(y) / 2))
    total = np.concatenate([[0], np.cumsum(y)])
    each = np.arange(len(y))
    around = np.minimum(half, np.minimum(each, each[::-1]))  # as many on either side
    return (total[each + around + 1] - total[each - around]) / (2 * around + 1)
