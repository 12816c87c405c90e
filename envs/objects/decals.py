"""Decals, the patterns painted or printed on objects: bands, dots, checks, flowers, labels."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

Colors = np.ndarray
"""(K, 3) RGB in [0, 255]."""
Image = np.ndarray
"""(96, 96, 3) float32 RGB; the columns run around the object, the rows from top to bottom."""

SIZE = 96


def plain(color: np.ndarray) -> Image:
    """One colour."""
    return np.broadcast_to(color, (SIZE, SIZE, 3)).astype(np.float32).copy()


def blend(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Linear interpolation from the first colour (share 0) to the second (share 1)."""
    return (first + (second - first) * share[..., None]).astype(np.float32)


def noise(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Smooth noise in [-1, 1] on a grid of cells, (96, 96), periodic along the columns."""
    cells = rng.uniform(-1, 1, (rows, columns))
    around = np.concatenate([cells, cells[:, :1]], axis=1)
    return np.clip(cv2.resize(around, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC), -1, 1)


def bands(rng: np.random.Generator, image: Image, colors: Colors) -> Image:
    """Horizontal bands around the object."""
    for _ in range(rng.integers(1, 6)):
        top, height = rng.integers(0, SIZE), rng.integers(2, 16)
        image[top : top + height] = colors[rng.integers(len(colors))]
    return image


def stripes(rng: np.random.Generator, image: Image, colors: Colors) -> Image:
    """Vertical or slanted stripes."""
    rows, columns = np.mgrid[:SIZE, :SIZE] / SIZE
    phase = (rng.integers(3, 14) * columns + rng.integers(-4, 5) * rows) % 1
    for color in colors[: rng.integers(1, 3)]:
        start = rng.uniform(0, 0.7)
        image[(phase > start) & (phase < start + rng.uniform(0.15, 0.45))] = color
    return image


def dots(rng: np.random.Generator, image: Image, colors: Colors) -> Image:
    """A lattice of dots."""
    count = int(rng.integers(3, 9))
    radius = int(rng.uniform(0.15, 0.4) * SIZE / count)
    colors = colors[: rng.integers(1, len(colors) + 1)]
    for row in range(count):
        for column in range(count + 1):
            x = (column + 0.5 * (row % 2)) * SIZE / count
            center = (round(x), round((row + 0.5) * SIZE / count))
            color = colors[(row + column) % len(colors)].tolist()
            cv2.circle(image, center, max(radius, 1), color, -1)
    return image


def checks(rng: np.random.Generator, image: Image, colors: Colors) -> Image:
    """A checkerboard, or a tartan of crossing bands."""
    count = int(rng.integers(3, 10))
    rows, columns = (np.mgrid[:SIZE, :SIZE] * count) // SIZE
    if rng.random() < 0.5:
        image[(rows + columns) % 2 == 0] = colors[0]
        return image
    image[rows % 2 == 0] = (image[rows % 2 == 0] + colors[0]) / 2
    image[columns % 2 == 0] = (image[columns % 2 == 0] + colors[1]) / 2
    return image


def zigzag(rng: np.random.Generator, image: Image, colors: Colors) -> Image:
    """Zigzags or waves around the object."""
    count, swing = rng.integers(3, 9), rng.uniform(3, 12)
    turn = np.arange(SIZE) * count / SIZE % 1
    wave = np.abs(turn - 0.5) * 4 - 1 if rng.random() < 0.5 else np.sin(2 * np.pi * turn)
    rows = np.arange(SIZE)[:, None]
    for _ in range(rng.integers(1, 5)):
        middle, half = rng.uniform(0, SIZE), rng.uniform(1.5, 5)
        line = np.abs(rows - middle - swing * wave) < half
        image[line] = colors[rng.integers(len(colors))]
    return image


def flowers(rng: np.random.Generator, image: Image, colors: Colors) -> Image:
    """Scattered flowers or stars."""
    petals = int(rng.integers(4, 8))
    for _ in range(rng.integers(3, 12)):
        center = rng.uniform(0, SIZE, 2)
        reach, start = rng.uniform(4, 11), rng.uniform(0, np.pi)
        color = colors[rng.integers(len(colors))].tolist()
        for turn in start + 2 * np.pi * np.arange(petals) / petals:
            tip = center + reach * np.array([np.cos(turn), np.sin(turn)])
            middle = tuple(np.round((center + tip) / 2).astype(int).tolist())
            axes = (max(int(reach / 2), 1), max(int(reach / 4), 1))
            cv2.ellipse(image, middle, axes, np.degrees(turn), 0, 360, color, -1)
        heart = colors[rng.integers(len(colors))].tolist()
        cv2.circle(image, tuple(center.astype(int).tolist()), max(int(reach / 4), 1), heart, -1)
    return image


def splashes(rng: np.random.Generator, image: Image, colors: Colors) -> Image:
    """Irregular splashes of paint."""
    for color in colors[: rng.integers(1, 4)]:
        cells = int(rng.integers(3, 9))
        image[noise(rng, cells, cells) > rng.uniform(0.15, 0.5)] = color
    return image


def polygons(rng: np.random.Generator, image: Image, colors: Colors) -> Image:
    """Large convex polygons of one colour each."""
    for _ in range(rng.integers(2, 9)):
        corners = rng.uniform(-15, 15, (rng.integers(3, 6), 2)) + rng.uniform(0, SIZE, 2)
        hull = cv2.convexHull(corners.astype(np.int32))
        cv2.fillConvexPoly(image, hull, colors[rng.integers(len(colors))].tolist())
    return image


def label(rng: np.random.Generator, image: Image, colors: Colors) -> Image:
    """A label with a heading, an emblem and lines of print, on the front and on the back."""
    paper, ink, accent = colors[rng.permutation(len(colors))[:3]]
    if np.abs(paper - ink).sum() < 150:  # print is legible
        ink = 255 - paper
    top, bottom = rng.uniform(0.05, 0.3), rng.uniform(0.65, 0.95)
    first, last = round(top * SIZE), round(bottom * SIZE)
    width = int(rng.integers(24, 49))
    band = np.broadcast_to(paper, (last - first, width, 3)).astype(np.float32).copy()
    tall = len(band)
    heading = int(tall * rng.uniform(0.15, 0.35))
    band[:heading] = accent
    _print_line(rng, band[heading // 4 : 3 * heading // 4 + 1], paper)
    emblem = (width // 2, int(tall * rng.uniform(0.45, 0.65)))
    radius = int(rng.uniform(0.1, 0.2) * tall) + 2
    if rng.random() < 0.5:
        cv2.circle(band, emblem, radius, accent.tolist(), -1)
        cv2.circle(band, emblem, radius // 2, ink.tolist(), -1)
    else:
        corners = np.array(emblem) + radius * rng.uniform(-1, 1, (5, 2))
        cv2.fillConvexPoly(band, cv2.convexHull(corners.astype(np.int32)), ink.tolist())
    for row in range(int(tall * 0.82), tall - 1, 3):
        _print_line(rng, band[row : row + 1], ink)
    for left in (0, SIZE // 2):
        image[first:last, left : left + width] = band
    return image


def _print_line(rng: np.random.Generator, rows: Image, ink: np.ndarray) -> None:
    """Paint strokes that look like words onto rows of the image, in place."""
    left = 2
    while left < rows.shape[1] - 3:
        stroke = int(rng.integers(1, 6))
        rows[:, left : min(left + stroke, rows.shape[1] - 2)] = ink
        left += stroke + int(rng.integers(1, 3))


DECALS: tuple[Callable[[np.random.Generator, Image, Colors], Image], ...] = (
    bands, stripes, dots, checks, zigzag, flowers, splashes, polygons,
)  # fmt: skip


def add_decals(rng: np.random.Generator, image: Image, colors: Colors) -> Image:
    """The image with one decal, sometimes two."""
    for _ in range(1 + (rng.random() < 0.25)):
        image = DECALS[rng.integers(len(DECALS))](rng, image, colors)
    return image
