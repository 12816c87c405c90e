"""The choice sees validation only, the test set is read with what was chosen."""

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from embodied_ssl.data import LabelledImages, open_labelled
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import EvaluateConfig, gallery_figures
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.evaluation.gallery import Split, choose, judge
from embodied_ssl.evaluation.gallery_figures import checksum
from embodied_ssl.evaluation.protocols.retrieval import Retrieval
from embodied_ssl.evaluation.recall import LEVELS, share


def labelled_images(instances=12, views=6):
    """Half of the instances for each split; the last two views of each are queries."""
    instance = np.repeat(np.arange(instances), views)
    return LabelledImages(
        category=np.array([f"category{i % 3}" for i in instance], object),
        instance=np.array([f"thing{i}" for i in instance], object),
        split=np.where(instance < instances // 2, "val", "test").astype(object),
        role=np.array(["gallery"] * (views - 2) + ["query"] * 2, object)[
            np.arange(len(instance)) % views
        ],
        fingerprint="made for tests",
        read=lambda places: np.zeros((len(places), 2, 2, 3), np.uint8),
    )


def features_of(labelled, seed=0):
    """One stage that knows the instances of validation, one that knows those of test, and noise."""
    rng = np.random.default_rng(seed)
    numbers = np.unique(labelled.instance, return_inverse=True)[1]
    code = rng.normal(size=(numbers.max() + 1, 16)).astype(np.float32)[numbers]
    noise = rng.normal(size=(3, *code.shape)).astype(np.float32)
    val = (labelled.split == "val")[:, None]
    return {
        ("noise", "mean"): noise[0],
        ("for val", "mean"): np.where(val, code, noise[1]),
        ("for test", "mean"): np.where(val, noise[2], code),
    }


def test_what_is_best_on_validation_is_chosen_though_another_is_best_on_test():
    labelled = labelled_images()
    val, test = Split.of(labelled, "val"), Split.of(labelled, "test")
    result, _ = judge(features_of(labelled), val, test, np.arange(3))
    assert result["embedding"] == "for val mean"
    chosen = max(result["val"], key=lambda score: score["instance"]["1"])
    assert chosen["embedding"] == "for val mean" and chosen["instance"]["1"] == 1
    assert result["test"]["instance"]["1"] < 0.7


def test_the_choice_does_not_change_with_the_labels_or_features_of_test():
    labelled = labelled_images()
    features = features_of(labelled)
    expected = choose(features, Split.of(labelled, "val"))
    is_test = labelled.split == "test"
    labels = labelled.instance.copy()
    labels[is_test] = np.random.default_rng(1).permutation(labels[is_test])
    garbage = {key: np.where(is_test[:, None], -7, x) for key, x in features.items()}
    assert choose(garbage, Split.of(replace(labelled, instance=labels), "val")) == expected


@pytest.mark.parametrize(
    ("recalls", "best"),
    [
        ([(0.5, 0.7), (0.5, 0.8), (0.4, 0.9)], 1),
        ([(0.5, 0.8), (0.5, 0.8), (0.5, 0.7)], 0),
    ],
)
def test_equal_recall_at_1_is_decided_by_recall_at_5_and_then_by_the_order(recalls, best):
    class Scored:
        gallery, level = np.arange(9), "instance"
        left = iter(recalls)

        def similarity(self, features, encoder):
            return encoder(features)

        def score(self, similarity):
            first, fifth = next(self.left)
            return {"instance": {"1": first, "5": fifth}}

    noise = np.random.default_rng(0).normal(size=(2, 9, 4)).astype(np.float32)
    tried = {("a", "mean"): noise[0], ("b", "mean"): noise[1]}  # and both whitened
    embedding, table = choose(tried, Scored())
    assert len(table) == 3 and table[best]["embedding"] == embedding.label


def test_neighbours_are_images_of_the_gallery_of_test():
    labelled = labelled_images()
    val, test = Split.of(labelled, "val"), Split.of(labelled, "test")
    features = {("x", "mean"): features_of(labelled)["for test", "mean"]}
    found = np.array(judge(features, val, test, np.array([0, 5]))[0]["neighbours"])
    assert np.isin(found, test.gallery).all()
    assert labelled.instance[found[0, 0]] == labelled.instance[test.queries[0]]
    assert labelled.instance[found[1, 0]] == labelled.instance[test.queries[5]]


def test_one_gallery_may_serve_both_splits():
    labelled = labelled_images()
    both = replace(labelled, split=np.where(labelled.role == "gallery", "both", labelled.split))
    assert (Split.of(both, "val").gallery == Split.of(both, "test").gallery).all()
    assert len(Split.of(both, "val").gallery) == 48


def test_a_split_without_queries_is_an_error():
    labelled = labelled_images()
    with pytest.raises(UserError, match="no queries of the split 'val'"):
        Split.of(replace(labelled, role=np.full(len(labelled.role), "gallery", object)), "val")


def test_an_orbit_is_refused(turntable_dir, tmp_path):
    folder = shutil.copytree(turntable_dir, tmp_path / "orbit")
    manifest = json.loads((folder / "dataset.json").read_text())
    manifest["settings"]["orbit"] = True
    (folder / "dataset.json").write_text(json.dumps(manifest))
    with pytest.raises(UserError, match="without --orbit"):
        run_evaluate(EvaluateConfig(runs=("pixels",), data=str(folder)))


def test_the_command_writes_what_it_prints(turntable_dir, tmp_path, capsys):
    out = tmp_path / "new" / "results.json"
    config = EvaluateConfig(runs=("pixels",), data=str(turntable_dir), out=out)
    results = run_evaluate(config)
    assert json.loads(out.read_text()) == json.loads(json.dumps(results))
    shown = capsys.readouterr().out
    for name, model in results["models"].items():
        assert name in shown
        assert share(model["test"]["instance"]["20"]) in shown
    assert "imagenet is not installed" in shown
    again = run_evaluate(config)["models"]
    for name, model in results["models"].items():
        assert again[name]["test"] == model["test"]


def test_a_file_of_before_is_shown_while_its_checksum_of_all_pixels_fits(turntable_dir):
    results = run_evaluate(EvaluateConfig(("pixels",), str(turntable_dir)))
    for old in ("fingerprint", "title", "metrics"):
        del results[old]
    for split in ("val", "test"):
        results["data"][split]["kinds"] = results["data"][split].pop("categories")
    results["data"]["checksum"] = checksum(open_labelled(str(turntable_dir), 64))
    assert "6 objects of 4 categories" in Retrieval.summary(results)
    for model in results["models"].values():
        for new in ("worst", "map"):
            model.pop(new, None)
        for levels in (model["test"], *model["val"]):
            for level in LEVELS:
                del levels[level]["low"], levels[level]["high"]
    titles = [figure.title for figure in Retrieval.figures(results)[2:]]
    assert titles == [
        "Every embedding on the validation objects", "Queries and their nearest neighbours"
    ]  # fmt: skip
    results["data"]["checksum"] = "another"
    with pytest.raises(UserError, match="not as it was evaluated"):
        Retrieval.figures(results)


def test_only_the_images_that_are_shown_are_read(turntable_dir, monkeypatch):
    results = run_evaluate(EvaluateConfig(("pixels",), str(turntable_dir)))
    read, there = [], open_labelled(str(turntable_dir))

    def counted(places):
        read.extend(places.tolist())
        return there.read(places)

    opened = replace(there, read=counted)
    monkeypatch.setattr(gallery_figures, "open_labelled", lambda *args: opened)
    for model in results["models"].values():
        model.pop("map", None)
    Retrieval.figures(results)
    found = [results["models"][name]["neighbours"] for name in ("pixels", "random")]
    worst = results["models"]["random"]["worst"]
    cases = [*worst["queries"], *worst["right"], *np.ravel(worst["neighbours"])]
    assert set(read) == {*results["queries"], *np.ravel(found), *cases}
    assert len(set(read)) < len(there.role)
