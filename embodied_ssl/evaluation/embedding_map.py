"""An embedding on a plane: t-SNE (van der Maaten and Hinton, 2008), drawn with the images."""

from __future__ import annotations

import cv2
import numpy as np
from jaxtyping import Float, UInt8
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

from embodied_ssl.evaluation.embedding import principal
from embodied_ssl.evaluation.recall import normalized

LEAST = 12  # images that make a map
PERPLEXITY, ITERATIONS = 20, 500
HEIGHT, WIDTH = 600, 1120  # of the drawing
SIDE, FRAME = 60, 4  # of an image on it, with its frame on both sides
PAPER, RIGHT, WRONG = (228, 228, 228), (47, 143, 83), (198, 70, 63)


def on_a_plane(vectors: Float[np.ndarray, "N D"], seed: int) -> Float[np.ndarray, "N 2"]:
    """Places at which images lie near those that are near by cosine; all at one where all vectors
    are alike."""
    vectors = normalized(vectors - vectors.mean(0))
    start = principal(PCA(2, random_state=seed), vectors).transform(vectors)
    scale = start[:, 0].std()
    if not scale:
        return np.zeros((len(vectors), 2))
    perplexity = min(PERPLEXITY, (len(vectors) - 1) / 3)
    tsne = TSNE(
        perplexity=perplexity, init=np.float32(1e-4 * start / scale), max_iter=ITERATIONS,
        random_state=seed,
    )  # fmt: skip
    return tsne.fit_transform(vectors)


def agreement(points: Float[np.ndarray, "N 2"], category: np.ndarray) -> np.ndarray:
    """(N,) bool: the nearest on the map is of the same category."""
    nearest = NearestNeighbors(n_neighbors=1).fit(points).kneighbors(return_distance=False)[:, 0]
    return category[nearest] == category


def drawn(
    images: UInt8[np.ndarray, "N S S 3"], points: Float[np.ndarray, "N 2"], right: np.ndarray
) -> UInt8[np.ndarray, "H W 3"]:
    """Images where they lie; those that would cover one before them are dots.

    Args:
        images: at any size.
        points: where they lie on the plane.
        right: (N,) bool, those framed green; the others red.
    """
    paper = np.full((HEIGHT, WIDTH, 3), PAPER, np.uint8)
    low, span = points.min(0), np.maximum(np.ptp(points, axis=0), 1e-9)
    room = np.array([WIDTH, HEIGHT]) - SIDE
    places = np.rint((points - low) / span * room + SIDE / 2).astype(int)
    shown: list[int] = []
    for i, place in enumerate(places):
        if all(np.abs(place - places[other]).max() >= SIDE for other in shown):
            shown.append(i)
    for i in sorted(set(range(len(places))) - set(shown)):
        colour = RIGHT if right[i] else WRONG
        cv2.circle(paper, places[i].tolist(), 4, colour, -1, cv2.LINE_AA)
    for i in shown:
        (x, y), half = places[i], SIDE // 2
        inside = (SIDE - FRAME, SIDE - FRAME)
        paper[y - half : y + half, x - half : x + half] = RIGHT if right[i] else WRONG
        edge = half - FRAME // 2
        small = cv2.resize(np.asarray(images[i]), inside, interpolation=cv2.INTER_AREA)
        paper[y - edge : y + edge, x - edge : x + edge] = small
    return paper
