"""Near stays near on the map, and every image is on it."""

import numpy as np

from embodied_ssl.evaluation.embedding_map import (
    HEIGHT,
    PAPER,
    RIGHT,
    SIDE,
    WIDTH,
    WRONG,
    agreement,
    drawn,
    on_a_plane,
)


def test_clusters_stay_together_whatever_the_length_of_their_vectors():
    rng = np.random.default_rng(0)
    category = np.repeat(np.arange(3), 20)
    vectors = 4 * np.eye(3, 8)[category] + rng.normal(size=(60, 8)) / 3
    vectors *= rng.uniform(0.2, 5, (60, 1))
    vectors -= vectors.mean(0)
    points = on_a_plane(vectors, 0)
    assert points.shape == (60, 2) and agreement(points, category).mean() > 0.9
    assert np.array_equal(points, on_a_plane(vectors, 0))


def test_vectors_that_are_all_alike_are_one_point():
    assert not on_a_plane(np.ones((20, 5)), 0).any()


def test_images_that_would_cover_another_are_dots():
    images = np.zeros((4, 8, 8, 3), np.uint8)
    points = np.array([[0, 0], [0.02, 0], [1, 1], [1, 0]])
    right = np.array([True, False, True, False])
    paper = drawn(images, points, right)
    assert paper.shape == (HEIGHT, WIDTH, 3)
    black = (paper == 0).all(2)
    assert black.sum() > 2.5 * (SIDE - 4) ** 2 and black[SIDE // 2, SIDE // 2]
    assert (paper[0, 0] == RIGHT).all() and (paper[0, -1] == WRONG).all()
    assert (paper[-1, 0] == PAPER).all()
    assert (drawn(images, np.zeros((4, 2)), right) != PAPER).any()
