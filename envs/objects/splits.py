"""The split of an object or a room.

Household objects and blobs, of which there is no end, are split by a hash of the name for ever. Of
a folder's objects and of rooms there may be few: ``Splits`` sees to it that no split stays empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from embodied_ssl_envs.errors import WorldError
from embodied_ssl_envs.objects.split_file import read_split_file

SPLITS = ("train", "val", "test")
BLOCK = {"train": 14, "val": 3, "test": 3}
"""Rooms of a category, of which each block has so many of every split."""


def split_of(name: str) -> str:
    """The split of an object, the same for ever: 70 % train, 15 % val, 15 % test.

    Args:
        name: ``source/kind/instance``. What follows a hyphen in a blob's instance is a variant of
            its texture; the variants of one shape share its split.
    """
    percent = _percent(name)
    return "train" if percent < 70 else "val" if percent < 85 else "test"


def seed_of(name: str) -> int:
    """A seed for everything that is drawn about an object."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=16).digest(), "big")


@dataclass(frozen=True)
class Splits:
    """How things of which there may be few are split."""

    rule: str = "hash"
    """``hash`` (of the name, whatever comes of it) or ``stratified``."""
    file: str = ""
    """CSV, JSON or YAML file that says the split of each name instead."""

    def __post_init__(self):
        if self.rule not in ("hash", "stratified"):
            raise WorldError(f"splits must be stratified or hash, not {self.rule!r}")

    def of_all(self, names: Iterable[str]) -> dict[str, str]:
        """The split of each of these names, which are all that there are.

        Raises:
            WorldError: for a file that does not say it of one.
        """
        names = list(names)
        if self.file:
            return read_split_file(self.file, names)
        splits = {name: split_of(name) for name in names}
        return splits if self.rule == "hash" else _filled(splits)

    def of_room(self, name: str, category: int, number: int) -> str:
        """The split of a room.

        Args:
            name: of the room.
            category: number of its category.
            number: of the room among those of its category.
        """
        if self.file:
            return read_split_file(self.file, [name])[name]
        return split_of(name) if self.rule == "hash" else _of_block(category, number)


def _filled(splits: dict[str, str]) -> dict[str, str]:
    """Splits of which none is empty, while there are names; of n names the first n splits.

    An empty one is given the name whose hash is nearest to it, by the split that has the most.
    """
    splits = dict(splits)
    for place, split in enumerate(SPLITS[: len(splits)]):
        if split not in splits.values():
            having = list(splits.values())
            most = max(SPLITS, key=having.count)
            middle = (35, 77, 92)[place]
            ours = [name for name, theirs in splits.items() if theirs == most]
            splits[min(ours, key=lambda name: (abs(_percent(name) - middle), name))] = split
    return splits


def _of_block(category: int, number: int) -> str:
    """The split of a category's room of this number.

    The first three are of three splits, so that each category has all of them, and in most
    categories the very first is train. Each block of 20 has 14, 3 and 3, in an order of its own.
    """
    first = {3: ("val", "train", "test"), 6: ("test", "train", "val")}
    others = (("train", "val", "test"), ("train", "test", "val"))
    begin = first.get(category % 8, others[category % 2])
    if number < len(begin):
        return begin[number]
    size = sum(BLOCK.values())
    block, place = divmod(number, size)
    left = {split: count - (block == 0) for split, count in BLOCK.items()}
    pool = [split for split, count in left.items() for _ in range(count)]
    places = range(block * size + (len(begin) if block == 0 else 0), (block + 1) * size)
    order = sorted(places, key=lambda at: seed_of(f"room {category} {at}"))
    return pool[order.index(number)]


def _percent(name: str) -> int:
    """0 to 99, from a hash of the name."""
    source = name.split("/", 1)[0]
    identity = name.rsplit("-", 1)[0] if source == "blobs" else name
    digest = hashlib.blake2b(identity.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % 100
