"""Ways in which the bytes of a file can be other than they were written."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from typing import Any

WORDS = (
    b"",
    b"\0",
    b"\xff" * 8,
    b"NaN",
    b"-1",
    b"1e999",
    b"null",
    b"../",
    b"{" * 3000,
    b"9" * 5000,
)
VALUES: tuple[Any, ...] = (
    *(None, True, -1, 0, 10**30, 1.5, "", "x", [], {}, "../../etc/passwd", "a\x1b[31mb\n"),
    *([[]] * 20, {"": {}}, "9" * 100, float("nan"), float("inf")),
)


def flip(data: bytes, rng: random.Random) -> bytes:
    """Some bits are others."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 16))):
        if changed:
            changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def cut(data: bytes, rng: random.Random) -> bytes:
    """The end is missing."""
    return data[: rng.randrange(len(data) + 1)]


def zeroed(data: bytes, rng: random.Random) -> bytes:
    """A block is zeros, as after a crash of the machine."""
    at = rng.randrange(len(data) + 1)
    count = min(rng.choice((16, 512, 4096)), len(data) - at)
    return data[:at] + bytes(count) + data[at + count :]


def inserted(data: bytes, rng: random.Random) -> bytes:
    """Something stands in between."""
    at = rng.randrange(len(data) + 1)
    return data[:at] + rng.choice(WORDS) + data[at:]


def repeated(data: bytes, rng: random.Random) -> bytes:
    """A part is there twice."""
    first, last = sorted((rng.randrange(len(data) + 1), rng.randrange(len(data) + 1)))
    return data[:last] + data[first:last] + data[last:]


def number(data: bytes, rng: random.Random) -> bytes:
    """Four bytes are a large number: a length, a count, a size."""
    if len(data) < 4:
        return data
    at = rng.randrange(len(data) - 3)
    value = rng.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\xff\xff\xff\x7f", bytes(4)))
    return data[:at] + value + data[at + 4 :]


def foreign(data: bytes, rng: random.Random) -> bytes:
    """Another thing altogether."""
    return rng.choice((b"", b"hello\n", b"PK\3\4", b"\x89PNG\r\n\x1a\n", rng.randbytes(300)))


def json_value(data: bytes, rng: random.Random) -> bytes:
    """JSON in which one value or key is another; other bytes are flipped."""
    try:
        content = json.loads(data)
    except ValueError:
        return flip(data, rng)
    places = list(_places(content))
    if not places:
        return flip(data, rng)
    container, key = rng.choice(places)
    action = rng.randrange(4)
    if action == 0:
        del container[key]
    elif action == 1 and isinstance(container, dict):
        container[rng.choice(("", "../x", "shards", "é", "x" * 300))] = container.pop(key)
    else:
        container[key] = rng.choice(VALUES)
    return json.dumps(content).encode()


def _places(content: Any):
    """Every place within nested JSON: (container, key)."""
    items = content.items() if isinstance(content, dict) else enumerate(content)
    for key, value in list(items):
        yield content, key
        if isinstance(value, dict | list):
            yield from _places(value)


MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    *(flip, flip, cut, zeroed, inserted, repeated, number, foreign, json_value, json_value),
)
