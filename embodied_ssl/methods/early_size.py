"""Smaller images in the first part of a training, which cost less (progressive resizing)."""

from __future__ import annotations

from embodied_ssl.errors import UserError
from embodied_ssl.trunks import Trunk


def check_early_size(trunk: Trunk, early_size: int | None, train_size: int) -> None:
    """UserError for early images that are larger than the later ones, and where the trunk cannot
    take images of either size."""
    if early_size is None:
        return
    if early_size > train_size:
        raise UserError(
            f"--early-size {early_size} is larger than --train-size {train_size}: early images are "
            "smaller ones."
        )
    for size in (early_size, train_size):
        trunk.check_size(size)


def size_at(early_size: int | None, early: float, train_size: int, progress: float) -> int:
    """Side of the images, in pixels, when a part ``progress`` of the budget is done.

    Args:
        early_size: side in the first part; None where there is none.
        early: how large a part of the budget that is.
        train_size: side in the rest.
        progress: part of the budget that is done.
    """
    return early_size if early_size is not None and progress < early else train_size
