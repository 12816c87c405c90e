"""The rows of a dataset for PyTorch's ``DataLoader``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.data import Dataset

if TYPE_CHECKING:
    from embodied_ssl.api.dataset import OpenedDataset


class TorchRows(Dataset[dict[str, Any]]):
    """Rows one by one: numbers, texts, tensors.

    Args:
        dataset: that is read.
        columns: their names.
        rows: their places.
    """

    def __init__(self, dataset: OpenedDataset, columns: list[str], rows: np.ndarray):
        self.rows, self._images = rows, set(dataset.image_columns)
        self._dataset = dataset
        plain = [name for name in columns if name not in self._images]
        self._columns = columns
        self._plain = {name: dataset.numpy([name])[name][rows] for name in plain}

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place: int) -> dict[str, Any]:
        if not -len(self) <= place < len(self):
            raise IndexError(place)
        return {name: self._value(name, place) for name in self._columns}

    def _value(self, name: str, place: int) -> Any:
        if name in self._images:
            images = torch.from_numpy(self._dataset.images(name, self.rows[[place]])[0])
            return images.movedim(-1, -3)
        value = self._plain[name][place]
        return torch.from_numpy(value) if isinstance(value, np.ndarray) else _plain(value)


def _plain(value: Any) -> Any:
    """A number or a text of Python's."""
    return value.item() if isinstance(value, np.generic) else value
