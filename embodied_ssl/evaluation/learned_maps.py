"""The maps that an equivariant method has learned, judged beside those that are fitted for it."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int

from embodied_ssl.data import FrameCache
from embodied_ssl.methods.base import Method
from embodied_ssl.methods.motion.equivariant import EquivariantMethod
from embodied_ssl.motion import MotionPatterns, mine_pairs, relative_motion


@torch.inference_mode()
def learned_rho(
    method: Method | None,
    cache: FrameCache,
    features: Float[np.ndarray, "N D"],
    chains: dict[str, Int[np.ndarray, "P K"]],
) -> dict[str, float]:
    """rho of the method's own maps, one applied after the other; nothing where it has none.

    Args:
        method: with which the features were learned, None for a baseline.
        cache: of the dataset.
        features: of the last stage, of all rows.
        chains: motion -> rows before, between and after its parts.
    """
    ours = method.part(EquivariantMethod) if method is not None else None
    if ours is None:
        return {}
    ours = ours.cpu()
    train = mine_pairs(cache, "train", ours.config.seconds)
    patterns = MotionPatterns(train.motion, ours.config.patterns)  # as its sampler found them
    poses = np.stack(list(cache.rows["pose"])).reshape(-1, 4, 4)

    def error(rows: np.ndarray) -> float:
        z = [ours.scaled(torch.from_numpy(features[column])) for column in rows.T]
        predicted = z[0]
        for before, after in zip(rows.T, rows.T[1:], strict=False):
            motion = relative_motion(poses[before], poses[after]).astype(np.float32)
            pattern = torch.from_numpy(patterns(motion).astype(np.int64))
            predicted = ours.predict(predicted, torch.from_numpy(motion), pattern)
        left, changed = (z[-1] - predicted).norm(dim=1), (z[-1] - z[0]).norm(dim=1)
        return float((left / changed.clamp(min=1e-9)).mean())

    return {name: error(rows) for name, rows in chains.items()}
