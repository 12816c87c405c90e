"""What the tests' datasets show, and the rows of the turntable's."""

import cv2
import numpy as np

SIDE = 64
KINDS = ("mug", "bowl", "box", "book")
SHADES = np.random.default_rng(7).integers(60, 255, (64, 3))
NEAREST, UNITS = 900, 5000  # depth of what is black, and how many units are a metre
HEIGHT = 0.02  # of the bars, metres


def draw(instance: int, turn: float, rng: np.random.Generator) -> np.ndarray:
    """A bar whose colour and width tell the object, turned by radians, on a random background."""
    return _draw(instance, turn, rng)[0]


def _draw(instance: int, turn: float, rng: np.random.Generator):
    """The image, and where the bar's middle is: column and row."""
    image = rng.integers(0, 60, 3) + rng.integers(0, 30, (SIDE, SIDE, 3))
    image = np.ascontiguousarray(image, np.uint8)
    size = _sides(instance)
    centre = tuple((SIDE / 2 + rng.uniform(-3, 3, 2)).tolist())
    corners = cv2.boxPoints((centre, size, -np.degrees(turn)))
    shade = tuple(int(value) for value in SHADES[instance])
    return cv2.fillPoly(image, [np.int32(np.round(corners))], shade), centre


def _sides(instance: int) -> tuple[float, float]:
    return SIDE * 0.75, SIDE * (0.1 + 0.1 * (instance % 4))


def _camera(instance: int, turn: float, centre: tuple[float, float]) -> dict:
    """A camera that looks down on the bar, turned so that the bar is seen as it was drawn."""
    away = (NEAREST + SHADES[instance][0]) / UNITS
    cos, sin = np.cos(turn), np.sin(turn)
    pose = [[cos, -sin, 0, 0], [-sin, -cos, 0, 0], [0, 0, -1, HEIGHT + away], [0, 0, 0, 1]]
    return {
        "pose": np.ravel(pose).tolist(),
        "intrinsics": [SIDE, SIDE, centre[0] + 0.5, centre[1] + 0.5],
        "extents": [side * away / SIDE for side in _sides(instance)] + [HEIGHT],
    }


def turntable_rows(objects: int, azimuths: int) -> list[dict]:
    """Every object from three elevations."""
    rng = np.random.default_rng(1)
    rows = []
    for episode in range(objects):
        kind = KINDS[episode % 4]
        views = [(e, a) for e in (30, 45, 60) for a in range(azimuths)]
        for step, (elevation, azimuth) in enumerate(views):
            turn = rng.uniform(0, np.pi)
            image, centre = _draw(24 + episode, turn, rng)
            rows.append(
                {
                    "episode": episode,
                    "step": step,
                    "split": "val" if episode < objects // 2 else "test",
                    "image": image,
                    "kind": kind,
                    "instance": f"household/{kind}/{24 + episode:05d}",
                    "elevation": elevation,
                    "azimuth": 360 * azimuth / azimuths,
                    "role": "query" if elevation == 45 else "gallery",
                }
                | _camera(24 + episode, turn, centre)
            )
    return rows
