"""Retrieval of held-out objects: which images of the gallery are nearest to a query?

The embedding (one stage, mean- or max-pooled and centred; or all stages whitened) is chosen on the
validation objects by instance recall@1, then the test objects are read once; beside it stands the
raw embedding, which nobody chose. As on UW RGB-D the gallery has the lowest and the highest
elevation, the queries the one between.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from embodied_ssl.data import open_labelled
from embodied_ssl.evaluation.base import Metric, Model, Protocol
from embodied_ssl.evaluation.gallery import Split, judge
from embodied_ssl.evaluation.gallery_figures import gallery_sections
from embodied_ssl.evaluation.kept import keep_embedding
from embodied_ssl.evaluation.recall import LEVELS, RANKS, share
from embodied_ssl.evaluation.recall_intervals import intervals_table
from embodied_ssl.evaluation.results import Results, runs_of, short_names
from embodied_ssl.evaluation.wrong_neighbours import shared_table
from embodied_ssl.figures import Bars, Figure, Row, Section, Table

SHOWN_QUERIES = 8
MAPPED = 400  # images on the map of an embedding


class Retrieval(Protocol):
    """Recall@k of held-out objects by their nearest images (as on UW RGB-D, ICRA 2011)."""

    title = "retrieval of unseen objects"
    metrics: ClassVar = {"embedding": Metric("embedding chosen", "{}")} | {
        f"test.{level}.{k}": Metric(f"{title} @{k}")
        for level, title in LEVELS.items()
        for k in RANKS
    }

    def __init__(self, config: Protocol.Config, source: str, image_size: int | None, seed: int):
        labelled = open_labelled(source, image_size)
        self.source = source
        self.val, self.test = Split.of(labelled, "val"), Split.of(labelled, "test")
        queries = len(self.test.queries)
        self.shown = np.random.default_rng(seed).permutation(queries)[:SHOWN_QUERIES]
        self.mapped = np.random.default_rng(seed).permutation(self.test.gallery)[:MAPPED]
        self.seed = seed
        self.images, self.fingerprint = labelled.images, labelled.fingerprint
        self.calibration = self.images[self.val.gallery]
        self.counts = {
            "image_size": self.images.shape[1],
            "left_out": labelled.left_out,
            "val": self.val.counts,
            "test": self.test.counts,
        }

    def judge(self, model: Model) -> dict[str, Any]:
        """The numbers; the embedding chosen for a run is kept in its folder."""
        mapped = None if model.trunk is None else self.mapped
        features = model.features(self.images)
        numbers, encoder = judge(features, self.val, self.test, self.shown, mapped, self.seed)
        if model.run is not None:
            facts = {
                "image_size": self.images.shape[1],
                "chosen_on": self.source,
                "fingerprint": self.fingerprint,
            }
            keep_embedding(model.run, encoder, model.trunk, facts)
        return numbers

    def compare(self, results: Results) -> None:
        """Which queries ``neighbours`` are of, and which images ``map`` has."""
        results["queries"] = self.test.queries[self.shown].tolist()
        results["mapped"] = self.mapped.tolist()

    @classmethod
    def summary(cls, results: Results) -> str:
        counts = results["data"]["test"]
        categories = counts.get("categories", counts.get("kinds"))
        return (
            f"{counts['queries']:,} queries ({judged(results)[0]:,} have their object in the "
            f"gallery), {counts['gallery']:,} images in the gallery, "
            f"{counts['instances']:,} objects of {categories} categories"
        )

    @classmethod
    def table(cls, results: Results) -> Table:
        """Of each model the chosen embedding, and the raw one where that is another."""
        models, shown = results["models"], short_names(results["models"])
        recalls = {name: _recalls(model) for name, model in models.items()}
        highest = [max(v or 0 for v in column) for column in zip(*recalls.values(), strict=True)]
        best, rows = best_run(results), []
        for name, model in models.items():
            top = tuple(i for i, value in enumerate(recalls[name]) if value == highest[i])
            texts = tuple(map(share, recalls[name]))
            rows.append(Row(shown[name], texts, model["embedding"], name == best, top))
            raw = model["raw"]
            if raw["embedding"] != model["embedding"]:
                rows.append(Row("", tuple(map(share, _recalls(raw))), raw["embedding"]))
        caption = (
            f"recall@{'/'.join(map(str, RANKS))}: the share of queries with a correct image among "
            "the k nearest by cosine; first the embedding chosen on validation objects, then the "
            "raw one, the last pooled stage, which nobody chose"
        )
        counts = zip(LEVELS.values(), judged(results), strict=True)
        caption += "; queries behind each number, the others having no such image: "
        caption += ", ".join(f"{title} {count:,}" for title, count in counts)
        columns = tuple(f"@{k}" for _ in LEVELS for k in RANKS)
        corner, levels = ("model", "embedding"), tuple(LEVELS.values())
        return Table(columns, tuple(rows), corner, levels, caption)

    @classmethod
    def figures(cls, results: Results, images: bool = True) -> list[Figure]:
        models, shown = results["models"], short_names(results["models"])
        series = {
            f"{title} ({count:,} queries)": tuple(m["test"][level]["1"] for m in models.values())
            for (level, title), count in zip(LEVELS.items(), judged(results), strict=True)
            if count
        }
        runs = frozenset(shown[name] for name in runs_of(results))
        tried = tuple(embeddings(shown[name], model) for name, model in models.items())
        found: list[Figure] = [
            Bars(tuple(shown.values()), series, "recall@1", runs),
            cls.table(results),
        ]
        if (table := intervals_table(models, shown)) is not None:
            found.append(table)
        found.append(
            Section("Every embedding on the validation objects", tried, layout="halves",
                    folded=True)
        )  # fmt: skip
        if (wrong := shared_table(models, shown)) is not None:
            found.append(Section("What wrong neighbours share with the query", (wrong,)))
        return found + (gallery_sections(results, best_run(results)) if images else [])


def judged(results: Results) -> list[int]:
    """Behind each level, the queries that have a correct image in the gallery."""
    test = next(iter(results["models"].values()))["test"]
    return [test[level]["queries"] for level in LEVELS]


def best_run(results: Results) -> str | None:
    """The run with the highest recall@1 of instances, or of categories where no object is seen
    twice; nothing when only baselines were evaluated."""
    models = results["models"]
    level = "instance" if judged(results)[0] else "category"
    return max(runs_of(results), key=lambda n: models[n]["test"][level]["1"], default=None)


def embeddings(name: str, model: dict[str, Any]) -> Table:
    """Recall@1 of every embedding of a model on validation."""
    rows = tuple(
        Row(
            score["embedding"],
            (share(score["instance"]["1"]), share(score["category"]["1"])),
            marked=score["embedding"] == model["embedding"],
        )
        for score in model["val"]
    )
    return Table(("instance@1", "category@1"), rows, (name, ""))


def _recalls(part: dict[str, Any]) -> list[float | None]:
    return [part["test"][level][str(k)] for level in LEVELS for k in RANKS]
