"""Frames in, the pooled features of every stage of a frozen trunk out."""

from __future__ import annotations

import numpy as np
import torch

from embodied_ssl.evaluation.embedding import Features
from embodied_ssl.trunks.inference import StagedTrunk, batches, reduced_precision


@torch.inference_mode()
def stage_features(trunk: StagedTrunk, images: np.ndarray, device: torch.device) -> Features:
    """Mean- and max-pooled features of every stage; a stage without extent has pooling "".

    Args:
        trunk: in evaluation mode, on the device.
        images: (N, S, S, 3) uint8.
    """
    collected: dict[tuple[str, str], list[np.ndarray]] = {}
    for frames in batches(images, device):
        with reduced_precision(device):
            stages = trunk.stages(trunk.normalize(frames))
        for name, maps in zip(trunk.stage_names, stages, strict=True):
            if maps.shape[-2:] == (1, 1):
                pooled = {"": maps.flatten(1)}
            else:
                mean = maps.mean((2, 3), dtype=torch.float32)
                pooled = {"mean": mean, "max": maps.amax((2, 3))}
            for pooling, vectors in pooled.items():
                collected.setdefault((name, pooling), []).append(vectors.float().cpu().numpy())
    return {key: np.concatenate(parts) for key, parts in collected.items()}
