"""Views that view prediction predicts in rooms it was not trained on, beside what is then seen."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from embodied_ssl.data import FrameCache
from embodied_ssl.figures import Picture, Pictures, Section, Strip
from embodied_ssl.methods.motion.pairs import PairMethod
from embodied_ssl.motion import MotionPatterns, in_words, mine_pairs
from embodied_ssl.sampling import load_frames

JUDGED = 256  # pairs


def predicted_views(
    predict: Callable[[Tensor, Tensor], Tensor],
    config: PairMethod.Config,
    cache: FrameCache,
    seed: int,
) -> Section:
    """For a pair of each motion pattern its views before and after, and the predicted one.

    Args:
        predict: frames (B, 3, S, S) uint8 and motions (B, 3) -> views (B, 3, s, s) from 0 to 1.
        config: of the method: which pairs it learned from.
        cache: of the rooms.
        seed: of the choice of pairs.

    Raises:
        UserError: when the validation rooms hold no pairs.
    """
    seconds = config.seconds
    patterns = MotionPatterns(mine_pairs(cache, "train", seconds).motion, config.patterns)
    pairs = mine_pairs(cache, "val", seconds)
    order = np.random.default_rng(seed).permutation(len(pairs))
    found = patterns(pairs.motion[order])
    shown = [order[found == g][0] for g in range(len(patterns.centres)) if (found == g).any()]
    chosen = np.concatenate([shown, order[:JUDGED]]).astype(int)
    places = cache.index["image"]
    first, second = (
        load_frames(cache.frames, places[rows[chosen]]) for rows in (pairs.first, pairs.second)
    )
    views = predict(first, torch.from_numpy(pairs.motion[chosen]))
    views = views.permute(0, 2, 3, 1).numpy()
    before, after = (as_small(images, views.shape[1]) for images in (first, second))
    count = len(shown)
    error, unchanged = (np.abs(each - after)[count:].mean() for each in (views, before))

    def strip(place: int, pair: int) -> Strip:
        pictures = (
            Picture(cache.frames[places[pairs.first[pair]]], "before"),
            Picture(np.uint8(np.round(255 * views[place])), "predicted"),
            Picture(cache.frames[places[pairs.second[pair]]], "after"),
        )
        return Strip(pictures, caption=in_words(*pairs.motion[pair][[0, 2]]))

    return Section(
        "Predicted views",
        (Pictures(tuple(strip(place, pair) for place, pair in enumerate(shown))),),
        "A pair of each motion pattern in rooms that it was not trained on, drawn at random. Mean "
        f"absolute error on {len(chosen) - count} such pairs, black being 0 and white 1: "
        f"{error:.3f}; of the view before, as if nothing changed: {unchanged:.3f}.",
    )


def as_small(images: UInt8[Tensor, "N 3 S S"], side: int) -> Float[np.ndarray, "N side side 3"]:
    """Images made as small as the predicted ones, by area, values from 0 to 1."""
    whole = images.permute(0, 2, 3, 1).numpy()
    small = [cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA) for image in whole]
    return np.stack(small) / 255
