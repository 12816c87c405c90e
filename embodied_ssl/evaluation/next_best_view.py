"""Next-best view: which move of the camera will best tell what an object is?

On the turntable's objects (Jayaraman and Grauman, ICCV 2015). From one view's features z the
features after each move g are foretold by a map M'_g, fitted by least squares on the labelled
objects. The nearest labelled pairs of views to [z, M'_g z] vote on the category. The paper takes
the move whose votes agree most; we take the one after which they are most likely right
(move_values.py), and say what the paper's rule would give, and always the same move: the one that
was worth most on the labelled objects, or the next best where a view cannot make it. What is then
really seen, [z, z(gx)], is classified by the same vote.

The objects of the validation split are the labelled ones; those of the test split are judged, so no
object is both. Every repeat leaves out another fifth of the labelled objects.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float, Int
from rich.console import Console
from rich.progress import track

from embodied_ssl.data.views import TurntableViews
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.embedding import Features, candidates, fit, select
from embodied_ssl.evaluation.equivariance import fit_map
from embodied_ssl.evaluation.features import open_device
from embodied_ssl.evaluation.models import model_names, open_model
from embodied_ssl.evaluation.move_values import agreement, move_values, which_move
from embodied_ssl.evaluation.recall import normalized
from embodied_ssl.evaluation.tables import tasks_table

NEIGHBOURS = 25
PRACTICE = 4  # parts of the labelled objects; what moves are worth is learned on each in turn
LEFT_OUT = 5  # one in so many labelled objects, another in each of as many repeats
MOST = 5000  # first views that are judged
MOVES = {
    "up": (1, 0.0), "down": (-1, 0.0), "left": (0, 0.125), "right": (0, -0.125),
    "far left": (0, 0.25), "far right": (0, -0.25), "behind": (0, 0.5),
}  # fmt: skip
"""Name -> rows of elevation upwards, and the part of a circle that the camera goes around."""

METRICS = {
    "embedding": ("embedding chosen", "{}"),
    "one": ("1 view", "{:.3f}"),
    "chosen": ("2 views, chosen move", "{:.3f}"),
    "agreed": ("2 views, most agreed move", "{:.3f}"),
    "random": ("2 views, random move", "{:.3f}"),
    "fixed": ("2 views, fixed move", "{:.3f}"),
    "gain": ("gain of chosen", "{:.3f}"),
    "gain_random": ("gain of random", "{:.3f}"),
    "ahead": ("chosen above random", "{:.4f}"),
    "ahead_spread": ("its spread", "{:.4f}"),
    "ahead_error": ("its error over objects", "{:.4f}"),
    "ahead_fixed": ("chosen above fixed", "{:.4f}"),
}


def votes(
    queries: Float[np.ndarray, "Q D"],
    pairs: Float[np.ndarray, "P D"],
    kinds: Int[np.ndarray, " P"],
    count: int,
) -> Float[np.ndarray, "Q K"]:
    """The shares of ``count`` kinds among the nearest pairs by cosine."""
    voters = min(NEIGHBOURS, len(pairs))
    near = np.argpartition(-(normalized(queries) @ normalized(pairs).T), voters - 1, axis=1)
    one_hot = np.eye(count, dtype=np.float32)[kinds]
    return one_hot[near[:, :voters]].mean(axis=1)


def play(
    z: Float[np.ndarray, "N D"],
    views: TurntableViews,
    labelled: Int[np.ndarray, " L"],
    judged: Int[np.ndarray, " J"],
) -> dict[str, Any]:
    """Accuracy from one view and after each way to choose the move, over all views as the first.

    Args:
        z: features of all views.
        views: what they show, and from where.
        labelled, judged: views whose kind is known, and those that are to be told.
    """
    kinds, count = views.kind_numbers, views.kind_numbers.max() + 1
    told = votes(z[judged], z[labelled], kinds[labelled], count).argmax(1) == kinds[judged]
    foretold, right = look(z, views, labelled, judged)
    objects = views.instance[labelled]
    practised = []
    for part in np.array_split(np.unique(objects), PRACTICE):
        ours = np.isin(objects, part)
        practised.append(look(z, views, labelled[~ours], labelled[ours]))
    practice = *map(np.concatenate, zip(*practised, strict=True)), foretold

    def after(values: np.ndarray) -> np.ndarray:
        """Whether the votes are right after the moves of most value."""
        return right[np.arange(len(judged)), values.argmax(1)]

    chosen, random = after(move_values(*practice)), np.nanmean(right, axis=1)
    made = np.isfinite(right).any(axis=0)  # the views may lack some of the places
    return {
        "one": told.mean(),
        "chosen": chosen.mean(),
        "agreed": after(np.where(np.isfinite(right), agreement(foretold), -np.inf)).mean(),
        "random": random.mean(),
        "fixed": after(move_values(*practice, known=which_move)).mean(),
        "moves": {name: np.nanmean(right[:, g]) for g, name in enumerate(MOVES) if made[g]},
        "lead": chosen - random,
    }


def look(
    z: Float[np.ndarray, "N D"],
    views: TurntableViews,
    labelled: Int[np.ndarray, " L"],
    judged: Int[np.ndarray, " J"],
) -> tuple[Float[np.ndarray, "J G K"], Float[np.ndarray, "J G"]]:
    """Make every move from every judged view, first in the mind and then really.

    Returns:
        the shares of the votes on what is foretold, and whether the votes on what is then seen are
        right (1 or 0); NaN where there is no such move.
    """
    kinds, count = views.kind_numbers, views.kind_numbers.max() + 1
    foretold = np.full((len(judged), len(MOVES), count), np.nan, np.float32)
    right = np.full((len(judged), len(MOVES)), np.nan)
    place = np.full(len(z), -1)
    place[judged] = np.arange(len(judged))
    for g, move in enumerate(MOVES.values()):
        (a, b), (x, y) = views.moved(labelled, *move).T, views.moved(judged, *move).T
        if not len(a) or not len(x):
            continue
        known = np.hstack([z[a], z[b]]), kinds[a], count
        ends = np.vstack([z[x] @ fit_map(z[a], z[b]), z[y]])  # in the mind, then really
        shares = votes(np.hstack([np.vstack([z[x], z[x]]), ends]), *known)
        foretold[place[x], g], seen = np.split(shares, 2)
        right[place[x], g] = seen.argmax(1) == kinds[x]
    return foretold, right


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """The protocol ``next-best-view``."""
    views = TurntableViews.open(config.data, config.image_size)
    labelled, judged = (np.flatnonzero(views.split == split) for split in ("val", "test"))
    known = np.isin(views.kind[judged], views.kind[labelled])
    judged = np.random.default_rng(config.seed).permutation(judged[known])[:MOST]
    if not len(judged) or len(np.unique(views.kind[judged])) < 2:
        raise UserError(f"{config.data} has no two kinds of which both splits have objects.")
    device = open_device(config.device)
    models = {}
    for name in track(model_names(config.runs), "evaluating", transient=True):
        describe = open_model(name, config.runs, views.images[labelled], config.seed, device)
        models[name] = judge(describe(views.images), views, labelled, judged, config.seed)
    counts = {
        "labelled objects": len(np.unique(views.instance[labelled])),
        "test objects": len(np.unique(views.instance[judged])),
        "kinds": len(np.unique(views.kind[judged])),
        "first views": len(judged),
    }
    title = "next-best view of unseen objects"
    results = {"title": title, "data": counts, "metrics": METRICS, "models": models}
    Console().print(tasks_table(results))
    return results


def judge(
    features: Features, views: TurntableViews, labelled: np.ndarray, judged: np.ndarray, seed: int
) -> dict[str, Any]:
    """All numbers of a model; the embedding is the one that tells labelled objects apart best."""
    objects = np.random.default_rng(seed).permutation(np.unique(views.instance[labelled]))
    folds = [np.isin(views.instance[labelled], objects[i::LEFT_OUT]) for i in range(LEFT_OUT)]
    gallery = select(features, labelled)
    embeddings = candidates(gallery)
    encoded = [encode(features) for encode in fit(embeddings, gallery)]

    def one_view(z: np.ndarray) -> float:
        kept, left = labelled[~folds[0]], labelled[folds[0]]
        numbers = views.kind_numbers
        shares = votes(z[left], z[kept], numbers[kept], numbers.max() + 1)
        return float((shares.argmax(1) == numbers[left]).mean())

    best = int(np.argmax([one_view(z) for z in encoded]))
    played = [play(encoded[best], views, labelled[~fold], judged) for fold in folds]
    leads = np.stack([repeat.pop("lead") for repeat in played])  # (repeats, J)
    shown = views.instance[judged]
    of_object = [leads[:, shown == instance].mean() for instance in np.unique(shown)]
    names = ("one", "chosen", "agreed", "random", "fixed")
    mean = {name: float(np.mean([repeat[name] for repeat in played])) for name in names}
    return {
        "embedding": embeddings[best].label,
        **mean,
        "gain": mean["chosen"] - mean["one"],
        "gain_random": mean["random"] - mean["one"],
        "ahead": float(leads.mean()),
        "ahead_spread": float(leads.mean(axis=1).std(ddof=1)),
        "ahead_error": float(np.std(of_object, ddof=1) / len(of_object) ** 0.5),
        "ahead_fixed": mean["chosen"] - mean["fixed"],
        "repeats": played,
    }
