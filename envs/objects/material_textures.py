"""Material textures: the brightness pattern of each material, which shows through its paint.

Each function draws a (96, 96) factor about 1 that multiplies the colours.
"""

from __future__ import annotations

import cv2
import numpy as np

from embodied_ssl_envs.objects.decals import SIZE, noise


def _blurred_noise(rng: np.random.Generator, width: float, height: float) -> np.ndarray:
    """Gaussian noise of unit variance, blurred by ``width`` and ``height`` pixels, (96, 96)."""
    grains = cv2.GaussianBlur(
        rng.normal(0, 1, (SIZE, SIZE)).astype(np.float32), (0, 0), width, sigmaY=height
    )
    return grains / grains.std()


def glaze(rng: np.random.Generator) -> np.ndarray:
    """Uneven glaze of ceramic, sometimes with the specks of stoneware."""
    texture = 1 + 0.06 * noise(rng, 4, 4)
    if rng.random() < 0.5:
        texture = np.where(rng.random((SIZE, SIZE)) < rng.uniform(0.01, 0.06), 0.45, texture)
    return texture


def reflections(rng: np.random.Generator) -> np.ndarray:
    """Vertical streaks, light and dark, like reflections of windows in glass."""
    streaks = noise(rng, 1, int(rng.integers(6, 14)))
    return 0.92 + 0.25 * streaks + 0.25 * (streaks > 0.5) + 0.05 * noise(rng, 4, 1)


def brushed(rng: np.random.Generator) -> np.ndarray:
    """Horizontal scratches and the broad highlights of polished metal."""
    scratches = cv2.resize(rng.normal(0, 1, (SIZE, 5)), (SIZE, SIZE))
    return 1 + 0.07 * scratches + 0.4 * noise(rng, 1, int(rng.integers(4, 9)))


def grain(rng: np.random.Generator) -> np.ndarray:
    """Wood grain with pores and up to two knots."""
    rows, columns = np.mgrid[:SIZE, :SIZE] / SIZE
    bend = rng.uniform(0.02, 0.1) * noise(rng, 3, 3) + rng.uniform(-0.15, 0.15) * rows
    distance = columns + bend
    for _ in range(rng.integers(0, 3)):
        center = rng.uniform(0, 1, 2)
        away = np.hypot((rows - center[0]) * 0.5, columns - center[1])
        distance = distance + 0.12 * np.exp(-((away / 0.07) ** 2))
    rings = np.sin(2 * np.pi * rng.integers(5, 15) * distance)
    return 0.87 + 0.16 * rings * np.abs(rings) ** 0.5 + 0.06 * _blurred_noise(rng, 0.4, 5)


def moulded(rng: np.random.Generator) -> np.ndarray:
    """Smooth plastic with a gloss, sometimes with moulded ribs."""
    texture = 1 + 0.08 * noise(rng, 1, 3)
    if rng.random() < 0.3:
        ribs = np.sin(2 * np.pi * rng.integers(6, 20) * np.arange(SIZE) / SIZE)
        texture = texture * (1 + 0.12 * (ribs if rng.random() < 0.5 else ribs[:, None]))
    return texture


def corrugation(rng: np.random.Generator) -> np.ndarray:
    """The flutes of corrugated cardboard."""
    flutes = np.sin(2 * np.pi * 24 * np.arange(SIZE) / SIZE)
    return 0.95 + 0.05 * flutes + 0.05 * _blurred_noise(rng, 2.0, 0.5)


def fibres(rng: np.random.Generator) -> np.ndarray:
    """The nearly even surface of paper."""
    return 1 + 0.02 * _blurred_noise(rng, 0.8, 0.8)


def drips(rng: np.random.Generator) -> np.ndarray:
    """Wax with drips from the top."""
    runs = noise(rng, 2, 8)
    reach = 0.3 + 0.3 * noise(rng, 1, 12)
    rows = np.linspace(0, 1, SIZE)[:, None]
    return 0.95 + 0.06 * runs + 0.14 * (rows < reach)


def freckles(rng: np.random.Generator) -> np.ndarray:
    """The freckles and bruises of fruit."""
    texture = 1 + 0.08 * noise(rng, 2, 8)
    texture = np.where(rng.random((SIZE, SIZE)) < rng.uniform(0, 0.05), 0.65, texture)
    for _ in range(rng.integers(0, 7)):
        spot = tuple(int(value) for value in rng.integers(0, SIZE, 2))
        cv2.circle(texture, spot, int(rng.integers(1, 6)), 0.45, -1)
    return cv2.GaussianBlur(texture, (0, 0), 0.7)


def tread(rng: np.random.Generator) -> np.ndarray:
    """The grooves of a rubber tread."""
    rows, columns = np.mgrid[:SIZE, :SIZE] / SIZE
    count, slant = rng.integers(6, 16), rng.choice([-1, 0, 1])
    grooves = np.sin(2 * np.pi * count * (rows + slant * columns)) > rng.uniform(0.2, 0.8)
    if rng.random() < 0.4:
        grooves |= np.sin(2 * np.pi * count * (rows - columns)) > 0.6
    return np.where(grooves, 0.6, 1.0)


def pores(rng: np.random.Generator) -> np.ndarray:
    """The open pores of foam."""
    cells = _blurred_noise(rng, *[rng.uniform(0.7, 1.5)] * 2)
    return np.clip(1 + 0.12 * cells - 0.4 * (cells > 1.2), 0.3, 1.3)
