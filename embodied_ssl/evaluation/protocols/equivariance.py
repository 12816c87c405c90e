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

from typing import Any

import numpy as np
from jaxtyping import Float, Int
from sklearn.decomposition import PCA

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.displacements import displacements
from embodied_ssl.evaluation.learned_maps import learned_rho
from embodied_ssl.evaluation.moving import Stages, judge_all, last_stage, open_rooms
from embodied_ssl.motion import SECONDS, MotionPatterns, Pairs, mine_pairs

DIMS = 64  # of the features after PCA on the training rooms; as many as the paper's
RIDGE = 1e-3  # of the features' mean variance
LEAST = 0.01  # of the pairs moved the least: they weigh no more than the next one
MOST = 4000  # pairs of each motion
COMPOSED = {"ahead then right": ("ahead", "right"), "ahead then left": ("ahead", "left"),
            "right then right": ("right", "right")}  # fmt: skip
METRICS = {
    **{name: (f"rho {name}", "{:.3f}") for name in ("right", "left", "ahead")},
    **{name: (f"rho {name}", "{:.3f}") for name in COMPOSED},
    "learned_atomic": ("learned maps, atomic", "{:.3f}"),
    "learned_composed": ("learned maps, composed", "{:.3f}"),
    "alike": ("moved alike", "{:.3f}"),
}


def fit_map(before: Float[np.ndarray, "P D"], after: Float[np.ndarray, "P D"]) -> np.ndarray:
    """M' (D, D) with after ~ before @ M', by least squares with a trace of ridge."""
    moved = np.linalg.norm(after - before, axis=1, keepdims=True)
    weight = 1 / np.maximum(moved, max(np.quantile(moved, LEAST), 1e-9))
    before, after = weight * before, weight * after
    gram = before.T @ before
    ridge = RIDGE * np.trace(gram) / len(gram)
    return np.linalg.solve(gram + ridge * np.eye(len(gram)), before.T @ after)


def rho(
    before: Float[np.ndarray, "P D"], after: Float[np.ndarray, "P D"], matrix: np.ndarray
) -> float:
    """The error of what the map predicts over that of predicting no change, a mean over pairs."""
    left = np.linalg.norm(after - before @ matrix, axis=1)
    changed = np.linalg.norm(after - before, axis=1)
    return float((left / np.maximum(changed, 1e-9)).mean())


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


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """The protocol ``equivariance``."""
    cache = open_rooms(config, "train", "test")
    rng = np.random.default_rng(config.seed)
    train = mine_pairs(cache, "train", SECONDS)
    patterns = MotionPatterns(train.motion)
    fitted = atomic_pairs(train, patterns, rng)
    judged = atomic_pairs(mine_pairs(cache, "test", SECONDS), patterns, rng)
    chains = {
        name: composed_pairs(judged[first], judged[second], rng)
        for name, (first, second) in COMPOSED.items()
    }
    for name, rows in judged.items():
        if not len(rows):
            raise UserError(f"no camera of the test rooms goes {name}: collect more --episodes.")
    chains = {name: rows for name, rows in chains.items() if len(rows)}  # a few drives have not all
    moved = {}
    seen = np.unique(np.concatenate([rows.ravel() for rows in fitted.values()]))

    def judge(name: str, stages: Stages) -> dict[str, Any]:
        features = last_stage(stages)
        limit = min(DIMS, features.shape[1], len(seen))
        z = PCA(limit, random_state=0).fit(features[seen]).transform(features)
        maps = {motion: fit_map(z[a], z[b]) for motion, (a, b) in _columns(fitted)}
        scores = {motion: rho(z[a], z[b], maps[motion]) for motion, (a, b) in _columns(judged)}
        for motion, (a, _, b) in _columns(chains):
            first, second = COMPOSED[motion]
            scores[motion] = rho(z[a], z[b], maps[first] @ maps[second])
        moved[name] = displacements(z, judged, cache.rows["instance"], config.seed)
        scores["alike"] = moved[name]["alike"]
        learned = learned_rho(name, cache, features, judged | chains)
        for kind, motions in (("atomic", judged), ("composed", chains)):
            errors = [learned[motion] for motion in motions if motion in learned]
            if errors:
                scores[f"learned_{kind}"] = float(np.mean(errors))
        return scores

    counts = {name: len(rows) for name, rows in (judged | chains).items()}
    title = "equivariance error in unseen rooms"
    rows = np.concatenate([rows.ravel() for rows in (seen, *judged.values(), *chains.values())])
    results = judge_all(config, cache, rows, judge, METRICS, title, counts)
    return results | {"displacements": moved}


def _columns(pairs: dict[str, np.ndarray]):
    return ((name, rows.T) for name, rows in pairs.items())
