"""Smaller images in the first part of a training, which cost less (as in progressive resizing)."""

from __future__ import annotations

from typing import Protocol

from embodied_ssl.errors import UserError


class EarlySize(Protocol):
    """Settings of a method that may begin with smaller images."""

    early_size: int | None
    early: float


def check_early_size(config: EarlySize, train_size: int) -> None:
    """UserError for early images that are larger than the later ones."""
    if config.early_size is not None and config.early_size > train_size:
        raise UserError(
            f"--early-size {config.early_size} is larger than --train-size {train_size}: early "
            "images are smaller ones."
        )


def size_at(config: EarlySize, progress: float, train_size: int) -> int:
    """Side of the images, in pixels, when a part ``progress`` of the budget is done."""
    if config.early_size is not None and progress < config.early:
        return config.early_size
    return train_size
