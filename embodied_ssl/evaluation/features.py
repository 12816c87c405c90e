"""Frames in, what every stage of a frozen trunk makes of them out."""

from __future__ import annotations

from collections.abc import Container, Iterator

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from embodied_ssl.evaluation.embedding import Features
from embodied_ssl.progress import progress_bar
from embodied_ssl.trunks.inference import StagedTrunk, batches, reduced_precision


def stage_features(
    trunk: StagedTrunk,
    images: UInt8[np.ndarray, "N S S 3"],
    device: torch.device,
    shown: bool = True,
) -> Features:
    """Mean- and max-pooled features of every stage; a stage without extent has pooling "".

    Args:
        trunk: in evaluation mode, on the device.
        images: what it looks at.
        device: where.
        shown: with a bar of how far it is.
    """
    collected: dict[tuple[str, str], list[np.ndarray]] = {}
    for stages in _stages(trunk, images, device, shown):
        for name, maps in stages.items():
            if maps.shape[-2:] == (1, 1):
                pooled = {"": maps.flatten(1)}
            else:
                mean = maps.mean((2, 3), dtype=torch.float32)
                pooled = {"mean": mean, "max": maps.amax((2, 3))}
            for pooling, vectors in pooled.items():
                collected.setdefault((name, pooling), []).append(vectors.float().cpu().numpy())
    return {key: np.concatenate(parts) for key, parts in collected.items()}


def stage_maps(
    trunk: StagedTrunk,
    images: UInt8[np.ndarray, "N S S 3"],
    device: torch.device,
    names: Container[str] | None = None,
) -> dict[str, Float[np.ndarray, "N C h w"]]:
    """The maps of some stages, of every one by default, as they are: mind how many images there
    are."""
    collected: dict[str, list[np.ndarray]] = {}
    for stages in _stages(trunk, images, device):
        for name, maps in stages.items():
            if names is not None and name not in names:
                continue
            collected.setdefault(name, []).append(maps.float().cpu().numpy())
    return {name: np.concatenate(parts) for name, parts in collected.items()}


@torch.inference_mode()
def _stages(
    trunk: StagedTrunk, images: np.ndarray, device: torch.device, shown: bool = True
) -> Iterator[dict[str, Tensor]]:
    with progress_bar("features", len(images), "images", shown) as advance:
        for frames in batches(images, device):
            with reduced_precision(device):
                stages = trunk.stages(trunk.normalize(frames))
            yield dict(zip(trunk.stage_names, stages, strict=True))
            advance(len(frames))
