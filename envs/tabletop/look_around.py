"""Look around: what lies on the tray, from all sides, by the camera in the hand.

The hand hides a part of what it holds, so the object is seen before it is touched, too. All these
views would show one tray, by which they would be known to belong together. So the object is cut out
of each by the depth that the camera measures, and pasted before a texture of its own (Dwibedi et
al., Cut, Paste and Learn, ICCV 2017).

The arm does not go to these poses: views are taken from those that its joints can reach with its
fingertips well above the tray.
"""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from embodied_ssl_envs.background_textures import SIZE, TEXTURES, texture_file
from embodied_ssl_envs.cameras import Camera
from embodied_ssl_envs.frames import SAMPLED_AT, Frame
from embodied_ssl_envs.panda import WRIST_AIM, WRIST_EYE, WRIST_FOV
from embodied_ssl_envs.tabletop.perception import Region
from embodied_ssl_envs.tabletop.scene import TABLE_TOP
from embodied_ssl_envs.tabletop.world import TabletopWorld

MOST_VIEWS = 12
ELEVATIONS = (20.0, 65.0)  # degrees above the tray
DISTANCE = 0.2  # metres from the camera to the middle of the object, more where it is wide
CLEAR = 0.07  # metres above the tray that the fingertips keep
LEAN = 0.4  # radians to either side by which the image turns
SHARE = (0.5, 0.85)  # of the width of a view that the object spans
FEWEST = 0.01  # of the pixels of a view: less of the object tells nothing
RISES = 2 * TABLE_TOP + 0.001  # metres: what is higher lies on the tray; depth is fine from so near
AIM = np.subtract(WRIST_AIM, WRIST_EYE) / np.linalg.norm(np.subtract(WRIST_AIM, WRIST_EYE))
"""Of the camera, in the frame of the fingertips."""


def look_around(world: TabletopWorld, region: Region, count: int) -> list[np.ndarray]:
    """Views of a region of the tray from azimuths all around it.

    Args:
        world: of the episode; its generator draws nothing more for it.
        region: that is seen, as of the last look down.
        count: views, fewer where the arm does not reach or other objects stand before it.

    Returns:
        images (S, S, 3) uint8.
    """
    (rng,) = world.rng.spawn(1)
    footprint, points = _footprint(region, world.image_size), _points(world, region)
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    azimuths = rng.uniform(0, 2 * np.pi) + 2 * np.pi * np.arange(count) / count
    views = []
    for azimuth, texture in zip(azimuths, rng.choice(TEXTURES, count, replace=False), strict=True):
        elevation, lean = np.radians(rng.uniform(*ELEVATIONS)), rng.uniform(-LEAN, LEAN)
        direction = Rotation.from_euler("ZY", [azimuth, -elevation]).apply((1.0, 0.0, 0.0))
        camera = _camera(world, middle, direction, max(DISTANCE, region.diameter), lean)
        if camera is None:
            continue
        frame = world.render(_about(camera, points, rng))
        background = _background(rng, int(texture), world.image_size)
        mask = _object(world, frame, footprint)
        if mask.mean() > FEWEST:
            views.append(np.where(mask[..., None], frame.rgb, background))
    return views


def _footprint(region: Region, size: int) -> np.ndarray:
    """Where the camera above sees the region, (S, S) bool, and a pixel around it."""
    mask = np.zeros((size, size), np.uint8)
    columns, rows = region.pixels.astype(int).T
    mask[rows, columns] = 1
    return cv2.dilate(mask, np.ones((3, 3), np.uint8)).astype(bool)


def _points(world: TabletopWorld, region: Region) -> np.ndarray:
    """What the camera above sees of the region, and the places below on the tray, (N, 3)."""
    columns, rows = region.pixels.astype(int).T
    overhead = world.scene.overhead
    depth = world.overhead.depth[rows, columns]
    seen = np.asarray(overhead.eye) + overhead.rays(region.pixels + SAMPLED_AT) * depth[:, None]
    return np.concatenate([seen, seen * (1, 1, 0)])


def _camera(
    world: TabletopWorld, middle: np.ndarray, direction: np.ndarray, distance: float, lean: float
) -> Camera | None:
    """The camera in the hand, in a direction (3,) from ``middle`` and with it in the middle of its
    frame; None where the arm does not reach."""
    eye, up = middle + distance * direction, np.array([0.0, 0.0, 1.0])
    upright = Camera(tuple(eye), tuple(middle), tuple(up), WRIST_FOV, world.image_size)
    right, up, forward = upright.axes
    camera = replace(upright, up=tuple(np.cos(lean) * up + np.sin(lean) * right))
    right = camera.axes[0]
    for fingers in (-right, right):  # the hand is above the camera, or below it
        turn, _ = Rotation.align_vectors([forward, fingers], [AIM, (0.0, 1.0, 0.0)])
        tip = eye - turn.apply(WRIST_EYE)
        if tip[2] > CLEAR and world.arm.kinematics.reaches(tip, turn.as_quat()):
            return camera
    return None


def _about(camera: Camera, points: np.ndarray, rng: np.random.Generator) -> Camera:
    """The crop of a camera that frames points (N, 3), which are not always in its middle."""
    seen = camera.project(points)
    low, high = seen.min(axis=0), seen.max(axis=0)
    width = (high - low).max() / rng.uniform(*SHARE)
    slack = (width - (high - low)) / 2
    return camera.crop((low + high) / 2 + rng.uniform(-0.5, 0.5, 2) * slack, width)


def _object(world: TabletopWorld, frame: Frame, footprint: np.ndarray) -> np.ndarray:
    """Which pixels (S, S) of a frame show what rises from the tray within the footprint."""
    camera, overhead = frame.camera, world.scene.overhead
    v, u = np.mgrid[: camera.size, : camera.size] + 0.5
    rays = camera.rays(np.stack([u, v], axis=-1) + SAMPLED_AT)
    points = np.asarray(camera.eye) + rays * frame.depth[..., None]
    columns, rows = np.moveaxis(np.floor(overhead.project(points) - SAMPLED_AT), -1, 0).astype(int)
    inside = (np.minimum(rows, columns) >= 0) & (np.maximum(rows, columns) < len(footprint))
    inside &= points[..., 2] > RISES
    inside[inside] = footprint[rows[inside], columns[inside]]
    return inside


def _background(rng: np.random.Generator, number: int, size: int) -> np.ndarray:
    """A random part of a texture, (S, S, 3) uint8 RGB."""
    texture = cv2.imread(texture_file(number))[..., ::-1]
    side = int(rng.integers(SIZE // 4, SIZE + 1))
    top, left = rng.integers(0, SIZE - side + 1, 2)
    part = np.ascontiguousarray(texture[top : top + side, left : left + side])
    return cv2.resize(part, (size, size), interpolation=cv2.INTER_LINEAR)
