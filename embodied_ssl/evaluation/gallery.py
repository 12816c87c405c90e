"""A gallery and queries: which embedding finds a query's object best?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from embodied_ssl.data import LabelledImages
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.embedding import (
    Embedding,
    Encoder,
    Features,
    candidates,
    fit,
    raw,
    select,
)
from embodied_ssl.evaluation.embedding_map import LEAST, on_a_plane
from embodied_ssl.evaluation.recall import cosine, first_hit, nearest, recalls
from embodied_ssl.evaluation.wrong_neighbours import Shares, shared

SHOWN_NEIGHBOURS = 5
WORST = 6  # queries


@dataclass(frozen=True)
class Split:
    """The gallery and the queries of one split, with what is needed to score an answer."""

    gallery: Int[np.ndarray, " G"]
    """Places of images."""
    queries: Int[np.ndarray, " Q"]
    """Places of images."""
    category: Int[np.ndarray, " N"]
    """Of all images, a number for each category."""
    instance: Int[np.ndarray, " N"]
    """Of all images, a number for each instance."""
    looks: Mapping[str, np.ndarray] = field(default_factory=dict)
    """Of all images, colours and materials, where the data say so."""

    @classmethod
    def of(cls, labelled: LabelledImages, split: str) -> Split:
        """One split of the images.

        Raises:
            UserError: when it has no queries or no gallery, or nothing in the gallery is right for
                any query.
        """
        gallery, queries = labelled.select(split, "gallery"), labelled.select(split, "query")
        for images, role in ((gallery, "gallery"), (queries, "queries")):
            if not len(images):
                raise UserError(f"no {role} of the split {split!r} in the data.")
        if not any(
            np.isin(labels[queries], labels[gallery]).any()
            for labels in (labelled.instance, labelled.category)
        ):
            raise UserError(
                f"no query of the split {split!r} has its object or its category in the gallery."
            )
        labels = (labelled.category, labelled.instance)
        numbers = (np.unique(x, return_inverse=True)[1] for x in labels)
        return cls(gallery, queries, *numbers, labelled.looks)

    def score(self, similarity: Float[np.ndarray, "Q G"]) -> dict[str, Any]:
        """Recall@k at every level, from cosines."""
        return recalls(
            similarity,
            (self.category[self.queries], self.instance[self.queries]),
            (self.category[self.gallery], self.instance[self.gallery]),
        )

    def wrong(self, similarity: Float[np.ndarray, "Q G"]) -> Shares:
        """What the nearest neighbours of other categories share with the queries."""

        def alike(labels: np.ndarray) -> np.ndarray:
            return labels[self.queries][:, None] == labels[self.gallery][None]

        wrong, own, found = ~alike(self.category), alike(self.instance), {}
        for name, labels in self.looks.items():
            known = labels[self.queries].astype(bool), labels[self.gallery].astype(bool)
            asked = wrong[known[0]][:, known[1]], own[known[0]][:, known[1]]
            same = alike(np.unique(labels, return_inverse=True)[1])[known[0]][:, known[1]]
            found |= shared(similarity[known[0]][:, known[1]], *asked, {name: same})
        return found

    def similarity(self, features: Features, encoder: Encoder) -> Float[np.ndarray, "Q G"]:
        """Cosines of the queries with the gallery."""
        queries, gallery = (
            encoder(select(features, places)) for places in (self.queries, self.gallery)
        )
        return cosine(queries, gallery)

    @property
    def level(self) -> str:
        """What an embedding is chosen by: instance, or category where no object is seen twice."""
        known = np.isin(self.instance[self.queries], self.instance[self.gallery])
        return "instance" if known.any() else "category"

    @property
    def counts(self) -> dict[str, int]:
        """How large it is."""
        known = np.isin(self.instance[self.queries], self.instance[self.gallery])
        return {
            "gallery": len(self.gallery),
            "queries": len(self.queries),
            "queries_without_their_object": int((~known).sum()),
            "instances": len(set(self.instance[self.queries])),
            "categories": len(set(self.category[self.queries])),
        }


def choose(features: Features, val: Split) -> tuple[Embedding, list[dict[str, Any]]]:
    """The embedding with the highest recall@1 on validation, then recall@5.

    Of instances; of categories where no object of a query is in the gallery.

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
    recall = [score[val.level] for score in scores]
    best = max(range(len(tried)), key=lambda i: (recall[i]["1"], recall[i]["5"]))
    return tried[best], table


def judge(
    features: Features,
    val: Split,
    test: Split,
    shown: Int[np.ndarray, " S"],
    mapped: Int[np.ndarray, " M"] | None = None,
    seed: int = 0,
) -> tuple[dict[str, Any], Encoder]:
    """Choose on ``val``, read ``test`` once.

    Args:
        features: of all images.
        val: what the choice may see.
        test: what it may not.
        shown: places among the queries of ``test`` whose neighbours are reported.
        mapped: images to lay out on a plane.
        seed: of that map.

    Returns:
        the numbers, and the encoder that was chosen, as ``test`` was read with it.
    """
    embedding, table = choose(features, val)
    plain = raw(features)
    encoder, plain_encoder = fit([embedding, plain], select(features, test.gallery))
    similarity = test.similarity(features, encoder)
    neighbours = test.gallery[nearest(similarity[shown], SHOWN_NEIGHBOURS)]
    numbers = {
        "embedding": embedding.label,
        "val": table,
        "test": test.score(similarity),
        "raw": {
            "embedding": plain.label,
            "test": test.score(test.similarity(features, plain_encoder)),
        },
        "neighbours": neighbours.tolist(),
        "worst": worst(similarity, test),
    }
    if test.looks:
        numbers["wrong"] = test.wrong(similarity)
    if mapped is not None and len(mapped) >= LEAST:
        points = on_a_plane(encoder(select(features, mapped)), seed)
        numbers["map"] = points.round(2).tolist()
    return numbers, encoder


def worst(similarity: Float[np.ndarray, "Q G"], test: Split) -> dict[str, list]:
    """Of the queries whose first right answer comes last, one of an object: its rank, where it is,
    and what comes before it."""
    labels = test.instance if test.level == "instance" else test.category
    right = labels[test.queries][:, None] == labels[test.gallery][None]
    hits = first_hit(similarity, right)
    order = np.argsort(-hits, kind="stable")
    _, one_each = np.unique(test.instance[test.queries][order], return_index=True)
    order = order[np.sort(one_each)]
    order = order[hits[order] > 0][:WORST]
    answer = np.where(right[order], similarity[order], -np.inf).argmax(axis=1)
    return {
        "queries": test.queries[order].tolist(),
        "ranks": (hits[order] + 1).tolist(),
        "right": test.gallery[answer].tolist(),
        "neighbours": test.gallery[nearest(similarity[order], SHOWN_NEIGHBOURS)].tolist(),
    }
