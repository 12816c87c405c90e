"""Pairs of views with the action between them, of every world in which one is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol

import numpy as np
import torch
from jaxtyping import Float, Int

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.sampling.base import Batch, Epochs, Sampler, load_frames
from embodied_ssl.sampling.object_views import views_of_objects

NUMBERS = 5
"""Of an action, at most."""
HIGHEST = 0.05  # metres of the fingertips in a push
WIDEST = 45.0  # degrees between two elevations


class Pairs(Protocol):
    """The pairs of a world: their number, and some of them with their actions."""

    def __len__(self) -> int: ...

    def __call__(
        self, chosen: Int[np.ndarray, " B"], rng: np.random.Generator
    ) -> tuple[Int[np.ndarray, "2 B"], Float[np.ndarray, "B A"], Int[np.ndarray, " B"]]:
        """Places of the first and the second frames, actions, and rows of the dataset."""
        ...


class Pushes:
    """Before and after a push, in the crop that both images show: u0, v0, u1, v1 from -1 to 1, and
    the height of the fingertips in units of ``HIGHEST``."""

    mirror = (-1, 1, -1, 1, 1)

    def __init__(self, cache: FrameCache):
        before, after = cache.index["before"], cache.index["after"]
        whole = (before >= 0) & (after >= 0) & (cache.rows["interaction"] == "push")
        self.rows = np.flatnonzero(whole & (cache.rows["split"] == "train"))
        self.places = np.stack([before, after])[:, self.rows]
        self.actions = np.array(list(cache.rows["push"][self.rows]), np.float32).reshape(-1, 5)
        self.actions[:, 4] /= HIGHEST

    def __len__(self) -> int:
        return len(self.rows)

    def __call__(self, chosen, rng):
        return self.places[:, chosen], self.actions[chosen], self.rows[chosen]


class Circlings:
    """Two views of an object that a camera goes round: sine and cosine of the azimuth between them,
    and the elevation between them in units of ``WIDEST``."""

    mirror = (-1, 1, 1)

    def __init__(self, cache: FrameCache):
        self.row_of = cache.rows_of("image")
        self.azimuth, self.elevation = cache.rows["azimuth"], cache.rows["elevation"]
        self.rows, self.views = views_of_objects(cache, "train")

    def __len__(self) -> int:
        return len(self.rows)

    def __call__(self, chosen, rng):
        places = np.array([rng.choice(self.views[i], 2, replace=False) for i in chosen]).T
        first, second = self.row_of[places]
        turn = np.radians(self.azimuth[second] - self.azimuth[first])
        rise = (self.elevation[second] - self.elevation[first]) / WIDEST
        actions = np.stack([np.sin(turn), np.cos(turn), rise], axis=1)
        return places, actions.astype(np.float32), self.rows[chosen]


class _World(NamedTuple):
    frames: np.ndarray
    pairs: Pairs
    mirror: tuple[int, ...]
    count: int
    epochs: Epochs
    start: int


class ActionSampler:
    """``first`` and ``second`` frames, the ``motion`` (B, 5) between them and which of its numbers
    are ``known`` (B, 5), and whether a pair is ``mirrored``, its motion too.

    Every world gives the same share of a batch.

    Args:
        caches: of the datasets, by their world.
        batch_size: pairs in a batch.
        seed: of their order.
        mirror: probability that a pair is mirrored.
        rooms: opens the sampler of a rooms dataset for a number of pairs, with ``motion`` (B, 3) in
            units of its usual reach; needed where there is one.

    Raises:
        UserError: for a dataset with fewer than two pairs.
    """

    def __init__(
        self,
        caches: Mapping[str, FrameCache],
        batch_size: int,
        seed: int,
        mirror: float = 0.0,
        rooms: Callable[[FrameCache, int], Sampler] | None = None,
    ):
        self.seed, self.mirror, self.size = seed, mirror, 0
        self._rooms, self._worlds = None, []
        shares = [len(part) for part in np.array_split(np.arange(batch_size), len(caches))]
        for place, (world, count) in enumerate(zip(caches, shares, strict=True)):
            if world == "rooms":
                self._rooms, self._rooms_start = rooms(caches[world], count), self.size
                self.size += self._rooms.size
                continue
            cls = {"tabletop": Pushes, "turntable": Circlings}[world]
            pairs = cls(caches[world])
            if len(pairs) < 2:
                what = {"tabletop": "pushes", "turntable": "objects"}[world]
                raise UserError(f"the {world} data hold too few {what} to learn actions from.")
            frames, epochs = caches[world].frames, Epochs(len(pairs), seed, place)
            self._worlds.append(_World(frames, pairs, cls.mirror, count, epochs, self.size))
            self.size += len(pairs)

    def __call__(self, number: int) -> Batch:
        """The batch of a number."""
        rng = np.random.default_rng([self.seed, number])
        batches = [self._drawn(world, number, rng) for world in self._worlds]
        if self._rooms is not None:
            batch = self._rooms(number)
            index = self._rooms_start + batch["index"]
            kept = {name: batch[name] for name in ("first", "second", "mirrored", "row")}
            batches.append(kept | _padded(batch["motion"]) | {"index": index})
        return {name: torch.cat([each[name] for each in batches]) for name in batches[0]}

    def _drawn(self, world: _World, number: int, rng: np.random.Generator) -> Batch:
        chosen = world.epochs(number * world.count, world.count)
        (first, second), actions, rows = world.pairs(chosen, rng)
        mirrored = rng.random(len(chosen)) < self.mirror
        signs = np.where(mirrored[:, None], np.array(world.mirror, np.float32), np.float32(1))
        return _padded(torch.from_numpy(actions * signs)) | {
            "first": load_frames(world.frames, first),
            "second": load_frames(world.frames, second),
            "mirrored": torch.from_numpy(mirrored),
            "index": torch.from_numpy(world.start + chosen),
            "row": torch.from_numpy(rows),
        }


def _padded(motion: torch.Tensor) -> Batch:
    """Actions of fewer numbers (B, A), and which are known."""
    short = NUMBERS - motion.shape[1]
    known = torch.ones_like(motion, dtype=torch.bool)
    pad = torch.nn.functional.pad
    return {"motion": pad(motion, (0, short)), "known": pad(known, (0, short))}
