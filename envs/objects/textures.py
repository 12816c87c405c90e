"""Textures of objects: a base colour, decals, and the texture of the material.

A texture is (128, 96) pixels. The upper (96, 96) are the area of the body; the row of four areas of
(32, 24) at the lower edge are those of the trims: handles, lids, insides. Each area is painted with
a base colour, the body's also with decals, and multiplied by the texture of its material (grain,
pores, scratches). Colours come from a few palettes that many objects share, so that colour alone
does not identify an object.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from embodied_ssl_envs.objects import material_textures
from embodied_ssl_envs.objects.decals import SIZE, Colors, Image, add_decals, label, noise, plain

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
WOODS = np.array([(206, 160, 108), (158, 106, 64), (226, 194, 148), (112, 72, 46), (184, 128, 76)])
METALS = np.array(
    [(190, 194, 200), (150, 156, 164), (204, 172, 100), (192, 124, 88), (98, 102, 110)]
)
FRUITS = np.array(
    [(226, 190, 60), (196, 48, 40), (120, 160, 50), (236, 140, 40), (150, 60, 70), (90, 120, 40)]
)
GLASSES = np.array([(205, 228, 222), (190, 215, 235), (214, 224, 214), (120, 160, 110)])


@dataclass(frozen=True)
class Appearance:
    """How an area made of a material is painted."""

    texture: Callable[[np.random.Generator], np.ndarray]
    """Draws the material texture, a (96, 96) factor of brightness."""
    decal: float = 0.0
    """Probability of a painted decal."""
    label: float = 0.0
    """Probability of a printed label."""
    tones: np.ndarray | None = None
    """The material's own colours (K, 3); any colour of the palette if None."""
    fade: tuple[float, float] = (1.0, 0.0)
    """Factor and offset of every colour in this material."""


APPEARANCES = {
    "ceramic": Appearance(material_textures.glaze, decal=0.7),
    "glass": Appearance(material_textures.reflections, decal=0.4, tones=GLASSES),
    "metal": Appearance(material_textures.brushed, decal=0.15, label=0.4, tones=METALS),
    "wood": Appearance(material_textures.grain, decal=0.35, tones=WOODS),
    "plastic": Appearance(material_textures.moulded, decal=0.55, label=0.5),
    "cardboard": Appearance(material_textures.corrugation, decal=0.6, label=0.8),
    "paper": Appearance(material_textures.fibres, decal=0.6, label=0.8),
    "wax": Appearance(material_textures.drips, decal=0.2, fade=(0.55, 110.0)),
    "fruit": Appearance(material_textures.freckles, tones=FRUITS),
    "rubber": Appearance(material_textures.tread, decal=0.6, fade=(0.8, 0.0)),
    "foam": Appearance(material_textures.pores, decal=0.5, fade=(0.6, 85.0)),
}


def draw_texture(rng: np.random.Generator, material: str, trims: tuple[str, ...]) -> np.ndarray:
    """The texture of an object whose body and trims are made of the named materials.

    Returns:
        (128, 96, 3) uint8 RGB.
    """
    colors = rng.permutation(PALETTES[rng.integers(len(PALETTES))])
    colors = np.clip(colors + rng.normal(0, 12, colors.shape), 0, 255)
    body = _paint(rng, material, colors, with_decals=True)
    rolled = (np.roll(colors, -1 - place, axis=0) for place in range(len(trims)))
    painted = [_paint(rng, *each, with_decals=False) for each in zip(trims, rolled, strict=True)]
    return _laid_out(body, painted)


def any_texture(rng: np.random.Generator) -> np.ndarray:
    """The texture of an object of random materials, (128, 96, 3) uint8 RGB."""
    body, *trims = rng.choice(list(APPEARANCES), 4).tolist()
    return draw_texture(rng, body, tuple(trims))


@dataclass(frozen=True)
class Finish:
    """A material in a colour, of which many objects may be."""

    material: str
    color: tuple[int, int, int]
    """RGB."""


def paint_finishes(
    rng: np.random.Generator,
    body: Finish,
    trims: Sequence[Finish],
    decal: float = 0.0,
    printed: float = 0.0,
) -> np.ndarray:
    """The texture of an object whose body and trims have known colours.

    Args:
        rng: of shades, of the materials' textures, and of what is printed.
        body: finish of the body.
        trims: of handles, lids, insides; at most four.
        decal, printed: probabilities that the body has a painted pattern, a printed label.

    Returns:
        (128, 96, 3) uint8 RGB.
    """
    shades: dict[Finish, np.ndarray] = {}
    painted: list[Image] = []
    for finish in (body, *trims):
        # One object's parts of a finish are of one shade.
        shade = shades.setdefault(finish, np.array(finish.color) + rng.normal(0, 6, 3))
        image = plain(shade * (1 + 0.03 * rng.normal()))
        if not painted:
            colors = rng.permutation(PALETTES[rng.integers(len(PALETTES))])
            if rng.random() < decal:
                image = add_decals(rng, image, colors)
            if rng.random() < printed:
                image = label(rng, image, colors)
        painted.append(image * APPEARANCES[finish.material].texture(rng)[..., None])
    return _laid_out(painted[0], painted[1:])


def body_area(texture: np.ndarray) -> np.ndarray:
    """The area (96, 96, 3) of the body."""
    return texture[:SIZE]


def _laid_out(body: Image, trims: Sequence[Image]) -> np.ndarray:
    """The texture with the areas of body and trims in their places, (128, 96, 3) uint8."""
    texture = np.zeros((SIZE * 4 // 3, SIZE, 3), np.float32)
    texture[:SIZE] = body
    for place, trim in enumerate(trims):
        left = place * SIZE // 4
        texture[SIZE:, left : left + SIZE // 4] = trim[: SIZE // 3, : SIZE // 4]
    return np.clip(texture, 0, 255).astype(np.uint8)


def _paint(rng: np.random.Generator, material: str, colors: Colors, with_decals: bool) -> Image:
    appearance = APPEARANCES[material]
    factor, offset = appearance.fade
    colors = colors * factor + offset
    image = _base_colors(rng, appearance, colors)
    if with_decals:
        if rng.random() < appearance.decal:
            image = add_decals(rng, image, colors[1:])
        if rng.random() < appearance.label:
            image = label(rng, image, colors[1:])
    return image * appearance.texture(rng)[..., None]


def _base_colors(rng: np.random.Generator, appearance: Appearance, colors: Colors) -> Image:
    """An area of one colour, or a blend of two where the material has colours of its own."""
    if appearance.tones is None:
        return plain(colors[0])
    first, second = appearance.tones[rng.choice(len(appearance.tones), 2, replace=False)]
    blend = 0.15 + 0.15 * noise(rng, 3, 3)
    if appearance.texture is material_textures.freckles:  # fruit ripens from one end to the other
        blend = np.clip(0.5 + 0.4 * noise(rng, 3, 5), 0, 1) * np.linspace(0, 1, SIZE)[:, None]
    tone = first * rng.uniform(0.85, 1.1)
    return (tone + (second - tone) * blend[..., None]).astype(np.float32)
