"""Pictures and figures as text that fits into a page."""

from __future__ import annotations

import base64
import io
import itertools

import cv2
import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.figure import Figure

INK = "#010203"  # stands for the page's own text colour
CARD = "#040506"  # stands for the colour of its cards
QUALITY = 88
ACCENTS = ("#3b82c4", "#d9822b", "#3d9a5f", "#b0529c", "#8a6d3b", "#6a6fd1")

_numbers = itertools.count()


def data_uri(image: np.ndarray) -> str:
    """An image (H, W, 3) uint8 RGB as a WebP data URI."""
    bgr = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    return "data:image/webp;base64," + base64.b64encode(encoded.tobytes()).decode()


def figure(width: float, height: float) -> tuple[Figure, matplotlib.axes.Axes]:
    """An empty chart, inches, in the style of the page."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.add_subplot()
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("bottom", "left"):
        axes.spines[side].set(color=INK, alpha=0.35)
    axes.tick_params(colors=INK, labelsize=9, length=0)
    axes.grid(axis="y", color=INK, alpha=0.12, linewidth=0.8)
    axes.set_prop_cycle(color=ACCENTS)
    return figure, axes


def svg(figure: Figure) -> Markup:
    """A figure as an SVG element whose text has the colour and the font of the page.

    ``INK`` becomes the colour of the page's text, ``CARD`` that of its cards.
    """
    text = io.StringIO()
    settings = {"svg.fonttype": "none", "svg.hashsalt": f"figure-{next(_numbers)}"}
    with matplotlib.rc_context(settings):
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None})
    drawing = text.getvalue()
    drawing = drawing[drawing.index("<svg") :].replace(INK, "currentColor")
    return Markup(drawing.replace(CARD, "var(--card)"))
