"""Retrieval of held-out objects: which images of the gallery are nearest to a query?

The embedding (one stage, mean- or max-pooled and centred; or all stages whitened) is chosen on the
validation objects by instance recall@1, then the test objects are read once; beside it stands the
raw embedding, which nobody chose. As on UW RGB-D the gallery has the lowest and the highest
elevation, the queries the one between.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.progress import Progress

from embodied_ssl.data import LabelledImages, open_labelled
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.command import EvaluateConfig
from embodied_ssl.evaluation.embedding import (
    Embedding,
    Encoder,
    Features,
    candidates,
    fit,
    raw,
    select,
)
from embodied_ssl.evaluation.features import open_device
from embodied_ssl.evaluation.models import model_names, open_model
from embodied_ssl.evaluation.recall import cosine, nearest, recalls
from embodied_ssl.evaluation.tables import print_retrieval

SHOWN_QUERIES = 8
SHOWN_NEIGHBOURS = 5


@dataclass(frozen=True)
class Half:
    """The gallery and the queries of one split, with what is needed to judge an answer."""

    gallery: np.ndarray
    """(G,) indices of images."""
    queries: np.ndarray
    """(Q,) indices of images."""
    kind: np.ndarray
    """(N,) of all images, a number for each kind."""
    instance: np.ndarray
    """(N,) of all images, a number for each instance."""

    def score(self, similarity: np.ndarray) -> dict[str, Any]:
        """Recall@k at every level, from cosines (Q, G)."""
        return recalls(
            similarity,
            (self.kind[self.queries], self.instance[self.queries]),
            (self.kind[self.gallery], self.instance[self.gallery]),
        )

    def similarity(self, features: Features, encoder: Encoder) -> np.ndarray:
        """(Q, G) cosines."""
        queries, gallery = (
            encoder(select(features, rows)) for rows in (self.queries, self.gallery)
        )
        return cosine(queries, gallery)


def half(labelled: LabelledImages, split: str) -> Half:
    """One split of the images.

    Raises:
        UserError: when it has no queries or no gallery, or no query has its object in the gallery.
    """
    gallery, queries = labelled.select(split, "gallery"), labelled.select(split, "query")
    for images, role in ((gallery, "gallery"), (queries, "queries")):
        if not len(images):
            raise UserError(f"no {role} of the split {split!r} in the data.")
    if not np.isin(labelled.instance[queries], labelled.instance[gallery]).any():
        raise UserError(f"no query of the split {split!r} has its object in the gallery.")
    numbers = [
        np.unique(labels, return_inverse=True)[1] for labels in (labelled.kind, labelled.instance)
    ]
    return Half(gallery, queries, *numbers)


def choose(features: Features, val: Half) -> tuple[Embedding, list[dict[str, Any]]]:
    """The embedding with the highest instance recall@1 on validation, then recall@5.

    Returns:
        the embedding, and the scores of all of them, in the order in which they were tried.
    """
    gallery = select(features, val.gallery)
    tried = candidates(gallery)
    scores = [val.score(val.similarity(features, encoder)) for encoder in fit(tried, gallery)]
    table = [
        {"embedding": embedding.label, **score}
        for embedding, score in zip(tried, scores, strict=True)
    ]
    instance = [score["instance"] for score in scores]
    best = max(range(len(tried)), key=lambda i: (instance[i]["1"], instance[i]["5"]))
    return tried[best], table


def judge(features: Features, val: Half, test: Half, shown: np.ndarray) -> dict[str, Any]:
    """Choose on ``val``, read ``test`` once.

    Args:
        features: of all images.
        val: what the choice may see.
        test: what it may not.
        shown: positions among the queries of ``test`` whose neighbours are reported.
    """
    embedding, table = choose(features, val)
    plain = raw(features)
    encoder, plain_encoder = fit([embedding, plain], select(features, test.gallery))
    similarity = test.similarity(features, encoder)
    neighbours = test.gallery[nearest(similarity[shown], SHOWN_NEIGHBOURS)]
    return {
        "embedding": embedding.label,
        "val": table,
        "test": test.score(similarity),
        "raw": {
            "embedding": plain.label,
            "test": test.score(test.similarity(features, plain_encoder)),
        },
        "neighbours": neighbours.tolist(),
    }


def evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """The protocol ``retrieval``."""
    names = model_names(config.runs)
    labelled = open_labelled(config.data, config.image_size)
    val, test = half(labelled, "val"), half(labelled, "test")
    rng = np.random.default_rng(config.seed)
    shown = rng.permutation(len(test.queries))[:SHOWN_QUERIES]
    device = open_device(config.device)
    models = {}
    with Progress(transient=True) as progress:
        task = progress.add_task("evaluating", total=len(names))
        for name in names:
            progress.update(task, description=name)
            start = time.perf_counter()
            describe = open_model(
                name, config.runs, labelled.images[val.gallery], config.seed, device
            )
            models[name] = judge(describe(labelled.images), val, test, shown)
            models[name]["seconds"] = round(time.perf_counter() - start, 1)
            progress.advance(task)
    results = {
        "data": {
            "checksum": checksum(labelled),
            "image_size": labelled.images.shape[1],
            "val": counts(val),
            "test": counts(test),
        },
        "queries": test.queries[shown].tolist(),
        "models": models,
    }
    print_retrieval(results)
    return results


def counts(part: Half) -> dict[str, int]:
    """How large a split is."""
    return {
        "gallery": len(part.gallery),
        "queries": len(part.queries),
        "instances": len(set(part.instance[part.queries])),
        "kinds": len(set(part.kind[part.queries])),
    }


def checksum(labelled: LabelledImages) -> str:
    """Of the images and their labels, as they were evaluated."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(np.ascontiguousarray(labelled.images).data)
    for labels in (labelled.kind, labelled.instance, labelled.split, labelled.role):
        digest.update("\n".join(map(str, labels)).encode())
    return digest.hexdigest()
