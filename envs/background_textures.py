"""Background textures: of tables, trays, floors, walls and furniture.

A fixed collection of procedural images, drawn once and kept in the cache folder, because Bullet
loads textures from files only. Texture ``i`` is the same image on every machine.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from embodied_ssl_envs.cache import cached

TEXTURES = 600
SIZE = 128

Pattern = Callable[[np.random.Generator], np.ndarray]


def _noise(rng: np.random.Generator, coarse: int, fine: int = 64) -> np.ndarray:
    """Smooth noise of several octaves in [-1, 1], (SIZE, SIZE)."""
    total = np.zeros((SIZE, SIZE), np.float32)
    cells, weight, weights = coarse, 1.0, 0.0
    while cells <= fine:
        grid = rng.uniform(-1, 1, (cells, cells)).astype(np.float32)
        total += weight * cv2.resize(grid, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)
        weights += weight
        cells, weight = cells * 2, weight * 0.6
    return total / weights


def _palette(rng: np.random.Generator, count: int) -> np.ndarray:
    """Colours of similar hue, (count, 3) in [0, 255], more often dull than bright."""
    hue = rng.uniform(0, 180)
    saturation = rng.uniform(0, 255) * rng.uniform(0.1, 1)
    value = rng.uniform(60, 245)
    spread = rng.normal(0, 1, (count, 3)) * (rng.uniform(3, 40), 30, 40)
    hsv = np.clip(np.add((hue, saturation, value), spread), 0, (359, 255, 255))
    hsv[:, 0] %= 180
    return cv2.cvtColor(hsv.astype(np.uint8)[None], cv2.COLOR_HSV2RGB)[0].astype(np.float32)


def _mottle(rng: np.random.Generator) -> np.ndarray:
    first, second = _palette(rng, 2)
    blend = _noise(rng, int(rng.choice([2, 4, 8, 16])))[..., None] / 2 + 0.5
    return first + (second - first) * blend


def _wood(rng: np.random.Generator) -> np.ndarray:
    dark, light = _palette(rng, 2)
    rows = np.linspace(0, rng.uniform(4, 14), SIZE)[:, None]
    rings = np.sin(2 * np.pi * (rows + rng.uniform(0.2, 0.9) * _noise(rng, 2, 8)))
    planks = int(rng.integers(1, 6))
    tones = rng.uniform(0.75, 1.1, planks)[(np.arange(SIZE) * planks) // SIZE]
    return (dark + (light - dark) * (rings / 2 + 0.5)[..., None]) * tones[:, None, None]


def _tiles(rng: np.random.Generator) -> np.ndarray:
    count = int(rng.integers(2, 9))
    colors = _palette(rng, int(rng.integers(2, 5)))
    which = rng.integers(0, len(colors), (count, count))
    if rng.random() < 0.5:
        which = np.add.outer(np.arange(count), np.arange(count)) % 2
    image = cv2.resize(colors[which], (SIZE, SIZE), interpolation=cv2.INTER_NEAREST)
    grout = (np.arange(SIZE) * count % SIZE) < count * int(rng.integers(1, 4))
    image[grout] = image[:, grout] = _palette(rng, 1)[0]
    return image


def _stripes(rng: np.random.Generator) -> np.ndarray:
    colors = _palette(rng, int(rng.integers(2, 5)))
    x, y = np.meshgrid(np.arange(SIZE), np.arange(SIZE))
    angle = rng.choice([0, np.pi / 2, rng.uniform(0, np.pi)])
    phase = (x * np.cos(angle) + y * np.sin(angle)) * rng.uniform(3, 20) / SIZE
    return colors[(phase.astype(int)) % len(colors)]


def _weave(rng: np.random.Generator) -> np.ndarray:
    first, second = _palette(rng, 2)
    count = rng.uniform(8, 32)
    wave = np.sin(np.linspace(0, 2 * np.pi * count, SIZE))
    blend = (np.outer(wave, wave) / 2 + 0.5)[..., None]
    return first + (second - first) * blend


def _blots(rng: np.random.Generator) -> np.ndarray:
    colors = _palette(rng, 5) if rng.random() < 0.6 else rng.uniform(0, 255, (5, 3))
    image = np.tile(colors[0], (SIZE, SIZE, 1)).astype(np.float32)
    for _ in range(int(rng.integers(10, 60))):
        center = tuple(int(value) for value in rng.integers(0, SIZE, 2))
        axes = tuple(int(value) for value in rng.integers(3, 30, 2))
        color = colors[rng.integers(1, len(colors))].tolist()
        cv2.ellipse(image, center, axes, rng.uniform(0, 360), 0, 360, color, -1)
    return image


PATTERNS: tuple[Pattern, ...] = (_mottle, _wood, _tiles, _stripes, _weave, _blots)


def textures_of(*patterns: str) -> np.ndarray:
    """Numbers of the textures of some patterns, such as "wood" or "tiles"; of all if none."""
    names = [pattern.__name__.strip("_") for pattern in PATTERNS]
    wanted = [names.index(name) for name in patterns or names]
    return np.flatnonzero(np.isin(np.arange(TEXTURES) % len(PATTERNS), wanted))


def draw_background_texture(index: int) -> np.ndarray:
    """Texture ``index`` as (SIZE, SIZE, 3) uint8 RGB."""
    rng = np.random.default_rng(np.random.SeedSequence([0x5EED, index]))
    image = PATTERNS[index % len(PATTERNS)](rng)
    image = image * (1 + 0.15 * rng.random() * _noise(rng, 4))[..., None]
    return np.clip(image + rng.normal(0, rng.uniform(0, 8), image.shape), 0, 255).astype(np.uint8)


def texture_file(index: int) -> str:
    """Path of the image of texture ``index`` (0 to TEXTURES - 1), drawn when first asked for."""
    return cached(f"surfaces-1/{index:04d}.png", lambda: _png(draw_background_texture(index)))


def _png(image: np.ndarray) -> bytes:
    return cv2.imencode(".png", image[..., ::-1])[1].tobytes()
