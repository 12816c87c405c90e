"""Next-best view: which move of the camera will best tell what an object is?

On the turntable's objects (Jayaraman and Grauman, ICCV 2015). From one view's features z the
features after each move g are predicted by a map M'_g, fitted by least squares on the labelled
objects. The nearest labelled pairs of views to [z, M'_g z] vote on the category. The paper takes
the move whose votes agree most; we take the one after which they are most likely correct
(move_utility.py), and say what the paper's rule would give, and always the same move: the one of
the highest mean utility on the labelled objects, or the next best where a view cannot make it. What
is then really seen, [z, z(gx)], is classified by the same vote.

The objects of the validation split are the labelled ones; those of the test split are judged, so no
object is both. Every repeat leaves out another fifth of the labelled objects.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float

from embodied_ssl.data import Dataset
from embodied_ssl.data.views import TurntableViews
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.base import Metric, Model, Protocol
from embodied_ssl.evaluation.embedding import candidates, fit, select
from embodied_ssl.evaluation.results import Results, check_unchanged, runs_of, short_names
from embodied_ssl.evaluation.view_planning import MOVES, Repeat, one_view, repeat
from embodied_ssl.figures import Figure, Picture, Pictures, Section, Strip
from embodied_ssl.progress import each

LEFT_OUT = 5  # one in so many labelled objects, another in each of as many repeats
MOST = 3000  # first views that are judged
EXAMPLES = 12  # objects of which a first view and the chosen move are kept to be shown
ERROR = Metric("its standard error over objects", "{:.4f}")


class NextBestView(Protocol):
    """Which move around an object tells best what it is (next-best view, EQUIV, ICCV 2015)."""

    title = "next-best view of unseen objects"
    metrics: ClassVar = {
        "embedding": Metric("embedding chosen", "{}"),
        "one": Metric("1 view"),
        "chosen": Metric("2 views, chosen move"),
        "agreed": Metric("2 views, most agreed move"),
        "random": Metric("2 views, random move"),
        "fixed": Metric("2 views, fixed move"),
        "gain": Metric("gain of chosen"),
        "gain_random": Metric("gain of random"),
        "chosen_minus_random": Metric("chosen minus random", "{:.4f}"),
        "chosen_minus_random_std": Metric("its std", "{:.4f}"),
        "chosen_minus_random_error": ERROR,
        "chosen_minus_fixed": Metric("chosen minus fixed", "{:.4f}"),
        "chosen_minus_fixed_error": ERROR,
    }

    def __init__(self, config: Protocol.Config, source: str, image_size: int | None, seed: int):
        views = self.views = TurntableViews.open(source, image_size)
        self.seed, self.images, self.fingerprint = seed, views.images, views.fingerprint
        self.labelled, judged = (np.flatnonzero(views.split == split) for split in ("val", "test"))
        known = np.isin(views.category[judged], views.category[self.labelled])
        self.judged = np.random.default_rng(seed).permutation(judged[known])[:MOST]
        categories = len(np.unique(views.category[self.judged]))
        if categories < 2:
            raise UserError(f"{source} has no two categories of which both splits have objects.")
        self.calibration = self.images[self.labelled]
        self.counts = {
            "labelled objects": len(np.unique(views.instance[self.labelled])),
            "test objects": len(np.unique(views.instance[self.judged])),
            "categories": categories,
            "first views": len(self.judged),
        }

    def judge(self, model: Model) -> dict[str, Any]:
        """All numbers; the embedding is the one that tells labelled objects apart best."""
        views, labelled, judged = self.views, self.labelled, self.judged
        features = model.features(self.images)
        objects = np.random.default_rng(self.seed).permutation(np.unique(views.instance[labelled]))
        folds = [np.isin(views.instance[labelled], objects[i::LEFT_OUT]) for i in range(LEFT_OUT)]
        gallery = select(features, labelled)
        embeddings = candidates(gallery)
        encoded = [encode(features) for encode in fit(embeddings, gallery)]
        kept, left = labelled[~folds[0]], labelled[folds[0]]
        truth = views.category_numbers[left]
        tried = each(encoded, f"{model.name}: one view", "embeddings")
        best = int(np.argmax([(one_view(z, views, kept, left) == truth).mean() for z in tried]))
        repeats = [
            repeat(encoded[best], views, labelled[~fold], judged)
            for fold in each(folds, f"{model.name}: moves", "repeats")
        ]
        rules = repeats[0].correct
        correct = {rule: np.stack([each.correct[rule] for each in repeats]) for rule in rules}
        return (
            {"embedding": embeddings[best].label}
            | summarized(correct, views.instance[judged])
            | {"examples": examples(views, judged, repeats[0])}
        )

    @classmethod
    def figures(cls, results: Results, images: bool = True) -> list[Figure]:
        return [cls.table(results), *([example_pictures(results)] if images else [])]


def summarized(
    correct: dict[str, Float[np.ndarray, "R J"]], instance: np.ndarray
) -> dict[str, Any]:
    """Means over repeats and views, and the paired differences of the rules."""
    mean = {rule: float(values.mean()) for rule, values in correct.items()}
    over_random, over_fixed = (correct["chosen"] - correct[rule] for rule in ("random", "fixed"))
    return mean | {
        "gain": mean["chosen"] - mean["one"],
        "gain_random": mean["random"] - mean["one"],
        "chosen_minus_random": float(over_random.mean()),
        "chosen_minus_random_std": float(over_random.mean(axis=1).std(ddof=1)),
        "chosen_minus_random_error": error_over_objects(over_random, instance),
        "chosen_minus_fixed": float(over_fixed.mean()),
        "chosen_minus_fixed_error": error_over_objects(over_fixed, instance),
        "repeats": {rule: values.mean(axis=1).tolist() for rule, values in correct.items()},
    }


def error_over_objects(difference: Float[np.ndarray, "R J"], instance: np.ndarray) -> float:
    """The standard error of a mean difference where objects, not views, are independent."""
    of_object = [difference[:, instance == each].mean() for each in np.unique(instance)]
    return float(np.std(of_object, ddof=1) / len(of_object) ** 0.5)


def examples(views: TurntableViews, judged: np.ndarray, repeat: Repeat) -> list[dict[str, Any]]:
    """A first view of each of some objects, the chosen move, and the categories voted for before
    and after it; views by their row in the dataset."""
    names = np.unique(views.category.astype(str))
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
                "category": str(views.category[first]),
                "told": str(names[repeat.first[j]]),
                "then": str(names[repeat.then[j]]),
            }
        )
    return shown


def example_pictures(results: Results) -> Section:
    """The examples of the first run, or of the first model where no run was evaluated."""
    models, settings = results["models"], results["settings"]
    name = next(iter([*runs_of(results), *models]))
    dataset = Dataset.open(settings["data"])
    check_unchanged(results, dataset.fingerprint)
    cache = dataset.cache(settings["image_size"])
    strips = []
    for shown in models[name]["examples"]:
        category = shown.get("category", shown.get("kind"))
        seen = ((shown["first"], shown["told"]), (shown["second"], shown["then"]))
        pictures = tuple(
            Picture(cache.frames[cache.index["image"][row]], word,
                    "right" if word == category else "wrong")
            for row, word in seen
        )  # fmt: skip
        strips.append(Strip(pictures, f"{category}, {shown['move']}"))
    return Section(
        "Where to look next",
        (Pictures(tuple(strips)),),
        f"A first view of each of {len(strips)} unseen objects and the view after the move that "
        f"{short_names(models)[name]} chose; below them, what the object was classified as from "
        "the first and from both.",
    )
