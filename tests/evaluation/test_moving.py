"""The protocols about a moving camera: analytic cases, and the whole way on a small dataset."""

import json

import numpy as np
import pytest

from embodied_ssl.data import Dataset, FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import EvaluateConfig, models, run_evaluate
from embodied_ssl.evaluation.learned_maps import learned_rho
from embodied_ssl.evaluation.protocols.equivariance import (
    atomic_pairs,
    composed_pairs,
    fit_map,
    rho,
)
from embodied_ssl.evaluation.protocols.odometry import errors
from embodied_ssl.evaluation.protocols.scene_classification import leads
from embodied_ssl.motion import MotionPatterns, Pairs
from embodied_ssl.training.command import run_train

PROTOCOLS = ("equivariance", "scene-classification", "odometry")


def test_rho_is_0_for_the_true_map_and_1_for_no_change():
    rng = np.random.default_rng(0)
    turn = np.linalg.qr(rng.normal(size=(8, 8)))[0]
    before = rng.normal(size=(400, 8))
    matrix = fit_map(before, before @ turn)
    assert rho(before, before @ turn, matrix) < 0.01
    assert rho(before, before @ turn, np.eye(8)) == pytest.approx(1.0)
    assert rho(before, before @ turn @ turn, matrix @ matrix) < 0.01


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


def test_the_lead_is_counted_draw_by_draw():
    """All draws are better by .1 for the first run, though they differ by more than that."""
    lucky = [0.2, 0.5, 0.8]
    models = {
        "random": {"draws": {"linear_6": [draw - 0.1 for draw in lucky]}},
        "runs/a": {"draws": {"linear_6": lucky}},
        "runs/b": {"draws": {"linear_6": [0.3, 0.4, 0.8]}},
    }
    leads(models, ["runs/a", "runs/b"])
    assert models["random"]["linear_6_lead"] == pytest.approx(0.1)
    assert models["random"]["linear_6_lead_spread"] == pytest.approx(0)
    assert models["runs/b"]["linear_6_lead"] == pytest.approx(0)
    assert models["runs/b"]["linear_6_lead_spread"] == pytest.approx(0.1)
    assert models["runs/a"].keys() == {"draws"}
    leads(models, [])  # baselines alone


@pytest.fixture
def small(rooms_dir, monkeypatch):
    """The rooms dataset, two rooms to train on and one of each other split; pixels alone."""
    open_cache = FrameCache.open

    def opened(*args):
        cache = open_cache(*args)
        cache.rows["split"] = np.array(["train", "train", "val", "test"], object)[
            cache.rows["episode"]
        ]
        return cache

    monkeypatch.setattr(FrameCache, "open", opened)
    monkeypatch.setattr(models, "BASELINES", ("pixels",))
    monkeypatch.setattr(models, "imagenet_installed", lambda: False)
    return rooms_dir


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_number_of_the_table_is_there(small, protocol, tmp_path, capsys):
    out = tmp_path / "results.json"
    run_evaluate(EvaluateConfig(runs=("pixels",), data=str(small), protocol=protocol, out=out))
    results = json.loads(out.read_text())
    numbers = results["models"]["pixels"]
    of_runs = ("learned", "lead")  # only runs have them
    named = {name for name in results["metrics"] if not any(part in name for part in of_runs)}
    assert numbers.keys() - {"draws"} == named
    assert all(np.isfinite(n) for n in numbers.values() if isinstance(n, float))
    assert results["title"] in capsys.readouterr().out


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_data_that_do_not_fit_are_said(tabletop_dir, rooms_dir, protocol):
    with pytest.raises(UserError, match="collect --env rooms"):
        run_evaluate(EvaluateConfig(runs=("pixels",), data=str(tabletop_dir), protocol=protocol))
    with pytest.raises(UserError, match="no test rooms"):
        run_evaluate(EvaluateConfig(runs=("pixels",), data=str(rooms_dir), protocol=protocol))


@pytest.mark.parametrize("name", ["egomotion", "continuous-equivariance"])
def test_learned_maps_are_judged_as_they_were_learned(few_steps, small, tmp_path, name):
    config = few_steps(small, out=tmp_path / "run", images=64)
    run_train(config, name)
    cache = FrameCache.open(Dataset.open(small))
    features = np.random.default_rng(0).normal(size=(192, 16)).astype(np.float32)
    chains = {"one": np.array([[0, 3], [4, 8]]), "two": np.array([[0, 3, 8]])}
    errors = learned_rho(str(config.out), cache, features, chains)
    # An untrained map hardly moves the features: no better than saying that nothing changes.
    assert errors == {"one": pytest.approx(1, abs=0.2), "two": pytest.approx(1, abs=0.2)}
    assert learned_rho("pixels", cache, features, chains) == {}


def test_the_first_run_is_compared_with_every_other_model(few_steps, small, tmp_path):
    run_train(few_steps(small, out=tmp_path / "run"), "clsnet")
    run = str(tmp_path / "run")
    out = tmp_path / "results.json"
    run_evaluate(
        EvaluateConfig(runs=(run,), data=str(small), protocol="scene-classification", out=out)
    )
    models = json.loads(out.read_text())["models"]
    expected = models[run]["linear_6"] - models["pixels"]["linear_6"]
    assert models["pixels"]["linear_6_lead"] == pytest.approx(expected)
    assert "linear_6_lead" not in models[run]
