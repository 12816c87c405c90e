"""The protocols about a moving camera: analytic cases."""

import numpy as np
import pytest

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import EvaluateConfig
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.evaluation.linear_maps import fit_map, rho
from embodied_ssl.evaluation.protocols import equivariance
from embodied_ssl.evaluation.protocols.equivariance import atomic_pairs, composed_pairs
from embodied_ssl.evaluation.protocols.odometry import errors
from embodied_ssl.evaluation.protocols.scene_classification import SceneClassification
from embodied_ssl.motion import MotionPatterns, Pairs


def test_rho_is_0_for_the_true_map_and_1_for_no_change():
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.normal(size=(8, 8)))[0]
    before = rng.normal(size=(400, 8))
    matrix = fit_map(before, before @ turn)
    assert rho(before, before @ turn, before @ matrix) < 0.01
    assert rho(before, before @ turn, before) == pytest.approx(1.0)
    assert rho(before, before @ turn @ turn, before @ matrix @ matrix) < 0.01


def test_the_map_is_that_of_least_squares():
    rng = np.random.default_rng(1)
    before, after = rng.normal(size=(2, 300, 5))
    moved = np.linalg.norm(after - before, axis=1, keepdims=True)
    moved = np.maximum(moved, np.quantile(moved, 0.01))  # relative errors are what counts
    expected = np.linalg.lstsq(before / moved, after / moved, rcond=None)[0]
    np.testing.assert_allclose(fit_map(before, after), expected, atol=2e-3)


def test_an_atomic_motion_is_the_core_of_its_pattern():
    rng = np.random.default_rng(0)
    centres = np.array([[0.0, 0.0, -0.5], [0.5, 0.0, 0.0], [0.1, 0.0, 0.5]])
    motion = centres[rng.integers(0, 3, 600)] + rng.normal(0, 0.05, (600, 3))
    pairs = Pairs(np.arange(600), np.arange(600) + 600, motion)
    patterns = MotionPatterns(motion, 3)
    for name, rows in atomic_pairs(pairs, patterns, rng).items():
        whole = np.flatnonzero(patterns(motion) == patterns.atomic[name])
        assert len(rows) == -(-len(whole) // 2)
        assert set(rows[:, 0]) < set(whole) and (rows[:, 1] == rows[:, 0] + 600).all()
        assert motion[rows[:, 0], 2].std() < 0.8 * motion[whole, 2].std()


def test_composed_motions_follow_each_other():
    rng = np.random.default_rng(0)
    first = np.array([[0, 3], [5, 7], [8, 9]])
    second = np.array([[3, 4], [3, 6], [9, 1]])
    chains = {tuple(pair) for pair in composed_pairs(first, second, rng).tolist()}
    assert chains == {(0, 3, 4), (0, 3, 6), (8, 9, 1)}
    assert composed_pairs(first, first[:1] + 20, rng).shape == (0, 3)


def test_errors_are_in_degrees_and_centimetres():
    off = errors(np.array([[0.1, 0, np.radians(5)], [0, 0, 0]]), np.zeros((2, 3)))
    assert off == {"turn_degrees": pytest.approx(2.5), "ahead_cm": pytest.approx(5)}


def test_the_difference_is_counted_draw_by_draw():
    """All draws are better by .1 for the first run, though they differ by more than that."""
    lucky = [0.2, 0.5, 0.8]
    models = {
        "random": {"draws": {"linear_6": [draw - 0.1 for draw in lucky]}},
        "runs/a": {"draws": {"linear_6": lucky}},
        "runs/b": {"draws": {"linear_6": [0.3, 0.4, 0.8]}},
    }
    results = {"models": models, "settings": {"runs": ["runs/a", "runs/b"]}}
    compare = SceneClassification.compare
    compare(None, results)
    assert models["random"]["linear_6_difference"] == pytest.approx(0.1)
    assert models["random"]["linear_6_difference_std"] == pytest.approx(0)
    assert models["runs/b"]["linear_6_difference"] == pytest.approx(0)
    assert models["runs/b"]["linear_6_difference_std"] == pytest.approx(0.1)
    assert models["runs/a"].keys() == {"draws"}
    compare(None, {"models": {"random": {"draws": {}}}, "settings": {"runs": []}})


@pytest.mark.parametrize("protocol", ["equivariance", "scene-classification", "odometry"])
def test_rooms_that_are_missing_are_said(rooms_dir, protocol):
    with pytest.raises(UserError, match="no test rooms"):
        run_evaluate(EvaluateConfig(("pixels",), str(rooms_dir), protocol))


def test_a_motion_that_the_test_rooms_lack_is_said_with_a_number(small_rooms, monkeypatch):
    def none_to_the_left(*args):
        return {k: v[: 0 if k == "left" else None] for k, v in atomic_pairs(*args).items()}

    monkeypatch.setattr(equivariance, "atomic_pairs", none_to_the_left)
    with pytest.raises(UserError, match=r"the 1 test rooms goes left: collect --episodes 8,"):
        run_evaluate(EvaluateConfig(("pixels",), str(small_rooms), "equivariance"))


def test_what_chance_says_is_the_mean_motion(evaluated_small):
    numbers = evaluated_small("odometry")[1]["models"]["pixels"]
    assert numbers["turn_degrees_chance"] > 3 and numbers["ahead_cm_chance"] > 3
    assert numbers["turn_degrees"] != numbers["turn_degrees_chance"]


def test_the_first_run_is_compared_with_every_other_model(evaluated_small):
    config, results = evaluated_small("scene-classification")
    (run,), models = config.runs, results["models"]
    expected = models[run]["linear_6"] - models["pixels"]["linear_6"]
    assert models["pixels"]["linear_6_difference"] == pytest.approx(expected)
    assert "linear_6_difference" not in models[run]
