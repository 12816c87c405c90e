"""The split of an object or a room, which depends on its name alone."""

from __future__ import annotations

import hashlib

SPLITS = ("train", "val", "test")


def split_of(name: str) -> str:
    """The split of an object, the same for ever: 70 % train, 15 % val, 15 % test.

    Args:
        name: ``source/kind/instance``. What follows a hyphen in a blob's instance is a variant of
            its texture; the variants of one shape share its split.
    """
    source = name.split("/", 1)[0]
    identity = name.rsplit("-", 1)[0] if source == "blobs" else name
    digest = hashlib.blake2b(identity.encode(), digest_size=8).digest()
    percent = int.from_bytes(digest, "big") % 100
    return "train" if percent < 70 else "val" if percent < 85 else "test"


def seed_of(name: str) -> int:
    """A seed for everything that is drawn about an object."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=16).digest(), "big")
