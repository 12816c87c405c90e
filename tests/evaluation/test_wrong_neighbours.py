"""What wrong neighbours share with the query, on labels and similarities that are known."""

import numpy as np
import pytest

from embodied_ssl.data import Dataset, open_labelled
from embodied_ssl.evaluation.gallery import Split
from embodied_ssl.evaluation.protocols.retrieval import Retrieval
from embodied_ssl.evaluation.wrong_neighbours import shared, shared_table

CATEGORY = np.array([0, 0, 1, 1, 1, 0])  # two queries, then the gallery
INSTANCE = np.array([0, 1, 2, 3, 4, 5])
COLOR = np.array(["red", "blue", "red", "blue", "blue", "red"])


def split():
    return Split(np.arange(2, 6), np.arange(2), CATEGORY, INSTANCE, {"color": COLOR})


def test_the_share_of_wrong_neighbours_stands_beside_that_of_all_wrong_images():
    similarity = np.array([[0.9, 0.1, 0.1, 0.2], [0.9, 0.1, 0.1, 0.2]])  # both nearest: the first
    told = split().wrong(similarity)
    assert told["color"]["neighbours"] == 0.5  # red to red, blue to red
    assert told["color"]["expected"] == pytest.approx((1 / 3 + 2 / 3) / 2)


def test_right_neighbours_and_the_own_object_do_not_count():
    right = np.array([[0.1, 0.1, 0.1, 0.9]] * 2)
    assert split().wrong(right) == {}
    one = np.ones((1, 2), bool)
    told = shared(np.array([[0.9, 0.1]]), one, np.array([[True, False]]), {"color": ~one})
    assert told == {"color": {"neighbours": 0.0, "expected": 0.0}}


def test_looks_that_nobody_knows_are_left_out():
    similarity = np.array([[0.9, 0.1, 0.1, 0.2], [0.9, 0.1, 0.1, 0.2]])
    color = np.array(["red", "", "red", "blue", "", "red"])
    told = Split(np.arange(2, 6), np.arange(2), CATEGORY, INSTANCE, {"color": color})
    assert told.wrong(similarity)["color"] == {"neighbours": 1.0, "expected": 0.5}  # of one query
    nothing = Split(np.arange(2, 6), np.arange(2), CATEGORY, INSTANCE, {"color": color.copy()})
    nothing.looks["color"][:] = ""
    assert nothing.wrong(similarity) == {}


def test_the_report_says_it_where_the_data_do(evaluated_small):
    results = evaluated_small("retrieval")[1]
    assert not any("wrong" in model for model in results["models"].values())
    models = results["models"]
    assert shared_table(models, {}) is None
    part = {"color": {"neighbours": 0.75, "expected": 0.25}}
    told = {name: model | {"wrong": part} for name, model in models.items()}
    sections = Retrieval.figures(results | {"models": told}, images=False)
    (table,) = next(s for s in sections if getattr(s, "title", "").startswith("What wrong")).figures
    assert table.rows[0].cells == ("0.750", "0.250")
    some = {"a": {"wrong": part}, "b": {"wrong": {"material": part["color"]}}}  # b errs elsewhere
    rows = shared_table(some, {"a": "a", "b": "b"}).rows
    assert rows[1].cells == ("n/a", "n/a", "0.750", "0.250")


def test_looks_are_read_where_they_are_stored(turntable_dir, monkeypatch):
    assert open_labelled(str(turntable_dir)).looks == {}
    cache = Dataset.open(turntable_dir).cache()
    cache.rows["description.color"] = np.full(len(cache.rows["split"]), "red", object)
    monkeypatch.setattr(Dataset, "cache", lambda *args: cache)
    labelled = open_labelled(str(turntable_dir))
    assert list(labelled.looks) == ["color"] and len(labelled.looks["color"]) == len(labelled.role)
