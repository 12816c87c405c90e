"""What the features are worth while they are learned: a k-NN probe on a small labelled set."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor

from embodied_ssl.data import LabelledImages, open_labelled
from embodied_ssl.errors import UserError
from embodied_ssl.knn import weighted_knn
from embodied_ssl.trunks import Trunk
from embodied_ssl.trunks.inference import batches, reduced_precision

GALLERY, QUERIES = 4096, 1024  # images at most


class Probe:
    """Tells of labelled queries what they show by their nearest neighbours in a gallery.

    The features are those of the frozen trunk, nothing is fitted, and of the data only the
    validation part is read. Neither the trunk nor any random number is changed.

    Args:
        source: a turntable dataset's folder, or "folder:PATH".
        image_size: pixels along each side; by default as ``open_labelled`` has it.

    Raises:
        UserError: for data that are not there or have no validation part.
    """

    def __init__(self, source: str, image_size: int | None = None):
        labelled = open_labelled(source, image_size)
        gallery, queries = labelled.select("val", "gallery"), labelled.select("val", "query")
        if not len(gallery) or not len(queries):
            raise UserError(f"--probe {source} has no gallery and queries for validation.")
        self._gallery, self._queries = (
            labelled.read(_some(places, limit))
            for places, limit in ((gallery, GALLERY), (queries, QUERIES))
        )
        self._known = _classes(labelled, _some(gallery, GALLERY))
        self._asked = _classes(labelled, _some(queries, QUERIES))

    @property
    def image_size(self) -> int:
        """Pixels along each side of its images."""
        return self._gallery.shape[1]

    def __call__(self, trunk: Trunk, device: torch.device) -> dict[str, float]:
        """``knn``, the part of the queries whose category is told."""
        training = [module for module in trunk.modules() if module.training]
        trunk.eval()
        try:
            gallery, queries = (_features(trunk, x, device) for x in (self._gallery, self._queries))
        finally:
            for module in training:
                module.training = True
        known, asked = (torch.from_numpy(x).to(device) for x in (self._known, self._asked))
        mean = gallery.mean(0)
        told = weighted_knn(gallery - mean, known, queries - mean)
        return {"knn": (told == asked).float().mean().item()}


@torch.no_grad()  # what a network keeps from inference mode would be of no use in training
def _features(trunk: Trunk, images: np.ndarray, device: torch.device) -> Float[Tensor, "N D"]:
    found = []
    for frames in batches(images, device):
        with reduced_precision(device):
            found.append(trunk(trunk.normalize(frames)).float())
    return torch.cat(found)


def _some(places: Int[np.ndarray, " N"], limit: int) -> Int[np.ndarray, " M"]:
    """At most so many of them, evenly spaced."""
    return places[:: -(-len(places) // limit)]


def _classes(labelled: LabelledImages, places: np.ndarray) -> Int[np.ndarray, " M"]:
    """Numbers of the categories, the same for the same name."""
    names = np.unique(labelled.category)
    return np.searchsorted(names, labelled.category[places])


def crossed(before: float, now: float, every: int) -> bool:
    """Whether a multiple of ``every`` lies after the one and not after the other."""
    return now // every > before // every
