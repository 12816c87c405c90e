"""From the features of a trunk's stages to one vector an image.

Whatever is fitted is fitted on a gallery, never on queries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from sklearn.decomposition import PCA

from embodied_ssl.evaluation.recall import normalized

Features = dict[tuple[str, str], np.ndarray]
"""(stage, pooling) -> (N, C) float32; pooling is "mean" or "max", or "" where nothing is pooled."""

WHITENED_DIMS = (128, 256, 512)


@dataclass(frozen=True)
class OneStage:
    """One pooled stage, centred on the mean of the gallery."""

    stage: str
    pooling: str

    @property
    def label(self) -> str:
        return " ".join(filter(None, (self.stage, self.pooling)))


@dataclass(frozen=True)
class Whitened:
    """Every stage mean-pooled and of unit length, side by side, then PCA-whitened."""

    dim: int

    @property
    def label(self) -> str:
        return f"whitened {self.dim}"


Embedding = OneStage | Whitened


@dataclass(frozen=True)
class Encoder:
    """An embedding with what was fitted on a gallery: features in, one vector an image out."""

    embedding: Embedding
    mean: Float[np.ndarray, " C"]
    """Of the gallery."""
    components: Float[np.ndarray, "D C"] | None = None
    """Principal directions, where the embedding whitens."""
    scale: Float[np.ndarray, " D"] | None = None
    """Standard deviation of the gallery along each of them."""

    def __call__(self, features: Features) -> Float[np.ndarray, "N D"]:
        if isinstance(self.embedding, OneStage):
            return features[self.embedding.stage, self.embedding.pooling] - self.mean
        turned = side_by_side(features) @ self.components.T - self.mean @ self.components.T
        return turned / self.scale


def whitening(gallery: Features, dim: int, seed: int) -> PCA:
    """The decomposition of a gallery, or of fewer dimensions where its images are fewer."""
    vectors = side_by_side(gallery)
    limit = min(len(vectors) - 1, vectors.shape[1])
    return principal(PCA(min(dim, limit), whiten=True, random_state=seed), vectors)


def principal(pca: PCA, vectors: np.ndarray) -> PCA:
    """The decomposition fitted to vectors (N, D), which may all be alike."""
    with np.errstate(invalid="ignore", divide="ignore"):  # shares of no variance
        return pca.fit(vectors)


def candidates(gallery: Features) -> list[Embedding]:
    """Every embedding that these features allow, single stages first."""
    images = len(next(iter(gallery.values())))
    width = sum(values.shape[1] for (_, pooling), values in gallery.items() if pooling != "max")
    limit = min(images - 1, width)
    dims = [dim for dim in WHITENED_DIMS if dim <= limit] or [limit]
    return [OneStage(*key) for key in gallery] + [Whitened(dim) for dim in dims]


def raw(features: Features) -> OneStage:
    """The last pooled stage, mean-pooled: nothing is chosen, so models compare like for like."""
    pooled = [key for key in features if key[1] == "mean"]
    return OneStage(*(pooled or list(features))[-1])


def side_by_side(features: Features) -> np.ndarray:
    """(N, sum of C): every stage, mean-pooled where there is a choice, scaled to unit length."""
    return np.hstack([normalized(x) for (_, pooling), x in features.items() if pooling != "max"])


def fit(embeddings: Sequence[Embedding], gallery: Features, seed: int = 0) -> list[Encoder]:
    """One encoder ``features -> (N, D)`` for each embedding, fitted on the gallery alone.

    Args:
        embeddings: what to fit; all whitened ones share one decomposition.
        gallery: the features of the gallery's images.
        seed: of the randomised decomposition, used when the features are many.
    """
    dims = [embedding.dim for embedding in embeddings if isinstance(embedding, Whitened)]
    pca = whitening(gallery, max(dims), seed) if dims else None

    def encoder(embedding: Embedding) -> Encoder:
        if isinstance(embedding, OneStage):
            mean = gallery[embedding.stage, embedding.pooling].mean(axis=0)
            return Encoder(embedding, mean)
        scale = np.sqrt(pca.explained_variance_)
        scale = np.maximum(scale, np.finfo(scale.dtype).eps)[: embedding.dim]
        return Encoder(embedding, pca.mean_, pca.components_[: embedding.dim], scale)

    return [encoder(embedding) for embedding in embeddings]


def select(features: Features, rows: np.ndarray) -> Features:
    """The features of some of the images."""
    return {key: values[rows] for key, values in features.items()}
