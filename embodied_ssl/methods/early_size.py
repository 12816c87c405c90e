"""Smaller images in the first part of a training, which cost less (progressive resizing)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.errors import UserError
from embodied_ssl.trunks import Trunk


@dataclass(frozen=True)
class EarlySize(Bounded):
    """Settings of a method whose first images may be smaller."""

    early_size: Annotated[int | None, Within(8, 4096)] = None
    """Side, in pixels, of the images in the first part of the training; smaller ones cost less.
    By default they have --train-size from the start."""
    early: Annotated[float, Within(1e-3, 1)] = 0.5
    """How large a part of the budget that is."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.early_size is None and self.early != type(self).early:
            raise UserError("--early is how long images have --early-size: say that too.")

    def check_sizes(self, trunk: Trunk, train_size: int) -> None:
        """UserError for early images that are larger than the later ones, and where the trunk
        cannot take images of either size."""
        if self.early_size is None:
            return
        if self.early_size > train_size:
            raise UserError(
                f"--early-size {self.early_size} is larger than --train-size {train_size}: early "
                "images are smaller ones."
            )
        for size in (self.early_size, train_size):
            trunk.check_size(size)

    def size_at(self, train_size: int, progress: float) -> int:
        """Side of the images, in pixels, when a part ``progress`` of the budget is done.

        Args:
            train_size: side after the first part.
            progress: part of the budget that is done.
        """
        early = self.early_size is not None and progress < self.early
        return self.early_size if early else train_size
