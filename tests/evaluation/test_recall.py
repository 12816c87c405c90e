"""Recall@k against hand-made cases, loops and scikit-learn."""

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from embodied_ssl.evaluation.recall import RANKS, cosine, first_hit, nearest, recall_at, recalls


def labelled_vectors(seed, queries=60, gallery=90, dim=7, instances=24, kinds=6):
    rng = np.random.default_rng(seed)
    kind_of = rng.integers(kinds, size=instances)

    def draw(count):
        instance = rng.integers(instances, size=count)
        return rng.normal(size=(count, dim)).astype(np.float32), kind_of[instance], instance

    return draw(queries), draw(gallery)


def test_a_case_counted_by_hand():
    similarity = np.array([[0.9, 0.8, 0.7], [0.1, 0.2, 0.3], [0.3, 0.2, 0.1]])
    correct = np.array([[1, 0, 0], [1, 0, 0], [0, 0, 0]], bool)
    hits = first_hit(similarity, correct)
    assert hits.tolist() == [0, 2, -1]
    assert recall_at(hits, (1, 2, 3)) == {"1": 0.5, "2": 0.5, "3": 1.0}


def test_equal_similarities_keep_the_order_of_the_gallery():
    similarity = np.ones((1, 4))
    for place in range(4):
        assert first_hit(similarity, np.arange(4)[None] == place).tolist() == [place]
    assert nearest(similarity, 3).tolist() == [[0, 1, 2]]


def test_ignored_items_neither_count_nor_stand_before_others():
    similarity = np.array([[0.9, 0.8, 0.7, 0.6]])
    correct = np.array([[True, False, True, False]])
    ignored = np.array([[True, True, False, False]])
    assert first_hit(similarity, correct, ignored).tolist() == [0]


@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_loops_over_sorted_neighbours(seed):
    (q, q_kind, q_instance), (g, g_kind, g_instance) = labelled_vectors(seed)
    got = recalls(cosine(q, g), (q_kind, q_instance), (g_kind, g_instance))
    counts = {level: {k: [] for k in RANKS} for level in got}
    for vector, kind, instance in zip(q, q_kind, q_instance, strict=True):
        angle = [np.dot(vector, v) / np.linalg.norm(vector) / np.linalg.norm(v) for v in g]
        order = sorted(range(len(g)), key=lambda i: -angle[i])
        others = [i for i in order if g_instance[i] != instance]
        for level, answers in (
            ("instance", [g_instance[i] == instance for i in order]),
            ("category", [g_kind[i] == kind for i in order]),
            ("category_without_own", [g_kind[i] == kind for i in others]),
        ):
            if any(answers):
                for k in RANKS:
                    counts[level][k].append(any(answers[:k]))
    for level, by_rank in counts.items():
        for k, answers in by_rank.items():
            assert got[level][str(k)] == pytest.approx(np.mean(answers))
            assert got[level]["queries"] == len(answers)
        low, high = got[level]["low"], got[level]["high"]
        assert 0 <= low <= got[level]["1"] <= high <= 1 and high - low < 0.8


def test_the_interval_is_over_objects_not_over_their_images():
    """Two objects, one always found and one never: how many images they have says nothing."""
    for images in (2, 50):
        similarity = np.tile([[0.9, 0.1]], (2 * images, 1))  # the first item is nearest to all
        labels = np.repeat([0, 1], images)
        found = recalls(similarity, (labels, labels), (np.array([0, 1]), np.array([0, 1])))
        assert found["instance"]["1"] == 0.5
        assert (found["instance"]["low"], found["instance"]["high"]) == (0.0, 1.0)
    none = found["category_without_own"]
    assert none["1"] is None and none["low"] is None


def test_agrees_with_scikit_learn():
    (q, _, q_instance), (g, _, g_instance) = labelled_vectors(9)
    _, found = NearestNeighbors(metric="cosine", n_neighbors=20).fit(g).kneighbors(q)
    right = g_instance[found] == q_instance[:, None]
    known = np.isin(q_instance, g_instance)
    hits = first_hit(cosine(q, g), q_instance[:, None] == g_instance[None])
    for k, share in recall_at(hits).items():
        assert share == pytest.approx(right[known, : int(k)].any(axis=1).mean())
    assert (nearest(cosine(q, g), 20) == found).all()


def test_a_vector_of_zeros_is_similar_to_nothing_and_breaks_nothing():
    assert (cosine(np.zeros((1, 3), np.float32), np.eye(3, dtype=np.float32)) == 0).all()
