"""Where a trunk computes and in which precision, and the BatchNorm of trunks that do not learn."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch
from torch import nn

from embodied_ssl.errors import UserError

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
        device = torch.empty(0, device=name).device
        torch.ones(1, device=device).sum().item()  # one without memory, "meta", has no number
    except Exception as error:  # each of torch's backends raises its own
        raise UserError(f"there is no device {name!r} here.") from error
    return device


def computes_in_bfloat16(device: torch.device) -> bool:
    """Whether the hardware computes in bfloat16; emulation, which is slower, does not count."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and torch.cpu._is_avx512_bf16_supported()


def reduced_precision(device: torch.device) -> contextlib.AbstractContextManager:
    """bfloat16 where the hardware computes in it, else nothing."""
    return torch.autocast(device.type, torch.bfloat16, enabled=computes_in_bfloat16(device))


def batches(images: np.ndarray, device: torch.device, size: int = BATCH) -> Iterator[torch.Tensor]:
    """Consecutive batches (B, 3, S, S) uint8 of images (N, S, S, 3), channels last in memory."""
    for start in range(0, len(images), size):
        frames = torch.from_numpy(np.ascontiguousarray(images[start : start + size]))
        yield frames.to(device).permute(0, 3, 1, 2)


@torch.inference_mode()
def calibrate(trunk: nn.Module, images: np.ndarray, device: torch.device) -> None:
    """Set the running statistics of every BatchNorm to those of these images, weights untouched."""
    norms = [m for m in trunk.modules() if isinstance(m, nn.modules.batchnorm._BatchNorm)]
    if not norms:
        return
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
