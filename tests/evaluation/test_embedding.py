"""What is fitted on the gallery, and only there."""

import numpy as np
import pytest

from embodied_ssl.evaluation.embedding import OneStage, Whitened, candidates, fit, select


def features(count=300, seed=0):
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(count, 20)).astype(np.float32)
    return {
        ("conv1", "mean"): hidden @ rng.normal(size=(20, 30)).astype(np.float32),
        ("conv1", "max"): hidden @ rng.normal(size=(20, 30)).astype(np.float32) + 5,
        ("fc1", ""): hidden @ rng.normal(size=(20, 120)).astype(np.float32)
        - 3
        + rng.normal(size=(count, 120)).astype(np.float32),
    }


def test_candidates_are_every_stage_and_the_whitenings_that_fit():
    labels = [embedding.label for embedding in candidates(features())]
    assert labels == ["conv1 mean", "conv1 max", "fc1", "whitened 128"]
    assert candidates(features(count=12))[-1] == Whitened(11)


@pytest.mark.parametrize("embedding", candidates(features()), ids=lambda e: e.label)
def test_what_is_fitted_does_not_depend_on_queries(embedding):
    everything = features()
    gallery = select(everything, np.arange(200))
    (encoder,) = fit([embedding], gallery)
    alone = encoder(select(everything, np.arange(200, 201)))
    among_others = encoder(select(everything, np.arange(200, 300)))[:1]
    np.testing.assert_allclose(alone, among_others, rtol=1e-4, atol=1e-5)


def test_one_stage_is_centred_on_the_gallery():
    gallery = features()
    for key in gallery:
        (encoder,) = fit([OneStage(*key)], gallery)
        np.testing.assert_allclose(encoder(gallery).mean(axis=0), 0, atol=1e-4)


def test_whitened_gallery_has_unit_covariance():
    gallery = features()
    (encoder,) = fit([Whitened(40)], gallery)
    np.testing.assert_allclose(np.cov(encoder(gallery).T), np.eye(40), atol=2e-2)


def test_whitening_agrees_with_the_eigenvectors_of_the_covariance():
    gallery = features()
    (encoder,) = fit([Whitened(25)], gallery)
    unit = [
        gallery[key] / np.linalg.norm(gallery[key], axis=1, keepdims=True)
        for key in (("conv1", "mean"), ("fc1", ""))
    ]
    joined = np.hstack(unit).astype(np.float64)
    values, vectors = np.linalg.eigh(np.cov(joined.T))
    expected = (joined - joined.mean(axis=0)) @ vectors[:, ::-1][:, :25]
    expected /= np.sqrt(values[::-1][:25])
    np.testing.assert_allclose(np.abs(encoder(gallery)), np.abs(expected), atol=5e-2)


def test_a_small_gallery_allows_fewer_dimensions():
    (encoder,) = fit([Whitened(128)], features(count=10))
    assert encoder(features(count=10)).shape == (10, 9)
