"""Captions say what the simulator knows, and nothing else."""

import numpy as np
import pytest

from embodied_ssl.data import Dataset
from embodied_ssl.sampling.captions import captions


@pytest.fixture
def tabletop(tabletop_dir):
    return Dataset.open(tabletop_dir).cache()


def rows_of(cache, interaction, instance):
    columns = cache.rows
    chosen = columns["interaction"] == interaction
    return np.flatnonzero(chosen & (columns["object.instance"] == instance))


def test_a_sentence_for_each_interaction(tabletop):
    rows = [rows_of(tabletop, name, "household/bowl/00005")[0] for name in ("push", "poke")]
    assert captions(tabletop, np.array(rows)) == [
        "A robot pushes a steel bowl.",
        "A robot pokes a steel bowl.",
    ]


def test_a_grasp_says_how_it_ended(tabletop):
    grasps = np.flatnonzero(tabletop.rows["interaction"] == "grasp")
    said = captions(tabletop, grasps)
    assert {True, False} == set(tabletop.rows["success"][grasps].tolist())
    for row, sentence in zip(grasps, said, strict=True):
        thing = f"a {tabletop.rows['object.material'][row]} {tabletop.rows['object.kind'][row]}"
        end = "and lifts it." if tabletop.rows["success"][row] else "but fails."
        assert thing in sentence and sentence.endswith(end)
    look = np.flatnonzero(tabletop.rows["interaction"] == "look")[:1]
    assert captions(tabletop, look)[0].startswith("A robot holds a ")


def test_an_article_fits_its_noun(tabletop):
    push = np.flatnonzero(tabletop.rows["interaction"] == "push")[:1]
    tabletop.rows["object.kind"][push], tabletop.rows["object.material"][push] = "apple", ""
    assert captions(tabletop, push) == ["A robot pushes an apple."]


def test_rooms_are_named_by_their_kind(rooms_dir):
    cache = Dataset.open(rooms_dir).cache()
    assert captions(cache, np.array([0, 48, 1])) == [
        "A view of a kitchen.",
        "A view of an office.",
        "A view of a kitchen.",
    ]
