"""Frames as Rerun shows them: images before their cameras, with marks and depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from embodied_ssl.data.shards import decode
from embodied_ssl.errors import UserError
from embodied_ssl.worlds.clips import Clip, Frame, Mark

if TYPE_CHECKING:
    from rerun import RecordingStream

RING = 0.045  # radius in parts of the image's side
PLANE = 0.3  # metres before the camera at which its image stands
VERDICTS = {"right": (31, 157, 85), "wrong": (211, 61, 52), "near": (201, 138, 27)}
PUSHED = (28, 111, 208)


def log_frame(recording: RecordingStream, frame: Frame, first: bool) -> None:
    """Record an image, lossless, with what belongs to it, at the time that is set.

    Args:
        recording: to which it is added.
        frame: what is recorded.
        first: it is the first of its camera in the clip, whose lens stays the same.
    """
    import rerun as rr

    entity = rr.new_entity_path(["world", frame.camera])
    image = decode(frame.image)
    height, width = image.shape[:2]
    if frame.pose is not None:
        turn, place = frame.pose[:3, :3], frame.pose[:3, 3]
        recording.log(entity, rr.Transform3D(mat3x3=turn, translation=place))
        if first and frame.fov is not None and 0 < frame.fov < 180:
            focal = float(width / 2 / np.tan(np.radians(frame.fov) / 2))
            size = {"width": width, "height": height, "image_plane_distance": PLANE}
            recording.log(entity, rr.Pinhole(focal_length=focal, **size))
    recording.log(entity, rr.EncodedImage(contents=png(image), media_type="image/png"))
    if frame.depth is not None:
        recording.log(f"{entity}/depth", rr.DepthImage(frame.depth.astype(np.float32), meter=1.0))
    lines = [line_of(mark, width, height) for mark in frame.marks]
    colours = [VERDICTS.get(mark.verdict, PUSHED) for mark in frame.marks]
    if lines:
        strips = rr.LineStrips2D(lines, colors=colours, radii=rr.Radius.ui_points(1.5))
        recording.log(f"{entity}/marks", strips)
    tips = [(line[-2], line[-1]) for line, m in zip(lines, frame.marks, strict=True) if m.arrow]
    if tips:
        origins, ends = np.swapaxes(np.asarray(tips), 0, 1)
        arrows = rr.Arrows2D(origins=origins, vectors=ends - origins, colors=PUSHED)
        recording.log(f"{entity}/arrows", arrows)


def line_of(mark: Mark, width: int, height: int) -> np.ndarray:
    """The points of a mark in pixels; a ring's go round."""
    points = np.asarray(mark.points, float)
    if len(points) == 1:
        turn = np.linspace(0, 2 * np.pi, 25)
        points = points + RING * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    return points * (width, height)


def log_way(recording: RecordingStream, clip: Clip) -> None:
    """Record the way of the camera in the world, where its poses are known."""
    import rerun as rr

    poses = [frame.pose for frame in clip.frames if frame.pose is not None]
    if len(poses) < 2:
        return
    recording.log("/", getattr(rr.ViewCoordinates, upwards(np.stack(poses))), static=True)
    way = np.stack([pose[:3, 3] for pose in poses])
    recording.log("world/way", rr.LineStrips3D([way], colors=PUSHED))


def upwards(poses: np.ndarray) -> str:
    """Which axis of the world the cameras have above them, as Rerun calls it."""
    above = -poses[:, :3, 1].mean(axis=0)
    axis = int(np.abs(above).argmax())
    return f"RIGHT_HAND_{'XYZ'[axis]}_{'UP' if above[axis] > 0 else 'DOWN'}"


def png(image: np.ndarray) -> bytes:
    """An RGB image, lossless."""
    done, encoded = cv2.imencode(".png", cv2.cvtColor(image, cv2.COLOR_RGB2BGR))
    if not done:
        raise UserError("an image cannot be encoded.")
    return encoded.tobytes()
