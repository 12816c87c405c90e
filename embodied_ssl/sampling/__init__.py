"""Samplers: what a method learns from, batch by batch, each a pure function of its number."""

from embodied_ssl.sampling.base import (
    Batch,
    Epochs,
    Sampler,
    generator_of,
    load_frames,
    to_device,
)
from embodied_ssl.sampling.frames import FrameSampler, image_frames

__all__ = [
    "Batch",
    "Epochs",
    "FrameSampler",
    "Sampler",
    "generator_of",
    "image_frames",
    "load_frames",
    "to_device",
]
