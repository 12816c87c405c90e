"""Pushes drawn into images."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from embodied_ssl.figures import ACCENTS_RGB

ENLARGED = 3  # so that a line has a place beside what it crosses


def with_pushes(
    images: Float[Tensor, "B 3 s s"], ends: Float[Tensor, "B 2 2"]
) -> Float[Tensor, "B 3 t t"]:
    """Enlarged images with a line from the start of each push, a dot, to its end.

    Args:
        images: with values in [0, 1].
        ends: start and end, u to the right and v down, -1 to 1 from side to side.
    """
    color, drawn = ACCENTS_RGB[0], []
    for image, push in zip(images.cpu(), ends.cpu(), strict=True):
        side = ENLARGED * image.shape[-1]
        picture = np.ascontiguousarray(image.permute(1, 2, 0).float().numpy())
        picture = cv2.resize(picture, (side, side), interpolation=cv2.INTER_LINEAR)
        start, end = (((push + 1) / 2) * side).round().int().tolist()
        cv2.line(picture, start, end, color, 2, cv2.LINE_AA)
        cv2.circle(picture, start, 5, color, -1, cv2.LINE_AA)
        drawn.append(torch.from_numpy(picture).permute(2, 0, 1))
    return torch.stack(drawn)
