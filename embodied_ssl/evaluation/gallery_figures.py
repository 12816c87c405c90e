"""What retrieval shows of its images: neighbours, worst cases, and the map of an embedding."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from embodied_ssl.data import LabelledImages, open_labelled
from embodied_ssl.evaluation.embedding_map import agreement, drawn
from embodied_ssl.evaluation.results import Results, check_unchanged, runs_of, short_names
from embodied_ssl.figures import Neighbours, Picture, Pictures, Section, Strip, Verdict

MEANING: dict[Verdict, str] = {
    "right": "the same object",
    "near": "another of its category",
    "wrong": "something else",
}


@dataclass(frozen=True)
class Shown:
    """Images by their places, read once, as answers to queries.

    Args:
        labelled: the images and their labels.
        places: of all that will be shown.
    """

    labelled: LabelledImages
    images: dict[int, np.ndarray]

    @classmethod
    def of(cls, labelled: LabelledImages, places: Iterable[int]) -> Shown:
        found = sorted(set(places))
        return cls(labelled, dict(zip(found, labelled.read(np.array(found, int)), strict=True)))

    def query(self, place: int) -> Picture:
        """An image and its category."""
        return Picture(self.images[place], self.labelled.category[place])

    def answers(self, places: Sequence[int], query: int) -> tuple[Picture, ...]:
        """What was found for a query, and whether that is right."""
        return tuple(self._answer(place, query) for place in places)

    def _answer(self, place: int, query: int) -> Picture:
        same = [x[place] == x[query] for x in (self.labelled.instance, self.labelled.category)]
        verdict: Verdict = "right" if same[0] else "near" if same[1] else "wrong"
        return Picture(self.images[place], self.labelled.category[place], verdict)


def gallery_sections(results: Results, best: str | None) -> list[Section]:
    """All of them.

    Args:
        results: of this version or of one before, which has no worst cases and no map.
        best: the run that is shown beside the baselines.

    Raises:
        UserError: when the data are not there, or not as they were evaluated.
    """
    labelled = open_labelled(results["settings"]["data"], results["data"]["image_size"])
    if "fingerprint" in results:
        check_unchanged(results, labelled.fingerprint)
    elif checksum(labelled) != results["data"]["checksum"]:  # as versions before 0.2 said it
        check_unchanged(results, "")
    runs = runs_of(results)
    untrained = [x for x in results["models"] if x.split(" (")[0] == "random" and x not in runs]
    names = [x for x in (best, *untrained[:1], "imagenet", "pixels") if x in results["models"]]
    found = [
        Section("Queries and their nearest neighbours", (neighbours(results, labelled, names),),
                "Drawn at random.")
    ]  # fmt: skip
    worst = results["models"][names[0]].get("worst")
    if worst and worst["queries"]:
        text = f"The queries whose right answer {short_names(results['models'])[names[0]]} ranks "
        text += "last, one of an object."
        found.append(Section("Worst cases", (worst_cases(worst, labelled),), text))
    mapped = [name for name in names if results["models"][name].get("map")]
    return [*found, *([embedding_maps(results, labelled, mapped)] if mapped else [])]


def neighbours(results: Results, labelled: LabelledImages, names: Sequence[str]) -> Neighbours:
    """For each shown query what some models found."""
    titles, queries = short_names(results["models"]), results["queries"]
    found = {name: results["models"][name]["neighbours"] for name in names}
    all_places = (place for each in found.values() for row in each for place in row)
    shown = Shown.of(labelled, (*queries, *all_places))
    each = tuple(
        (shown.query(query), {titles[x]: shown.answers(found[x][i], query) for x in names})
        for i, query in enumerate(queries)
    )
    return Neighbours(each, MEANING)


def worst_cases(worst: dict[str, list], labelled: LabelledImages) -> Neighbours:
    """Queries, what was found instead, and the right answer that comes first."""
    keys = ("queries", "neighbours", "right", "ranks")
    cases = list(zip(*(worst[key] for key in keys), strict=True))
    places = (place for query, found, right, _ in cases for place in (query, right, *found))
    shown = Shown.of(labelled, places)
    each = tuple(
        (
            shown.query(query),
            {
                "found": shown.answers(found, query),
                f"the right answer, at rank {rank:,}": shown.answers([right], query),
            },
        )
        for query, found, right, rank in cases
    )
    return Neighbours(each, MEANING)


def embedding_maps(results: Results, labelled: LabelledImages, names: Sequence[str]) -> Section:
    """The same images as each of some models lays them out."""
    titles, places = short_names(results["models"]), results["mapped"]
    images, category = labelled.read(np.array(places, int)), labelled.category[places]
    strips = []
    for name in names:
        points = np.array(results["models"][name]["map"], float)
        right = agreement(points, category)
        caption = f"{right.mean():.0%} lie beside one of their category"
        strips.append(Strip((Picture(drawn(images, points, right), caption),), titles[name]))
    return Section(
        "Map of the embedding",
        (Pictures(tuple(strips), "column"),),
        f"{len(places):,} images of the gallery by t-SNE of the chosen embedding; framed green "
        "where the nearest on the map is of the same category, else red; a dot is an image that "
        "would cover another.",
    )


def checksum(labelled: LabelledImages) -> str:
    """Of all images and their labels, as results of versions before 0.2 have it."""
    digest = hashlib.blake2b(digest_size=16)
    digest.update(np.ascontiguousarray(labelled.images).data)
    for labels in (labelled.category, labelled.instance, labelled.split, labelled.role):
        digest.update("\n".join(map(str, labels)).encode())
    return digest.hexdigest()
