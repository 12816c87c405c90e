"""Equivariance error: do features change with the camera's motion as a linear map says?

For each atomic motion g (a turn to the right, a turn to the left, a drive ahead) a map M'_g is
fitted by least squares on pairs of the training rooms, for every model alike. On pairs of the test
rooms rho_g = E[ |z(gx) - M'_g z(x)| / |z(gx) - z(x)| ]: 0 is perfect, 1 is as good as saying that
nothing changes (Jayaraman and Grauman, ICCV 2015). A composed motion has the product of the maps.

Choices of ours: an atomic motion is the core of its pattern, the half of the pairs that are nearest
to the centre, because a pattern's motions differ by as much as ten degrees; and pairs weigh in the
fit by the inverse of how far their features moved, because that is how the error counts them.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from jaxtyping import Int
from sklearn.decomposition import PCA

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.base import Metric, Model, Protocol
from embodied_ssl.evaluation.displacement_figures import displacement_charts
from embodied_ssl.evaluation.embedding import principal
from embodied_ssl.evaluation.feature_displacement import feature_displacement
from embodied_ssl.evaluation.learned_maps import learned_rho
from embodied_ssl.evaluation.linear_maps import fit_map, rho
from embodied_ssl.evaluation.results import Results
from embodied_ssl.evaluation.rooms import RoomsProtocol, last_stage
from embodied_ssl.figures import Figure
from embodied_ssl.motion import SECONDS, MotionPatterns, Pairs, mine_pairs

DIMS = 64  # of the features after PCA on the training rooms; as many as the paper's
MOST = 4000  # pairs of each motion
ATOMIC = ("right", "left", "ahead")
COMPOSED = {"ahead then right": ("ahead", "right"), "ahead then left": ("ahead", "left"),
            "right then right": ("right", "right")}  # fmt: skip


class Equivariance(RoomsProtocol):
    """Error of linear maps of the camera's motion in unseen rooms (rho, EQUIV, ICCV 2015)."""

    title = "equivariance error in unseen rooms"
    splits = ("train", "test")
    metrics: ClassVar = {
        **{name: Metric(f"rho {name}") for name in (*ATOMIC, *COMPOSED)},
        "learned_atomic": Metric("learned maps, atomic"),
        "learned_composed": Metric("learned maps, composed"),
        "neighbour_purity": Metric("neighbour purity"),
    }

    def __init__(self, config: Protocol.Config, source: str, image_size: int | None, seed: int):
        self.open(source, image_size)
        self.seed = seed
        rng = np.random.default_rng(seed)
        train = mine_pairs(self.cache, "train", SECONDS)
        patterns = MotionPatterns(train.motion)
        self.fitted = atomic_pairs(train, patterns, rng)
        self.judged = atomic_pairs(mine_pairs(self.cache, "test", SECONDS), patterns, rng)
        chains = {
            name: composed_pairs(self.judged[first], self.judged[second], rng)
            for name, (first, second) in COMPOSED.items()
        }
        for name, rows in self.judged.items():
            if not len(rows):
                episodes = self.cache.rows["episode"]
                test = np.unique(episodes[self.cache.rows["split"] == "test"])
                raise UserError(
                    f"no camera of the {len(test)} test rooms goes {name}: collect --episodes "
                    f"{2 * len(np.unique(episodes))}, twice as many as there are."
                )
        # A few trajectories have not all of them.
        self.chains = {name: rows for name, rows in chains.items() if len(rows)}
        self.train = np.unique(np.concatenate([rows.ravel() for rows in self.fitted.values()]))
        others = (*self.judged.values(), *self.chains.values())
        self.look_at(np.concatenate([self.train, *(rows.ravel() for rows in others)]))
        self.counts = {name: len(rows) for name, rows in (self.judged | self.chains).items()}

    def judge(self, model: Model) -> dict[str, Any]:
        features = last_stage(self.stages(model))
        limit = min(DIMS, features.shape[1], len(self.train))
        z = principal(PCA(limit, random_state=0), features[self.train]).transform(features)
        maps = {motion: fit_map(z[a], z[b]) for motion, (a, b) in _columns(self.fitted)}
        scores: dict[str, Any] = {
            motion: rho(z[a], z[b], z[a] @ maps[motion]) for motion, (a, b) in _columns(self.judged)
        }
        for motion, (a, _, b) in _columns(self.chains):
            first, second = COMPOSED[motion]
            scores[motion] = rho(z[a], z[b], z[a] @ (maps[first] @ maps[second]))
        rooms = self.cache.rows["instance"]
        scores["displacement"] = feature_displacement(z, self.judged, rooms, self.seed)
        scores["neighbour_purity"] = scores["displacement"].pop("neighbour_purity")
        chains = self.judged | self.chains
        learned = learned_rho(model.method(), self.cache, features, chains)
        for sort, motions in (("atomic", self.judged), ("composed", self.chains)):
            errors = [learned[motion] for motion in motions if motion in learned]
            if errors:
                scores[f"learned_{sort}"] = float(np.mean(errors))
        return scores

    @classmethod
    def figures(cls, results: Results, images: bool = True) -> list[Figure]:
        return [cls.table(results), displacement_charts(results)]


def atomic_pairs(
    pairs: Pairs, patterns: MotionPatterns, rng: np.random.Generator
) -> dict[str, Int[np.ndarray, "P 2"]]:
    """Rows before and after each atomic motion, at most ``MOST`` of each."""
    found, away = patterns(pairs.motion), patterns.distance(pairs.motion)
    chosen = {}
    for name, pattern in patterns.atomic.items():
        ours = np.flatnonzero(found == pattern)
        ours = ours[away[ours] <= np.median(away[ours])] if len(ours) else ours
        ours = rng.permutation(ours)[:MOST]
        chosen[name] = np.stack([pairs.first[ours], pairs.second[ours]], axis=1)
    return chosen


def composed_pairs(
    first: Int[np.ndarray, "P 2"], second: Int[np.ndarray, "Q 2"], rng: np.random.Generator
) -> Int[np.ndarray, "R 3"]:
    """Rows before, between and after two motions, where the second begins as the first ends.

    Args:
        first, second: rows before and after each of the two motions.
    """
    followers: dict[int, list[int]] = {}
    for start, end in second.tolist():
        followers.setdefault(start, []).append(end)
    chains = [(i, j, k) for i, j in first.tolist() for k in followers.get(j, ())]
    return np.array(chains, int).reshape(-1, 3)[rng.permutation(len(chains))[:MOST]]


def _columns(pairs: dict[str, np.ndarray]):
    return ((name, rows.T) for name, rows in pairs.items())
