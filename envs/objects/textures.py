"""Pictures of materials: what an object is made of shows, and no two objects look the same.

A texture is (128, 96) pixels: the upper (96, 96) hold the body's picture, the row of four fields of
(32, 24) at the foot holds the trims (handles, lids, insides). Colours come from a few palettes that
many objects share, so colour alone does not tell objects apart.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from embodied_ssl_envs.objects.motifs import Colors, blend, decorate, label, noise, plain

BODY = 96

Painter = Callable[[np.random.Generator, Colors], np.ndarray]

PALETTES = np.array(
    [
        [(236, 229, 214), (178, 58, 52), (38, 70, 83), (233, 196, 106), (42, 157, 143)],
        [(245, 245, 240), (32, 80, 160), (230, 57, 70), (29, 53, 87), (168, 218, 220)],
        [(250, 237, 205), (212, 163, 115), (96, 108, 56), (40, 54, 24), (188, 108, 37)],
        [(241, 250, 238), (106, 76, 147), (25, 130, 196), (138, 201, 38), (255, 202, 58)],
        [(222, 226, 230), (52, 58, 64), (134, 142, 150), (240, 140, 0), (201, 42, 42)],
        [(255, 240, 243), (201, 24, 74), (255, 143, 163), (89, 13, 34), (120, 170, 160)],
    ],
    float,
)
WOODS = np.array([(196, 150, 98), (150, 98, 58), (222, 188, 140), (104, 66, 42), (176, 120, 70)])
METALS = np.array([(176, 180, 186), (140, 146, 154), (196, 164, 92), (186, 118, 82), (90, 94, 102)])


def draw_texture(rng: np.random.Generator, material: str, trims: tuple[str, ...]) -> np.ndarray:
    """The texture of an object whose body and trims are made of the named materials.

    Returns:
        (128, 96, 3) uint8 RGB.
    """
    palette = rng.permutation(PALETTES[rng.integers(len(PALETTES))])
    palette = np.clip(palette + rng.normal(0, 12, palette.shape), 0, 255)
    image = np.zeros((BODY * 4 // 3, BODY, 3), np.float32)
    image[:BODY] = PAINTERS[material](rng, palette)
    for place, trim in enumerate(trims):
        # Handles and lids are plain: their material without the body's decoration.
        picture = (
            PAINTERS[trim](rng, np.roll(palette, -1 - place, axis=0))
            if trim in TEXTURED
            else plain(palette[1 + place % 4])
        )
        left = place * BODY // 4
        image[BODY:, left : left + BODY // 4] = cv2.resize(picture, (BODY // 4, BODY // 3))
    return np.clip(image, 0, 255).astype(np.uint8)


def ceramic(rng: np.random.Generator, colors: Colors) -> np.ndarray:
    """A glaze with a soft pooling of colour, often decorated, sometimes dipped."""
    image = plain(colors[0]) * (1 + 0.05 * noise(rng, 4, 4))[..., None]
    if rng.random() < 0.3:  # dipped in a second glaze
        level = BODY * rng.uniform(0.3, 0.7) + 6 * noise(rng, 1, 8)[0]
        image[np.arange(BODY)[:, None] < level] = colors[1]
    if rng.random() < 0.7:
        image = decorate(rng, image, colors[1:])
    if rng.random() < 0.4:  # speckled stoneware
        specks = rng.random((BODY, BODY)) < rng.uniform(0.01, 0.05)
        image[specks] *= 0.45
    return image


def wood(rng: np.random.Generator, colors: Colors) -> np.ndarray:
    """Grain along the object, knots, sometimes a painted band."""
    tone = WOODS[rng.integers(len(WOODS))] * rng.uniform(0.85, 1.1)
    rows, columns = np.mgrid[:BODY, :BODY] / BODY
    bend = rng.uniform(0.02, 0.12) * noise(rng, 3, 3)
    rings = np.sin(2 * np.pi * rng.uniform(5, 14) * (columns + bend + 0.1 * rows))
    image = blend(tone * 0.62, tone * 1.12, rings / 2 + 0.5)
    image *= (1 + 0.12 * cv2.resize(rng.normal(0, 1, (4, BODY)), (BODY, BODY)))[..., None]
    for _ in range(rng.integers(0, 3)):
        knot = tuple(int(value) for value in rng.integers(8, BODY - 8, 2))
        for radius in (7, 4, 2):
            cv2.ellipse(
                image,
                knot,
                (radius // 2 + 1, radius),
                0,
                0,
                360,
                (tone * (0.3 + 0.07 * radius)).tolist(),
                -1,
            )
    if rng.random() < 0.35:
        image = decorate(rng, image, colors[1:])
    return image


def metal(rng: np.random.Generator, colors: Colors) -> np.ndarray:
    """Brushed along the rows, with the bright and dark bands of a polished curve."""
    tone = METALS[rng.integers(len(METALS))]
    brushed = cv2.resize(rng.normal(0, 1, (BODY, 6)), (BODY, BODY))
    shine = noise(rng, 1, int(rng.integers(4, 10)))
    image = tone * (1 + 0.07 * brushed + 0.4 * shine)[..., None]
    if rng.random() < 0.4:
        image = label(rng, image, colors)
    return image


def plastic(rng: np.random.Generator, colors: Colors) -> np.ndarray:
    """One flat colour with a printed label or motif."""
    image = plain(colors[0])
    if rng.random() < 0.5:
        return label(rng, image, colors[1:])
    return decorate(rng, image, colors[1:])


def cardboard(rng: np.random.Generator, colors: Colors) -> np.ndarray:
    """Brown fibres, or a printed carton."""
    image = plain(np.array((178, 140, 98)) * rng.uniform(0.8, 1.15))
    image *= (1 + 0.05 * rng.normal(0, 1, (BODY, 1)) + 0.03 * noise(rng, 30, 30))[..., None]
    if rng.random() < 0.7:
        image = blend(image, colors[0], np.full((BODY, BODY), rng.uniform(0.4, 0.95)))
        image = decorate(rng, image, colors[1:])
    return label(rng, image, colors[1:])


def paper(rng: np.random.Generator, colors: Colors) -> np.ndarray:
    """A printed cover."""
    image = plain(colors[0])
    if rng.random() < 0.6:
        image = decorate(rng, image, colors[1:])
    return label(rng, image, colors[1:])


def glass(rng: np.random.Generator, colors: Colors) -> np.ndarray:
    """Pale, with upright reflections and a greenish or bluish cast."""
    tint = np.array([(205, 228, 222), (190, 215, 235), (214, 224, 214), (120, 160, 110)])
    tone = blend(tint[rng.integers(4)], colors[0], np.array(rng.choice([0.0, 0.25])))
    shine = noise(rng, 1, int(rng.integers(5, 12)))
    image = plain(tone) * (1 + 0.18 * shine + 0.06 * noise(rng, 4, 1))[..., None]
    image[:, shine[0] > 0.55] = 250
    if rng.random() < 0.5:
        image = decorate(rng, image, colors[1:])
    return image


def foam(rng: np.random.Generator, colors: Colors) -> np.ndarray:
    """Open pores, soft colours, blocks of another colour now and then."""
    image = plain(colors[0] * 0.6 + 90)
    if rng.random() < 0.5:
        image = decorate(rng, image, colors[1:] * 0.6 + 80)
    pores = cv2.GaussianBlur(rng.normal(0, 1, (BODY, BODY)), (0, 0), rng.uniform(0.6, 1.4))
    pores /= pores.std()
    return image * np.clip(1 + 0.12 * pores - 0.4 * (pores > 1.3), 0.3, 1.3)[..., None]


def rubber(rng: np.random.Generator, colors: Colors) -> np.ndarray:
    """Matt, with a moulded tread, sometimes in two colours."""
    image = plain(colors[0] * 0.75)
    if rng.random() < 0.6:
        image = decorate(rng, image, colors[1:] * 0.8)
    rows, columns = np.mgrid[:BODY, :BODY] / BODY
    count, slant = rng.integers(5, 16), rng.choice([-1, 0, 1])
    tread = np.sin(2 * np.pi * count * (rows + slant * columns)) > rng.uniform(0.2, 0.8)
    return image * np.where(tread, 0.72, 1.0)[..., None]


def wax(rng: np.random.Generator, colors: Colors) -> np.ndarray:
    """Milky layers that run into each other."""
    image = plain(colors[0] * 0.5 + 120)
    for color in colors[1 : rng.integers(2, 4)]:
        level = rng.uniform(0, BODY) + 5 * noise(rng, 1, 6)[0]
        image[np.arange(BODY)[:, None] > level] = color * 0.6 + 90
    return cv2.GaussianBlur(image, (0, 0), 2) * (1 + 0.06 * noise(rng, 8, 3))[..., None]


def fruit(rng: np.random.Generator, colors: Colors) -> np.ndarray:
    """Ripeness from end to end, freckles and bruises."""
    skins = np.array(
        [
            (226, 190, 60),
            (196, 48, 40),
            (120, 160, 50),
            (236, 140, 40),
            (150, 60, 70),
            (90, 120, 40),
        ]
    )
    first, second = skins[rng.choice(len(skins), 2, replace=False)]
    ramp = np.linspace(0, 1, BODY)[:, None] if rng.random() < 0.5 else 0.5
    image = blend(first, second, np.clip(ramp * 0.6 + 0.5 * noise(rng, 3, 5), 0, 1))
    freckles = rng.random((BODY, BODY)) < rng.uniform(0, 0.04)
    image[freckles] = image[freckles] * 0.5 + 20
    for _ in range(rng.integers(0, 7)):
        spot = tuple(int(value) for value in rng.integers(0, BODY, 2))
        cv2.circle(image, spot, int(rng.integers(1, 6)), (92, 62, 34), -1)
    return cv2.GaussianBlur(image, (0, 0), 0.7)


PAINTERS: dict[str, Painter] = {
    painter.__name__: painter
    for painter in (
        ceramic,
        wood,
        metal,
        plastic,
        cardboard,
        paper,
        glass,
        foam,
        rubber,
        wax,
        fruit,
    )
}
TEXTURED = ("wood", "metal", "foam", "glass")
