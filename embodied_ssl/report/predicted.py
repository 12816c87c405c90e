"""Views that a run foretold in rooms that it was not trained on, beside what then was seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from embodied_ssl.data import FrameCache, open_source
from embodied_ssl.errors import UserError
from embodied_ssl.motion import MotionPatterns, in_words, mine_pairs
from embodied_ssl.report.images import data_uri
from embodied_ssl.sampling.base import gather
from embodied_ssl.training.checkpoint import load_method, load_run

METHOD = "view-prediction"
JUDGED = 256  # pairs


def predicted(run: Path, seed: int = 0) -> dict[str, Any]:
    """What a run of ``METHOD`` foretells of validation rooms.

    A run may be shown while it has no checkpoint yet, or when its data are gone: there is only a
    ``reason`` then.
    """
    try:
        return foretold(run, seed)
    except UserError as error:
        return {"reason": str(error)}


def foretold(run: Path, seed: int) -> dict[str, Any]:
    """For a pair of each motion pattern its views before and after, and the predicted one.

    Raises:
        UserError: when the run has no checkpoint, or its data are not there or hold no such pairs.
    """
    method, info = load_method(run), load_run(run)
    data = info.datasets["rooms"]
    dataset = open_source(data["path"])
    if dataset.fingerprint != data["fingerprint"]:
        raise UserError(f"{data['path']} is not as it was trained on.")
    cache = dataset.cache(info.train.get("image_size"))
    seconds = method.config.seconds
    patterns = MotionPatterns(mine_pairs(cache, "train", seconds).motion, method.config.patterns)
    pairs = mine_pairs(cache, "val", seconds)
    order = np.random.default_rng(seed).permutation(len(pairs))
    found = patterns(pairs.motion[order])
    shown = [order[found == g][0] for g in range(len(patterns.centres)) if (found == g).any()]
    chosen = np.concatenate([shown, order[:JUDGED]]).astype(int)
    first, second = (frames(cache, rows[chosen]) for rows in (pairs.first, pairs.second))
    motion = torch.from_numpy(pairs.motion[chosen])
    views = method.predict(first, motion).permute(0, 2, 3, 1).numpy()
    before, after = (as_small(images, views.shape[1]) for images in (first, second))
    count = len(shown)
    return {
        "reason": None,
        "pairs": len(chosen) - count,
        "error": float(np.abs(views - after)[count:].mean()),
        "unchanged": float(np.abs(before - after)[count:].mean()),
        "samples": [
            {
                "caption": in_words(*pairs.motion[pair][[0, 2]]),
                "images": [
                    ("before", data_uri(cache.frames[cache.index["image"][pairs.first[pair]]])),
                    ("predicted", data_uri(np.uint8(np.round(255 * views[place])))),
                    ("after", data_uri(cache.frames[cache.index["image"][pairs.second[pair]]])),
                ],
            }
            for place, pair in enumerate(shown)
        ],
    }


def frames(cache: FrameCache, rows: np.ndarray) -> torch.Tensor:
    """The images of rows, (N, 3, S, S) uint8."""
    return gather(cache.frames, cache.index["image"][rows])


def as_small(images: torch.Tensor, side: int) -> np.ndarray:
    """Images (N, 3, S, S) uint8 as the predicted ones are: (N, side, side, 3), from 0 to 1."""
    whole = images.permute(0, 2, 3, 1).numpy()
    small = [cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA) for image in whole]
    return np.stack(small) / 255
