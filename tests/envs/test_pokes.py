"""Whether the force of a poke says how soft a thing is."""

import numpy as np
import pytest
from bars import Bar, act, pixel_of

from embodied_ssl_envs.tabletop.poke import fit_line


def test_soft_things_give_way_more_than_hard_ones(tabletop):
    slopes = []
    for stiffness in (300.0, 3000.0, 30000.0):
        env, _ = tabletop(Bar(stiffness))
        record, _, _ = act(env, 2, pixel_of(env, (0.5, 0.0, 0.04)))
        slopes.append(record["slope"])
        assert max(record["force"]) > 0.5
    assert slopes[0] * 3 < slopes[1] and slopes[1] * 1.5 < slopes[2]


def test_where_the_first_touch_falls_between_two_steps_does_not_decide_the_slope(tabletop):
    slopes = []
    for height in 0.02 + np.linspace(0, 2e-4, 5):  # a search step is 2.5e-4 m
        env, _ = tabletop(Bar(30000.0, half=(0.015, 0.06, height)))
        record, _, _ = act(env, 2, pixel_of(env, (0.5, 0.0, 0.04)))
        assert sum(force > 0.05 for force in record["force"]) >= 4
        slopes.append(record["slope"])
    assert np.std(slopes) < 0.2 * np.mean(slopes)


def test_a_poke_beside_everything_feels_nothing(tabletop):
    env, _ = tabletop(Bar(place=(0.62, 0.1)))
    record, _, _ = act(env, 2, pixel_of(env, (0.38, -0.1, 0.0)))
    assert (record["slope"], record["intercept"]) == (0.0, 0.0)
    assert max(record["force"]) == 0.0


def test_the_fitted_line_is_the_least_squares_line():
    time = np.arange(30) / 240
    assert fit_line(np.array([0.0, 13.0])) == pytest.approx((13 * 240, 0))
    assert fit_line(np.array([0.0, 0.06])) == pytest.approx((0, 0.06))  # the press had ended
    assert fit_line(np.array([20.0])) == (0.0, 20.0)  # stuck: no force came of the press
    assert fit_line(np.r_[np.zeros(9), 40 * time + 2]) == pytest.approx((40, 2))
    assert fit_line(np.zeros(12)) == (0.0, 0.0)
