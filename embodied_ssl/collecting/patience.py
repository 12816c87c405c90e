"""How long to wait for a shard, and how often to try it again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from embodied_ssl.errors import UserError
from embodied_ssl.notes import note

FLOOR = 60.0  # seconds
FACTOR = 20  # so many times as long as any row has taken
TRIES = 3


@dataclass
class Patience:
    """How long a collector may go without a row."""

    told: float = 0.0
    """Seconds; derived from what rows have taken if 0."""
    longest: float = 0.0
    """Seconds that a row, or opening the env, has taken at most."""

    @property
    def limit(self) -> float:
        """Seconds without a row after which a process counts as hanging."""
        return self.told or max(FLOOR, FACTOR * self.longest)

    @property
    def startup(self) -> float:
        """Seconds in which a process imports its modules and opens the env."""
        return max(FLOOR, self.told, FACTOR * self.longest)

    def learn(self, seconds: float) -> None:
        """A row has taken so long."""
        self.longest = max(self.longest, seconds)


@dataclass
class Failures:
    """Shards whose process died or hung."""

    seed: int
    _counts: Counter[int] = field(default_factory=Counter)
    _given_up: dict[int, str] = field(default_factory=dict)

    def again(self, k: int, why: str) -> bool:
        """Shard ``k`` has failed: whether to try it once more."""
        self._counts[k] += 1
        note(f"shard {k}: {why} (attempt {self._counts[k]} of {TRIES})")
        if self._counts[k] == TRIES:
            self._given_up[k] = why
        return k not in self._given_up

    def report(self) -> None:
        """UserError naming the shards that were given up, once all others are done."""
        for k, why in sorted(self._given_up.items()):
            more = f" (and {len(self._given_up) - 1} more)" if len(self._given_up) > 1 else ""
            raise UserError(
                f"shard {k} (--seed {self.seed}){more} failed {TRIES} times: {why}. All other "
                "shards stay."
            )
