"""Feature displacement: analytic cases of neighbour purity, and what is drawn."""

import numpy as np
import pytest

from embodied_ssl.evaluation.feature_displacement import (
    SHOWN,
    feature_displacement,
    neighbour_purity,
)

ROOMS = np.arange(40).repeat(5)


def names(*motions):
    return dict.fromkeys(motions, ROOMS)


def test_motions_that_move_the_features_their_own_way_everywhere_are_told_apart():
    rng = np.random.default_rng(0)
    length = rng.uniform(0.1, 9, (200, 1))  # how far does not matter
    moved = {
        "right": length * [1, 0, 0.1],
        "left": length * [-1, 0, 0.1],
        "ahead": length * [0, 1, 0],
    }
    assert neighbour_purity(moved, names(*moved)) == 1.0


def test_motions_that_move_the_features_anyhow_are_not():
    rng = np.random.default_rng(0)
    moved = {name: rng.normal(size=(200, 16)) for name in ("right", "left", "ahead", "back")}
    assert neighbour_purity(moved, names(*moved)) == pytest.approx(1 / 4, abs=0.03)


def test_what_is_pure_only_within_a_room_does_not_count():
    rng = np.random.default_rng(0)
    moved = {name: rng.normal(size=(40, 64)).repeat(5, axis=0) for name in ("right", "left")}
    assert neighbour_purity(moved, names(*moved)) == pytest.approx(1 / 2, abs=0.1)  # otherwise .7
    assert neighbour_purity(moved, dict.fromkeys(moved, np.zeros(200))) is None


def test_points_keep_no_change_at_the_origin_and_directions_apart():
    z, moving = np.random.default_rng(0).normal(size=(600, 6)), np.zeros(6)
    moving[2] = 3.0
    found = feature_displacement(np.concatenate([z, z + moving, z - moving]), {
        "right": np.stack([np.arange(300), np.arange(300) + 600], axis=1),
        "left": np.stack([np.arange(150), np.arange(150) + 1200], axis=1),
    }, np.arange(1800) % 600)  # fmt: skip
    points = {name: np.array(values) for name, values in found["points"].items()}
    assert {name: values.shape for name, values in points.items()} == {
        "right": (SHOWN, 2), "left": (SHOWN, 2)}  # fmt: skip
    np.testing.assert_allclose(np.abs(points["right"]), [[3.0, 0.0]] * SHOWN, atol=1e-6)
    np.testing.assert_allclose(points["left"], -points["right"], atol=1e-6)
    assert found["neighbour_purity"] == 1.0
    assert found["variance"] == pytest.approx(1.0)
