"""Per-task numbers against cases that can be counted by hand."""

import dataclasses

import numpy as np
import pytest

from embodied_ssl.data import Dataset
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.interaction_failures import failure_pictures, failures
from embodied_ssl.evaluation.interaction_scores import (
    SCORES,
    grasp_metrics,
    identity_auc,
    poke_metrics,
    push_error,
)
from embodied_ssl.evaluation.poke_reference import predicted_lines
from embodied_ssl.sampling.interactions import Poke
from embodied_ssl.worlds.tabletop import TOUCH


def test_grasp_metrics_of_a_ranking_counted_by_hand():
    success = np.array([True, False, True, False])
    scores = grasp_metrics(np.array([0.9, 0.8, 0.7, 0.1]), success)
    assert scores["grasp_accuracy"] == 0.75
    assert scores["grasp_auc"] == 0.75  # one of four pairs is in the wrong order
    assert scores["grasp_ap"] == pytest.approx((1 + 2 / 3) / 2)


def test_grasps_that_all_failed_have_an_accuracy_only():
    assert grasp_metrics(np.array([0.2, 0.6]), np.array([False, False])) == {"grasp_accuracy": 0.5}


def test_push_error_is_in_centimetres_of_the_table():
    true = np.zeros((1, 4))
    # half a crop is 1 in the crop's coordinates: the start is off by 3-4-5, the end is right
    assert push_error(true + [0.3, 0.4, 0, 0], true, np.array([0.24])) == pytest.approx(3.0)


def test_poke_r2_is_one_for_the_truth_and_zero_for_the_mean():
    line = np.random.default_rng(0).normal(size=(20, 2))
    assert poke_metrics(line, line) == {"poke_slope_r2": 1, "poke_intercept_r2": 1}
    mean = poke_metrics(np.broadcast_to(line.mean(axis=0), line.shape), line)
    assert mean == {"poke_slope_r2": pytest.approx(0), "poke_intercept_r2": pytest.approx(0)}


def test_the_reference_of_pokes_is_what_stiffness_and_mass_tell(tabletop_dir):
    cache = Dataset.open(tabletop_dir).cache()

    def slope_r2():
        pokes = Poke(cache, "train")
        lines = predicted_lines(pokes, pokes, seed=0)
        return poke_metrics(lines, pokes.line[pokes.rows])["poke_slope_r2"]

    assert slope_r2() > 0.9  # the slopes of these data follow from the stiffness
    numbers = cache.rows["object.stiffness"]
    cache.rows["object.stiffness"] = np.full(len(numbers), 1.0)
    cache.rows["object.mass"] = np.ones(len(numbers))
    assert slope_r2() < 0.1
    del cache.rows["object.mass"]
    assert predicted_lines(Poke(cache, "train"), Poke(cache, "train"), seed=0) is None


def test_pokes_of_stuck_fingers_or_of_nothing_are_left_out_and_what_tips_was_as_hard(tabletop_dir):
    cache = Dataset.open(tabletop_dir).cache()
    rows, forces = Poke(cache, "train").rows, cache.rows["force"]
    forces[rows[0]], forces[rows[1]] = [195.0], [0.0]
    forces[rows[4]] = [0.0, TOUCH, TOUCH]
    forces[rows[2]] = np.linspace(0, 11, 20)
    forces[rows[3]] = np.concatenate([forces[rows[2]], np.full(200, 0.2)])
    pokes = Poke(cache, "train")
    assert pokes.rows.tolist() == [*rows[2:4], *rows[5:]]
    stands, tips = pokes.line[rows[2:4]]
    assert (stands == tips).all() and stands[0] > 0  # harder than most


def test_a_line_is_the_same_number_in_every_dataset(tabletop_dir):
    cache = Dataset.open(tabletop_dir).cache()
    whole, one = Poke(cache, "train"), Poke(cache, "train").rows[0]
    harder = np.empty(len(cache.rows["force"]), object)
    harder[:] = [2 * force for force in cache.rows["force"]]
    harder[one] = cache.rows["force"][one]
    others = Poke(dataclasses.replace(cache, rows=dict(cache.rows) | {"force": harder}), "train")
    assert (others.line[one] == whole.line[one]).all()
    assert (others.line[others.rows[1:]] != whole.line[others.rows[1:]]).any()


