"""The queries that a report shows as failures."""

import numpy as np

from embodied_ssl.evaluation.gallery import Split, worst


def objects(count):
    """Each with four images in the gallery and two queries."""
    instance = np.repeat(np.arange(count), 6)
    is_query = np.arange(len(instance)) % 6 >= 4
    gallery, queries = np.flatnonzero(~is_query), np.flatnonzero(is_query)
    return Split(gallery, queries, category=instance % 3, instance=instance)


def test_the_worst_cases_are_those_whose_right_answer_comes_last_one_of_an_object():
    test = objects(6)
    count = len(test.gallery)
    similarity = np.tile(np.linspace(1, 0, count), (len(test.queries), 1))
    right = test.instance[test.queries][:, None] == test.instance[test.gallery][None]
    similarity[0] += 2 * right[0]  # the first query alone is answered
    found = worst(similarity, test)
    instances = test.instance[found["queries"]].tolist()
    assert len(set(instances)) == len(instances)
    assert found["ranks"] == sorted(found["ranks"], reverse=True) and found["ranks"][-1] > 1
    assert test.queries[0] not in found["queries"]
    for query, rank, answer in zip(*(found[k] for k in ("queries", "ranks", "right")), strict=True):
        assert test.instance[answer] == test.instance[query]
        assert test.gallery[rank - 1] == answer
    assert all(row == test.gallery[:5].tolist() for row in found["neighbours"])


def test_nothing_is_worst_where_everything_is_found():
    test = objects(6)
    right = test.instance[test.queries][:, None] == test.instance[test.gallery][None]
    assert worst(right.astype(float), test)["queries"] == []
