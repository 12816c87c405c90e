"""The line that is fitted to the force of a poke while it grows (The Curious Robot, Pinto et al.).

A light thing tips or slips away under the fingers: the force falls and stays low, however hard the
thing is, and the line over the whole press, which a dataset stores, says little about it.
"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from embodied_ssl.worlds.tabletop import TIME_STEP, TOUCH

FALL = 0.8  # of the largest force so far: below it something has given way
NO_LINE = (np.nan, np.nan)


def growing_line(force: Float[np.ndarray, " T"] | None) -> tuple[float, float]:
    """Slope (N/s) and intercept (N) of the line from the first touch to the largest force before it
    falls by a fifth.

    Args:
        force: newtons, one a ``TIME_STEP`` of the press.

    Returns:
        NaN where there is no line: nothing was touched, the fingers were stuck and felt a force
        before they pressed, or the force did not grow after the first touch.
    """
    if force is None or not len(force) or not force[0] <= TOUCH < max(force):
        return NO_LINE
    felt = np.asarray(force[np.argmax(np.greater(force, TOUCH)) :], float)
    fallen = felt < FALL * np.maximum.accumulate(felt)
    grows = felt[: np.argmax(fallen)] if fallen.any() else felt
    grows = grows[: np.argmax(grows) + 1]
    if len(grows) == 1:  # at the end of the press: as hard as one step can tell
        return (float(grows[0]) / TIME_STEP, 0.0) if len(felt) == 1 else NO_LINE
    slope, intercept = np.polyfit(np.arange(len(grows)) * TIME_STEP, grows, 1)
    return float(slope), float(intercept)
