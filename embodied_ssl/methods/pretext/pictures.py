"""What pretext tasks show of frames that they were not trained on."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Picture, Pictures, Section, Strip, Verdict
from embodied_ssl.methods.base import Method, Step
from embodied_ssl.sampling import Batch, generator_of

SHOWN = 8


def unseen_batch(
    method: Method,
    caches: Mapping[str, FrameCache],
    seed: int,
    count: int,
    split: str = "val",
    number: int = 0,
) -> Batch:
    """What a method prepares of ``count`` samples of a split that it was not trained on: batch
    ``number`` of them.

    Raises:
        UserError: when the split is empty.
    """
    unseen = {world: cache.as_training(split) for world, cache in caches.items()}
    batch = method.open_sampler(unseen, count, seed)(number)
    return method.prepare(batch, Step(number, 1.0, generator_of(seed, number)))


def picture_strips(
    method: Method,
    caches: Mapping[str, FrameCache],
    seed: int,
    pictures: Callable[[Batch], Mapping[str, Tensor]],
    title: str,
    text: str = "",
) -> Section:
    """A strip of pictures for each of a few unseen samples.

    Args:
        method: in evaluation mode.
        caches: of the data by their world.
        seed: of the choice.
        pictures: prepared batch -> caption -> images (B, 3, s, s) in [0, 1].
        title: above them.
        text: below it.
    """
    batch = unseen_batch(method, caches, seed, SHOWN)
    shown = {caption: as_bytes(images) for caption, images in pictures(batch).items()}
    strips = tuple(
        Strip(tuple(Picture(images[i], caption) for caption, images in shown.items()))
        for i in range(len(next(iter(shown.values()))))
    )
    return Section(title, (Pictures(strips),), text)


def judged_pictures(
    images: Tensor, captions: Sequence[str], right: Sequence[bool], title: str, text: str = ""
) -> Section:
    """Images (N, 3, s, s) in [0, 1], each with what was said of it and whether that is right."""
    verdicts: list[Verdict] = ["right" if each else "wrong" for each in right]
    each = zip(as_bytes(images), captions, verdicts, strict=True)
    strips = tuple(Strip((Picture(*picture),)) for picture in each)
    return Section(title, (Pictures(strips),), text)


def as_bytes(images: Tensor) -> np.ndarray:
    """Images (N, 3, s, s) in [0, 1] as (N, s, s, 3) uint8."""
    return (255 * images.clamp(0, 1)).round().byte().permute(0, 2, 3, 1).cpu().numpy()


def stretched(images: Tensor) -> Tensor:
    """Images (N, 3, s, s) of any range in [0, 1], each from its darkest to its brightest value."""
    low, high = images.amin((1, 2, 3), keepdim=True), images.amax((1, 2, 3), keepdim=True)
    return (images - low) / (high - low).clamp(min=torch.finfo(images.dtype).eps)
