"""kNN and linear probes against scikit-learn, and what they choose on."""

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import StandardScaler

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import EvaluateConfig
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.evaluation.intervals import interval
from embodied_ssl.evaluation.labelled_splits import open_labelled_splits
from embodied_ssl.evaluation.linear_probe import fit_probes
from embodied_ssl.evaluation.probing import Probing
from embodied_ssl.knn import weighted_knn


@pytest.fixture(scope="module")
def problem():
    x, y = make_classification(600, 20, n_informative=8, n_classes=4, random_state=0)
    return x[:400].astype(np.float32), y[:400], x[400:].astype(np.float32), y[400:]


@pytest.mark.parametrize("k", [1, 5, 20, 200])
def test_weighted_neighbours_are_those_of_scikit_learn(problem, k):
    x, y, queries, _ = problem
    theirs = KNeighborsClassifier(
        k, metric="cosine", weights=lambda distance: np.exp((1 - distance) / 0.07)
    ).fit(x, y)
    told = weighted_knn(*map(torch.from_numpy, (x, y, queries)), k=k)
    assert (theirs.predict(queries) == told.numpy()).mean() > 0.99


def test_more_neighbours_than_images_are_all_of_them(problem):
    x, y, queries, _ = map(torch.from_numpy, problem)
    assert torch.equal(weighted_knn(x, y, queries, k=400), weighted_knn(x, y, queries, k=9999))


def test_a_converged_probe_is_the_logistic_regression_of_scikit_learn(problem):
    x, y, queries, labels = problem
    scaler = StandardScaler().fit(x)
    decay = 1e-2
    theirs = LogisticRegression(C=1 / (decay * len(x)), max_iter=2000, tol=1e-8)
    theirs.fit(scaler.transform(x), y)
    tensors = [torch.from_numpy(each) for each in (x, y)]
    probes = fit_probes(*tensors, 4, 0, ((0.3, decay), (0.03, decay)), epochs=400)
    ours = probes.logits(torch.from_numpy(queries), 0).softmax(1).numpy()
    assert np.abs(ours - theirs.predict_proba(scaler.transform(queries))).max() < 0.03
    accuracy = probes.accuracies(torch.from_numpy(queries), torch.from_numpy(labels))[0]
    assert accuracy == pytest.approx(theirs.score(scaler.transform(queries), labels), abs=0.011)


def test_classifiers_of_a_grid_do_not_know_each_other(problem):
    x, y = (torch.from_numpy(each) for each in problem[:2])
    together = fit_probes(x, y, 4, 0, ((0.3, 0.0), (0.01, 0.1)), epochs=5)
    alone = fit_probes(x, y, 4, 0, ((0.01, 0.1),), epochs=5)
    assert torch.allclose(together.weight[1], alone.weight[0], atol=1e-5)
    assert not torch.allclose(together.weight[0], together.weight[1], atol=1e-3)


def test_unseen_objects_are_in_one_part_only(turntable_dir):
    splits = open_labelled_splits(str(turntable_dir), "category", None, 0)
    objects = [set(splits.group[places]) for places in
               (splits.val.fit, splits.val.judged, splits.test.judged)]  # fmt: skip
    assert all(objects)
    assert not objects[0] & objects[1] and not (objects[0] | objects[1]) & objects[2]
    assert set(splits.test.fit) == set(splits.val.fit) | set(splits.val.judged)


def test_instances_are_told_of_other_views(turntable_dir):
    splits = open_labelled_splits(str(turntable_dir), "instance", None, 0)
    assert set(splits.group[splits.test.judged]) <= set(splits.group[splits.test.fit])
    assert not set(splits.test.judged) & set(splits.test.fit)


def test_rooms_have_no_instances(rooms_dir):
    with pytest.raises(UserError, match="categories only"):
        open_labelled_splits(str(rooms_dir), "instance", None, 0)


def test_the_interval_is_over_objects():
    right = np.repeat([True, False], 500)
    alone, few = np.arange(1000), np.repeat(np.arange(10), 100)
    low, high = interval(right, alone, 0)
    assert low == pytest.approx(0.5 - 0.031, abs=0.006)
    assert high == pytest.approx(0.5 + 0.031, abs=0.006)
    wide = interval(right, few, 0)
    assert wide[1] - wide[0] > 5 * (high - low)


def test_images_of_a_label_that_nobody_could_learn_are_counted(tmp_path):
    rng = np.random.default_rng(0)
    for kind in ("mug", "bowl", "rare"):
        for part in ("train", "val", "test") if kind != "rare" else ("test",):
            file = tmp_path / kind / f"{part}_0.png"
            file.parent.mkdir(exist_ok=True)
            Image.fromarray(rng.integers(0, 255, (20, 20, 3), np.uint8)).save(file)
    counts = open_labelled_splits(f"folder:{tmp_path}", "category", 16, 0).counts
    assert counts["test images"] == 3 and counts["labels"] == 2
    assert counts["test images of a label that none of these has"] == 1


def test_a_run_is_compared_with_the_best_untrained_trunk(rotation_run, turntable_dir, monkeypatch):
    monkeypatch.setattr(Probing, "baselines", ("pixels", "random", "random-rescaled"))
    config = EvaluateConfig((rotation_run,), str(turntable_dir), "knn")
    models = run_evaluate(config)["models"]
    best = max(models[name]["test"] for name in ("random", "random-rescaled"))
    run = models[rotation_run]
    assert run["difference"] == pytest.approx(run["test"] - best)
    assert run["difference_low"] <= run["difference"] <= run["difference_high"]
    assert not any("difference" in models[name] for name in ("pixels", "random"))
    assert not any("right" in numbers for numbers in models.values())


def test_each_run_is_compared_with_an_untrained_trunk_of_its_own_architecture(
    rotation_run, motion_run, turntable_dir, monkeypatch
):
    monkeypatch.setattr(Probing, "baselines", ("random",))
    config = EvaluateConfig((rotation_run, motion_run), str(turntable_dir), "knn", image_size=48)
    models = run_evaluate(config)["models"]
    assert len(models) == 4
    for run, control in zip((rotation_run, motion_run), models, strict=False):
        expected = models[run]["test"] - models[control]["test"]
        assert models[run]["difference"] == pytest.approx(expected)


def test_an_interval_of_a_difference_knows_its_pairs():
    rng, group = np.random.default_rng(0), np.repeat(np.arange(50), 4)
    control = rng.random(200) < 0.5
    better = control | (rng.random(200) < 0.2)
    low, high = interval(better.astype(float) - control, group, 0)
    assert 0 < low < (better.mean() - control.mean()) < high
    apart = [interval(each, group, 0) for each in (better, control)]
    assert high - low < apart[0][1] - apart[0][0]  # what both get right does not count
