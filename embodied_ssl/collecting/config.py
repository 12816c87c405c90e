"""What a user may ask of a collection, whatever the world."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from embodied_ssl.errors import UserError

IMAGE_SIZES = (16, 1024)
WORKERS = (1, 256)
SEEDS = (0, 2**63 - 1)
TIMEOUTS = (0.0, 1e6)


@dataclass(frozen=True)
class CollectConfig:
    """Collect data in a simulated world."""

    env: str
    """The world: a name, or package.module:Class."""
    out: Path
    """Folder of the dataset; the same command continues what was interrupted, and with a larger
    amount it collects what is lacking."""
    workers: int = 1
    """Processes; they change the speed and nothing else."""
    seed: int = 0
    """Of everything that is random."""
    image_size: int = 128
    """Pixels along each side of an image."""
    shards: str = ""
    """Only the shards I:J, from I up to J without J, for job arrays; all if empty."""
    timeout: float = 0.0
    """Seconds without a new row after which a shard is begun anew, by another process; if 0, twenty
    times as long as any row has taken, and a minute at least."""

    def __post_init__(self):
        for name, (low, high), words, between in (
            ("workers", WORKERS, "at least", "and at most"),
            ("image_size", IMAGE_SIZES, "from", "to"),
            ("seed", SEEDS, "from", "to"),
        ):
            value = getattr(self, name)
            if type(value) is not int or not low <= value <= high:
                option = name.replace("_", "-")
                raise UserError(f"--{option} must be {words} {low} {between} {high}.")
        if not TIMEOUTS[0] <= self.timeout <= TIMEOUTS[1]:
            raise UserError("--timeout must be from {:g} to {:g} seconds.".format(*TIMEOUTS))
        if not re.fullmatch(r"(\d{1,9}:\d{1,9})?", self.shards, re.ASCII):
            raise UserError("--shards must be two numbers I:J, such as 0:10.")

    def numbers(self, num_shards: int) -> range:
        """The shards that are asked for, of so many; UserError where there is none of them."""
        if not self.shards:
            return range(num_shards)
        first, end = map(int, self.shards.split(":"))
        if not first < min(end, num_shards):
            raise UserError(f"--shards {self.shards}: there is none of them among 0:{num_shards}.")
        return range(first, min(end, num_shards))
