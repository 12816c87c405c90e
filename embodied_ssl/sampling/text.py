"""Text as tokens: its bytes, so that every word has some."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from jaxtyping import Int
from torch import Tensor

LENGTH = 96
"""Tokens at most, unless told otherwise: start, bytes, end."""
START, END, PAD = 256, 257, 258
TOKENS = 259


def tokenize(texts: Sequence[str], length: int = LENGTH) -> Int[Tensor, "B L"]:
    """The bytes of each text between a start and an end, padded behind to L = ``length``; longer
    ones are cut."""
    rows = torch.full((len(texts), length), PAD)
    for row, text in zip(rows, texts, strict=True):
        tokens = [START, *text.lower().encode()[: length - 2], END]
        row[: len(tokens)] = torch.tensor(tokens)
    return rows