def test_identity_auc_counts_the_pairs_in_the_right_order():
    views = np.eye(3, dtype=np.float32)
    assert identity_auc(views, views) == 1
    assert identity_auc(views, np.roll(views, 1, axis=0)) == 0.25  # 3 below 3, equal to 3 of 6
    assert identity_auc(np.ones((3, 2)), np.ones((3, 2))) == 0.5


def test_every_interaction_is_scored_by_its_own_columns():
    rng = np.random.default_rng(0)
    truth = {
        "success": rng.integers(0, 2, 9),
        "action": rng.normal(size=(9, 5)).astype(np.float32),
        "crop_width": np.full(9, 0.25, np.float32),
        "line": rng.normal(size=(9, 2)),
    }
    views = np.hstack([np.eye(9), np.eye(9)])
    predicted = {"grasp": truth["success"], "push": truth["action"], "poke": truth["line"]}
    scores = {}
    for name, score in SCORES.items():
        assert score.target is None or score.target in truth
        scores |= score.measure(predicted.get(name, views), truth)
    assert scores == {
        "grasp_accuracy": 1, "grasp_ap": 1, "grasp_auc": 1, "push_cm": 0,
        "poke_slope_r2": 1, "poke_intercept_r2": 1, "identity_auc": 1,
    }  # fmt: skip


def test_grasps_predicted_surest_and_wrong_are_the_worst():
    truth = {"success": np.array([1, 1, 0, 0, 1])}
    found = failures("grasp", np.array([0.9, 0.4, 0.7, 0.2, 0.1]), truth, np.arange(10, 15))
    assert [each["row"] for each in found] == [14, 12, 11]
    assert found[0]["predicted"] == pytest.approx(0.1)


def test_pushes_farthest_from_the_truth_are_the_worst():
    truth = {"action": np.zeros((3, 5)), "crop_width": np.array([0.2, 0.4, 0.2])}
    predicted = np.repeat([[0.1], [0.1], [-0.3]], 4, axis=1)
    found = failures("push", predicted, truth, np.arange(3))
    assert [each["row"] for each in found] == [2, 1, 0]
    assert found[1]["cm"] == pytest.approx(2 * found[2]["cm"])
    assert failures("poke", predicted, truth, np.arange(3)) == []


def results_on(data, **models):
    """As evaluate writes them, of data as they are."""
    return {
        "settings": {"data": str(data), "image_size": None},
        "fingerprint": Dataset.open(data).fingerprint,
        "models": models,
        "runs": list(models),
    }


def test_failures_are_shown_of_the_best_run(tabletop_dir):
    rows = Dataset.open(tabletop_dir).cache().rows
    grasp, push = (int(np.flatnonzero(rows["interaction"] == x)[0]) for x in ("grasp", "push"))
    far = {"row": push, "predicted": [1e9, 0, -5, 0.5], "cm": 3.25}
    worst = {"grasp": [{"row": grasp, "predicted": 0.98}], "push": [far], "poke": []}
    run = {"grasp_accuracy": 0.9, "failures": worst}
    results = results_on(tabletop_dir, good=run, bad=run | {"grasp_accuracy": 0.2})
    grasps, pushes = failure_pictures(results)
    assert grasps.text.endswith("by good.")
    (strip,) = grasps.figures[0].strips
    category = rows["object.category"][grasp]
    assert strip.pictures[0].caption.startswith(f"{category}: 98% predicted to hold, ")
    (strip,) = pushes.figures[0].strips
    assert strip.pictures[0].caption.endswith(": 3.2 cm off")
    with pytest.raises(UserError, match="not as it was evaluated"):
        failure_pictures(results | {"fingerprint": "another"})


def test_results_of_before_have_no_failures():
    assert failure_pictures({"models": {"run": {}}, "runs": ["run"]}) == []
