"""Where motions displace the features of each model, a chart each."""

from __future__ import annotations

import numpy as np

from embodied_ssl.evaluation.feature_displacement import NEIGHBOURS
from embodied_ssl.evaluation.results import Results, short_names
from embodied_ssl.figures import INK, MOTION_COLOURS, Chart, Section, open_chart

SHOWN = 0.98  # of the displacements; a few are so long that the others would shrink to a point


def displacement_charts(results: Results) -> Section:
    """A chart for each model of an evaluation of equivariance, of this version or one before."""
    shown = short_names(results["models"])
    older = results.get("displacements", {})
    charts = []
    for name, numbers in results["models"].items():
        found = numbers.get("displacement") or older.get(name)
        if not found:
            continue
        purity = numbers.get("neighbour_purity", numbers.get("alike"))
        purity = "n/a" if purity is None else f"{purity:.3f}"
        share = f"{100 * found['variance']:.0f}\N{NO-BREAK SPACE}%"
        caption = f"purity {purity}; the axes hold {share} of the variance"
        charts.append(Chart(_chart(found["points"]), shown[name], caption))
    return Section(
        "Where motions displace the features",
        tuple(charts),
        "Each dot is z(gx) - z(x) of a pair from unseen rooms, along the two principal axes of all "
        "dots; no change is where the lines cross, and the farthest 2\N{NO-BREAK SPACE}% lie "
        f"outside. Purity is the share of the {NEIGHBOURS} nearest displacements in other rooms, "
        "by cosine and without projection, that are of the same motion; by chance "
        f"{1 / len(MOTION_COLOURS):.3f}.",
        legend=MOTION_COLOURS,
        layout="small",
    )


def _chart(points: dict[str, list[tuple[float, float]]]):
    """Displacements in two dimensions, a dot each; no change is where the lines cross."""
    figure, axes = open_chart(2.6, 2.6)
    axes.grid(False)
    for side in ("bottom", "left"):
        axes.spines[side].set_visible(False)
    axes.set(xticks=[], yticks=[], aspect="equal")
    axes.axhline(0, color=INK, alpha=0.2, linewidth=0.8)
    axes.axvline(0, color=INK, alpha=0.2, linewidth=0.8)
    dots = np.concatenate(list(points.values()))
    lengths = [len(values) for values in points.values()]
    colours = np.repeat([MOTION_COLOURS[name] for name in points], lengths)
    order = np.random.default_rng(0).permutation(len(dots))  # none is drawn over all others
    settings = {"s": 11, "alpha": 0.75, "linewidths": 0, "rasterized": True}
    axes.scatter(*dots[order].T, c=colours[order], **settings)
    reach = 1.05 * np.quantile(np.abs(dots).max(axis=1), SHOWN) or 1.0  # of features all alike
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach))
    return figure
