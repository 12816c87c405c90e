"""Frames in, the pooled features of every stage of a frozen trunk out."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch
from torch import nn

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.embedding import Features

BATCH = 128


class StagedTrunk(Protocol):
    """What is needed of a trunk to look into it."""

    stage_names: tuple[str, ...]

    def normalize(self, frames: torch.Tensor) -> torch.Tensor: ...
    def stages(self, x: torch.Tensor) -> list[torch.Tensor]: ...


def open_device(name: str) -> torch.device:
    """A device by name; "auto" is the GPU if there is one.

    Raises:
        UserError: for a name that torch does not know, or a GPU that is not there.
    """
    if name == "auto":
        name = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        return torch.empty(0, device=name).device
    except (RuntimeError, AssertionError) as error:
        raise UserError(f"there is no device {name!r} here.") from error


def batches(images: np.ndarray, device: torch.device, size: int = BATCH) -> Iterator[torch.Tensor]:
    """Consecutive batches (B, 3, S, S) uint8 of images (N, S, S, 3), channels last in memory."""
    for start in range(0, len(images), size):
        frames = torch.from_numpy(np.ascontiguousarray(images[start : start + size]))
        yield frames.to(device).permute(0, 3, 1, 2)


def reduced_precision(device: torch.device) -> contextlib.AbstractContextManager:
    """bfloat16 where the hardware computes in it, else nothing."""
    hardware = device.type == "cuda" or torch.cpu._is_avx512_bf16_supported()
    return torch.autocast(device.type, torch.bfloat16, enabled=hardware)


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


@torch.inference_mode()
def calibrate(trunk: nn.Module, images: np.ndarray, device: torch.device) -> None:
    """Set the running statistics of every BatchNorm to those of these images, weights untouched."""
    norms = [module for module in trunk.modules() if isinstance(module, nn.BatchNorm2d)]
    norms += [module for module in trunk.modules() if isinstance(module, nn.BatchNorm1d)]
    momenta = [norm.momentum for norm in norms]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # a plain average over all batches
        norm.train()
    for frames in batches(images, device):
        if len(frames) > 1:
            with reduced_precision(device):
                trunk.stages(trunk.normalize(frames))
    for norm, momentum in zip(norms, momenta, strict=True):
        norm.momentum = momentum
        norm.eval()
