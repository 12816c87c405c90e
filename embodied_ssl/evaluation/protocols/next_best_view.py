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

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from rich.console import Console
from rich.progress import track

from embodied_ssl.data.views import TurntableViews
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.camera_moves import MOVES, choose, look, votes
from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.embedding import Features, candidates, fit, select
from embodied_ssl.evaluation.features import open_device
from embodied_ssl.evaluation.models import model_names, open_model
from embodied_ssl.evaluation.recall import cosine
from embodied_ssl.evaluation.tables import tasks_table

LEFT_OUT = 5  # one in so many labelled objects, another in each of as many repeats
MOST = 3000  # first views that are judged
EXAMPLES = 12  # objects of which a first view and the chosen move are kept to be shown
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
    "ahead_fixed_error": ("its error over objects", "{:.4f}"),
}


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
    results = {
        "title": title,
        "data": counts,
        "fingerprint": views.fingerprint,
        "metrics": METRICS,
        "models": models,
    }
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
    kept, left = labelled[~folds[0]], labelled[folds[0]]
    truth = views.kind_numbers[left]
    best = int(np.argmax([(one_view(z, views, kept, left) == truth).mean() for z in encoded]))
    z = encoded[best]
    repeats = [repeat(z, views, labelled[~fold], judged) for fold in folds]
    right = {name: np.stack([each.right[name] for each in repeats]) for name in repeats[0].right}
    mean = {name: float(values.mean()) for name, values in right.items()}  # of (repeats, J)
    ahead, ahead_fixed = (right["chosen"] - right[other] for other in ("random", "fixed"))
    return {
        "embedding": embeddings[best].label,
        **mean,
        "gain": mean["chosen"] - mean["one"],
        "gain_random": mean["random"] - mean["one"],
        "ahead": float(ahead.mean()),
        "ahead_spread": float(ahead.mean(axis=1).std(ddof=1)),
        "ahead_error": error_over_objects(ahead, views.instance[judged]),
        "ahead_fixed": float(ahead_fixed.mean()),
        "ahead_fixed_error": error_over_objects(ahead_fixed, views.instance[judged]),
        "repeats": {name: values.mean(axis=1).tolist() for name, values in right.items()},
        "examples": examples(views, judged, repeats[0]),
    }


@dataclass(frozen=True)
class Repeat:
    """What came of all first views with some of the labelled objects."""

    right: dict[str, Float[np.ndarray, " J"]]
    """Whether each is told rightly from ``one`` view, after a ``random`` move, by each rule."""
    told: Int[np.ndarray, " J"]
    """The kind that each seems to show."""
    move: Int[np.ndarray, " J"]
    """The chosen move."""
    then: Int[np.ndarray, " J"]
    """The kind that it seems to be after it."""


def repeat(
    z: Float[np.ndarray, "N D"], views: TurntableViews, labelled: np.ndarray, judged: np.ndarray
) -> Repeat:
    """Judge every first view with these labelled views."""
    told = one_view(z, views, labelled, judged)
    looks = look(z, views, labelled, judged)
    moves = choose(looks, z, views, labelled)
    right = {
        "one": (told == looks.kind).astype(float),
        "random": np.nanmean(looks.right, axis=1),
        **{rule: looks.after(move) for rule, move in moves.items()},
    }
    move = moves["chosen"]
    return Repeat(right, told, move, looks.seen[np.arange(len(move)), move])


def one_view(
    z: Float[np.ndarray, "N D"], views: TurntableViews, labelled: np.ndarray, judged: np.ndarray
) -> Int[np.ndarray, " J"]:
    """The kinds that views seem to show."""
    kinds = views.kind_numbers
    shares = votes(cosine(z[judged], z[labelled]), kinds[labelled], kinds.max() + 1)
    return shares.argmax(1)


def error_over_objects(lead: Float[np.ndarray, "R J"], instance: np.ndarray) -> float:
    """The standard error of a mean lead where objects, not views, are independent."""
    of_object = [lead[:, instance == each].mean() for each in np.unique(instance)]
    return float(np.std(of_object, ddof=1) / len(of_object) ** 0.5)


def examples(views: TurntableViews, judged: np.ndarray, repeat: Repeat) -> list[dict[str, Any]]:
    """A first view of each of some objects, the chosen move, and what the votes of a repeat said
    before and after it; views by their row in the dataset."""
    names = np.unique(views.kind.astype(str))
    _, one_each = np.unique(views.instance[judged], return_index=True)
    shown = []
    for j in np.sort(one_each)[:EXAMPLES]:
        move = list(MOVES)[repeat.move[j]]
        ((first, second),) = views.moved(judged[[j]], *MOVES[move])
        shown.append(
            {
                "first": int(first),
                "second": int(second),
                "move": move,
                "kind": str(views.kind[first]),
                "told": str(names[repeat.told[j]]),
                "then": str(names[repeat.then[j]]),
            }
        )
    return shown
