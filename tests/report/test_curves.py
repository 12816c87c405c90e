"""Curves of few points and of many, in the order in which they are read."""

import numpy as np
import pytest

from embodied_ssl.report.curves import averaged, curve, curves, thinned
from embodied_ssl.report.images import svg

TINY = np.spacing(1e3)


def logged(count, **numbers):
    """Lines of a training with the same numbers in each."""
    return [{"step": i, "images": 1e4 * i, **numbers} for i in range(count)]


def test_curves_are_of_numbers_logged_more_than_once():
    lines = [*logged(5, loss=1.0, name="x"), {"step": 5, "val": 0.5}]
    assert [chart.title for chart in curves(lines)] == ["loss"]


def test_losses_come_first_and_the_optimisation_last():
    numbers = dict.fromkeys(
        ["images_per_second", "rank", "learning_rate", "accuracy", "aux_loss", "loss"], 1.0
    )
    titles = [chart.title for chart in curves(logged(3, **numbers))]
    assert titles == ["loss", "aux loss", "accuracy", "rank", "learning rate", "images per second"]


def test_each_of_few_points_is_seen():
    x = np.arange(9.0)
    (line,) = curve("loss", "images", x, x**2).figure.axes[0].lines
    assert line.get_xydata().tolist() == [[i, i**2] for i in range(9)]
    assert line.get_marker() == "o"


def test_many_points_are_averaged_from_the_first_to_the_last():
    x, noise = np.arange(600.0), np.random.default_rng(0).normal(size=600)
    raw, mean = curve("loss", "images", x, noise).figure.axes[0].lines
    assert raw.get_xdata().tolist() == mean.get_xdata().tolist()
    assert mean.get_xdata()[0] < 2 and mean.get_xdata()[-1] > 597
    assert mean.get_ydata()[20:-20].std() < 0.4 * raw.get_ydata()[20:-20].std()


def test_an_average_has_as_many_points_on_either_side():
    assert averaged(np.arange(50.0)) == pytest.approx(np.arange(50.0), abs=TINY)
    spike = np.eye(1, 40, 20)[0]
    assert averaged(spike).tolist() == averaged(spike[::-1])[::-1].tolist()
    assert averaged(spike)[18:23] == pytest.approx([1 / 5] * 5, abs=TINY)


def test_thinning_keeps_the_mean():
    x = np.arange(800.0)
    few = thinned(x, x**2)[1]
    assert len(few) == 400 and few.mean() == pytest.approx((x**2).mean())
    assert thinned(x[:9], x[:9])[1].tolist() == x[:9].tolist()


@pytest.mark.parametrize("last", [90, 1e4, 1.5e5, 2e6, 1e8])
def test_ticks_do_not_collide(last):
    x = np.linspace(last / 9, last, 9)
    chart = curve("loss", "images", x, -x / 7).figure
    chart.draw_without_rendering()
    (axes,) = chart.axes
    for axis, side in ((axes.xaxis, "x"), (axes.yaxis, "y")):
        boxes = [label.get_window_extent() for label in axis.get_ticklabels() if label.get_text()]
        ends = sorted((getattr(b, f"{side}0"), getattr(b, f"{side}1")) for b in boxes)
        assert len(ends) > 2
        assert all(end < start for (_, end), (start, _) in zip(ends, ends[1:], strict=False))


def test_a_curve_is_said_in_words():
    (chart,) = curves(logged(3, loss=1.0)[:2] + [{"images": 3e4, "loss": 0.5}])
    page = svg(chart.figure, f"{chart.title}: {chart.description}")
    assert page.startswith('<svg role="img" aria-label="loss: from 1 at 0 images to 0.5 at 30,000;')
    assert "lowest 0.5 at 30,000" in page and "3 points" in page
