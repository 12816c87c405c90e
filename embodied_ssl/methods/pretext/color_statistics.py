"""Which colours the frames have that a method learns from."""

from __future__ import annotations

from collections.abc import Iterable

from jaxtyping import Float
from torch import Tensor

from embodied_ssl.color import rgb_to_lab
from embodied_ssl.color_bins import soft_encode
from embodied_ssl.data import FrameCache
from embodied_ssl.methods.decoders import shrunk
from embodied_ssl.sampling import FrameSampler

COUNTED = 256  # frames: their colours stand for those of all
SIDE = 16


def color_distribution(caches: Iterable[FrameCache]) -> Float[Tensor, " Q"]:
    """How often each bin of the ab plane is seen in the training frames."""
    frames = FrameSampler(caches, COUNTED, seed=0)(0)["frames"]
    lab = rgb_to_lab(shrunk(frames, SIDE) / 255)
    return soft_encode(lab[:, 1:]).mean((0, 2, 3))
