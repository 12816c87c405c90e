"""Pictures of materials: what an object is made of shows, and no two objects look the same.

A texture is (128, 96) pixels. The upper (96, 96) hold the body's picture; the row of four fields of
(32, 24) at the foot holds the trims: handles, lids, insides. A picture is a ground colour, then
decoration, then the relief of the material (grain, pores, brushing) that shows through all paint.
Colours come from a few palettes that many objects share, so colour alone does not tell them apart.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from embodied_ssl_envs.objects import reliefs
from embodied_ssl_envs.objects.motifs import SIZE, Colors, Image, decorate, label, noise, plain

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
class Look:
    """How a material is painted."""

    relief: Callable[[np.random.Generator], np.ndarray]
    """Draws the (96, 96) brightness of the bare material."""
    motif: float = 0.0
    """Probability of a painted motif."""
    label: float = 0.0
    """Probability of a printed label."""
    tones: np.ndarray | None = None
    """The material's own colours (K, 3); any colour of the palette if None."""
    fade: tuple[float, float] = (1.0, 0.0)
    """Factor and offset that every colour takes on in this material."""


LOOKS = {
    "ceramic": Look(reliefs.glaze, motif=0.7),
    "glass": Look(reliefs.reflections, motif=0.4, tones=GLASSES),
    "metal": Look(reliefs.brushed, motif=0.15, label=0.4, tones=METALS),
    "wood": Look(reliefs.grain, motif=0.35, tones=WOODS),
    "plastic": Look(reliefs.moulded, motif=0.55, label=0.5),
    "cardboard": Look(reliefs.corrugation, motif=0.6, label=0.8),
    "paper": Look(reliefs.fibres, motif=0.6, label=0.8),
    "wax": Look(reliefs.drips, motif=0.2, fade=(0.55, 110.0)),
    "fruit": Look(reliefs.freckles, tones=FRUITS),
    "rubber": Look(reliefs.tread, motif=0.6, fade=(0.8, 0.0)),
    "foam": Look(reliefs.pores, motif=0.5, fade=(0.6, 85.0)),
}


def draw_texture(rng: np.random.Generator, material: str, trims: tuple[str, ...]) -> np.ndarray:
    """The texture of an object whose body and trims are made of the named materials.

    Returns:
        (128, 96, 3) uint8 RGB.
    """
    colors = rng.permutation(PALETTES[rng.integers(len(PALETTES))])
    colors = np.clip(colors + rng.normal(0, 12, colors.shape), 0, 255)
    texture = np.zeros((SIZE * 4 // 3, SIZE, 3), np.float32)
    texture[:SIZE] = _paint(rng, material, colors, decorated=True)
    for place, trim in enumerate(trims):
        picture = _paint(rng, trim, np.roll(colors, -1 - place, axis=0), decorated=False)
        left = place * SIZE // 4
        texture[SIZE:, left : left + SIZE // 4] = picture[: SIZE // 3, : SIZE // 4]
    return np.clip(texture, 0, 255).astype(np.uint8)


def _paint(rng: np.random.Generator, material: str, colors: Colors, decorated: bool) -> Image:
    look = LOOKS[material]
    factor, offset = look.fade
    colors = colors * factor + offset
    image = _ground(rng, look, colors)
    if decorated:
        if rng.random() < look.motif:
            image = decorate(rng, image, colors[1:])
        if rng.random() < look.label:
            image = label(rng, image, colors[1:])
    return image * look.relief(rng)[..., None]


def _ground(rng: np.random.Generator, look: Look, colors: Colors) -> Image:
    """One colour, or two that run into each other where the material has colours of its own."""
    if look.tones is None:
        return plain(colors[0])
    first, second = look.tones[rng.choice(len(look.tones), 2, replace=False)]
    blend = 0.15 + 0.15 * noise(rng, 3, 3)
    if look.relief is reliefs.freckles:  # fruit ripens from one end to the other
        blend = np.clip(0.5 + 0.4 * noise(rng, 3, 5), 0, 1) * np.linspace(0, 1, SIZE)[:, None]
    tone = first * rng.uniform(0.85, 1.1)
    return (tone + (second - tone) * blend[..., None]).astype(np.float32)
