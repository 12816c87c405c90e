"""Samplers: what a method learns from, batch by batch, each a pure function of its number."""

from embodied_ssl.sampling.base import (
    Batch,
    Epochs,
    Sampler,
    generator_of,
    load_frames,
    to_device,
)
from embodied_ssl.sampling.categories import CategorySampler
from embodied_ssl.sampling.clips import ClipSampler
from embodied_ssl.sampling.frames import FrameSampler, image_frames
from embodied_ssl.sampling.tracks import TrackSampler

__all__ = [
    "Batch",
    "CategorySampler",
    "ClipSampler",
    "Epochs",
    "FrameSampler",
    "Sampler",
    "TrackSampler",
    "generator_of",
    "image_frames",
    "load_frames",
    "to_device",
]
