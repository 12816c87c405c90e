"""The maps that an equivariant method has learned, judged beside those that are fitted for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float, Int

from embodied_ssl.data import FrameCache
from embodied_ssl.methods.motion.equivariant import EquivariantMethod
from embodied_ssl.motion import MotionPatterns, mine_pairs, relative_motion
from embodied_ssl.training.checkpoint import load_method


@torch.inference_mode()
def learned_rho(
    run: str,
    cache: FrameCache,
    features: Float[np.ndarray, "N D"],
    chains: dict[str, Int[np.ndarray, "P K"]],
) -> dict[str, float]:
    """rho of the method's own maps, one applied after the other; nothing where it has none.

    Args:
        run: a run folder; for a baseline, or a method without maps, the result is empty.
        cache: of the dataset.
        features: of the last stage, of all rows.
        chains: motion -> rows before, between and after its parts.
    """
    method = load_method(run) if Path(run).is_dir() else None
    if not isinstance(method, EquivariantMethod):
        return {}
    config = method.config
    train = mine_pairs(cache, "train", config.seconds)
    patterns = MotionPatterns(train.motion, config.patterns)  # as its sampler found them
    poses = np.stack(list(cache.rows["pose"])).reshape(-1, 4, 4)

    def error(rows: np.ndarray) -> float:
        z = [method.scaled(torch.from_numpy(features[column])) for column in rows.T]
        foretold = z[0]
        for before, after in zip(rows.T, rows.T[1:], strict=False):
            motion = relative_motion(poses[before], poses[after]).astype(np.float32)
            pattern = torch.from_numpy(patterns(motion).astype(np.int64))
            foretold = method.foretell(foretold, torch.from_numpy(motion), pattern)
        left, moved = (z[-1] - foretold).norm(dim=1), (z[-1] - z[0]).norm(dim=1)
        return float((left / moved.clamp(min=1e-9)).mean())

    return {name: error(rows) for name, rows in chains.items()}
