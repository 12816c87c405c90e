"""Which part of a poke's force has the line that is learned."""

import numpy as np
import pytest

from embodied_ssl.sampling.poke_lines import growing_line
from embodied_ssl.worlds.tabletop import TIME_STEP

GROWING = 0.1 + 0.5 * np.arange(12)  # newtons, so many a step


@pytest.mark.parametrize(
    "after",
    [[], [4.0, 1.0, 0.2, 0.2], [4.4, 1.0, 9.0, 12.0], [0.0]],
    ids=["ends", "tips", "tips and is jammed", "slips off"],
)
def test_the_line_ends_where_something_gives_way(after):
    force = np.float32([0, 0.01, *GROWING, *after])
    slope, intercept = growing_line(force)
    assert slope == pytest.approx(0.5 / TIME_STEP, rel=1e-5)
    assert intercept == pytest.approx(0.1, abs=1e-5)


def test_what_falls_a_little_goes_on():
    force = np.float32([0, 1, 2, 1.7, 4, 5])
    expected = np.polyfit(np.arange(5) * TIME_STEP, force[1:], 1)
    assert growing_line(force) == pytest.approx(tuple(expected), rel=1e-5)


@pytest.mark.parametrize(
    "force",
    [None, [], [0.0], [0.0, 0.04], [0.3, 1.0, 2.0], [0.0, 1.0, 0.5, 0.5]],
    ids=["no poke", "nothing", "no touch", "no touch either", "stuck", "never grows"],
)
def test_without_growing_there_is_no_line(force):
    assert np.isnan(growing_line(None if force is None else np.float32(force))).all()


def test_the_hardest_is_as_hard_as_one_step_can_tell():
    assert growing_line(np.float32([0, 0, 13])) == pytest.approx((13 / TIME_STEP, 0))
