"""How far a value that is stored and the same value of a replay are apart, in words."""

from __future__ import annotations

import reprlib
from typing import Any

import numpy as np

from embodied_ssl.data.shards import decode
from embodied_ssl.errors import UserError
from embodied_ssl.screen_text import printable

IMAGE = {"bytes", "path"}


def same(stored: Any, replayed: Any) -> bool:
    """Whether two values of a column are the same bytes; a NaN is the same as another."""
    if isinstance(stored, dict) and isinstance(replayed, dict):
        return stored.keys() == replayed.keys() and all(
            same(stored[k], replayed[k]) for k in stored
        )
    if isinstance(stored, list) and isinstance(replayed, list):
        return len(stored) == len(replayed) and all(map(same, stored, replayed))
    if isinstance(stored, float) and isinstance(replayed, float):
        return np.float64(stored).tobytes() == np.float64(replayed).tobytes()
    return type(stored) is type(replayed) and stored == replayed


def difference(column: str, stored: Any, replayed: Any) -> str:
    """The column, or the part of it, and how far two values are apart that are not the same."""
    both = (stored, replayed)
    if all(isinstance(value, dict) for value in both):
        if stored.keys() == IMAGE:
            return f"{column}: {_images_apart(stored['bytes'], replayed['bytes'])}"
        part = next(k for k in stored | replayed if not same(stored.get(k), replayed.get(k)))
        return difference(f"{column}.{part}", stored.get(part), replayed.get(part))
    if all(isinstance(value, list) for value in both):
        return _lists_apart(column, stored, replayed)
    if all(map(_is_number, both)):
        apart = abs(stored - replayed)
        return f"{column}: {stored:.9g} is stored, {replayed:.9g} comes out, {apart:.3g} apart"
    return f"{column}: {_shown(stored)} is stored, {_shown(replayed)} comes out"


def _lists_apart(column: str, stored: list[Any], replayed: list[Any]) -> str:
    if len(stored) != len(replayed):
        return f"{column}: {len(stored)} values are stored, {len(replayed)} come out"
    places = [i for i, pair in enumerate(zip(stored, replayed, strict=True)) if not same(*pair)]
    if not all(map(_is_number, (*stored, *replayed))):
        return difference(f"{column}[{places[0]}]", stored[places[0]], replayed[places[0]])
    apart = np.abs(np.subtract(stored, replayed)).max()
    return f"{column}: {len(places)} of {len(stored)} values differ, up to {apart:.3g} apart"


def _images_apart(stored: bytes, replayed: bytes) -> str:
    try:
        one, other = decode(stored), decode(replayed)
    except UserError:
        return "what is stored is no image"
    if one.shape != other.shape:
        sizes = [f"{image.shape[1]} x {image.shape[0]}" for image in (one, other)]
        return f"{sizes[0]} pixels are stored, {sizes[1]} come out"
    apart = np.abs(one.astype(int) - other).max(axis=-1)
    if not apart.any():
        return "the same pixels, encoded otherwise"
    return f"{np.count_nonzero(apart)} of {apart.size} pixels differ, up to {apart.max()} of 255"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _shown(value: Any) -> str:
    return "nothing" if value is None else printable(reprlib.repr(value))
