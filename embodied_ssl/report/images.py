"""Images and charts as text that fits into a page."""

from __future__ import annotations

import base64
import io
import itertools
import warnings

import cv2
import matplotlib
import numpy as np
from jaxtyping import UInt8
from markupsafe import Markup, escape
from matplotlib.figure import Figure

from embodied_ssl.figures import CARD, INK
from embodied_ssl.screen_text import printable

QUALITY = 88
DPI = 220  # of what is an image within a chart

_numbers = itertools.count()


def data_uri(image: UInt8[np.ndarray, "H W 3"]) -> str:
    """An RGB image as a WebP data URI."""
    bgr = cv2.cvtColor(np.ascontiguousarray(image), cv2.COLOR_RGB2BGR)
    _, encoded = cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    return "data:image/webp;base64," + base64.b64encode(encoded.tobytes()).decode()


def svg(figure: Figure, said: str = "") -> Markup:
    """A figure as an SVG element whose text has the colour and the font of the page.

    ``INK`` becomes the colour of the page's text, ``CARD`` that of its cards.

    Args:
        figure: in these colours.
        said: what it shows, for those who do not see it.
    """
    text = io.StringIO()
    settings = {"svg.fonttype": "none", "svg.hashsalt": f"figure-{next(_numbers)}"}
    with matplotlib.rc_context(settings), warnings.catch_warnings():
        # The page's own font shows what matplotlib's has no glyphs for.
        warnings.filterwarnings("ignore", "Glyph .* missing from", UserWarning)
        # Thousands of dots are one image, which a browser shows at once.
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None}, dpi=DPI)
    drawing = text.getvalue()
    drawing = drawing[drawing.index("<svg") + 4 :].replace(INK, "currentColor")
    named = f'<svg role="img" aria-label="{escape(printable(said) or "chart")}"'
    return Markup(named + drawing.replace(CARD, "var(--card)"))
