"""k nearest neighbours: labels of images by votes of what is near in features (Wu et al., 2018)."""

from __future__ import annotations

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from embodied_ssl.evaluation.labelled_splits import Part
from embodied_ssl.evaluation.probing import Probing, Told
from embodied_ssl.knn import weighted_knn

NEIGHBOURS = (1, 5, 20, 200)


class NearestNeighbours(Probing):
    """Labels by the votes of the nearest labelled images (weighted kNN, Wu et al., CVPR 2018).

    The cosine of centred features, a vote counts exp(cosine / 0.07). Nothing is trained.
    """

    title = "labels by the nearest neighbours"
    menu = "kNN"

    def told(self, features: Float[Tensor, "N D"], part: Part) -> Told:
        fit, judged = (torch.from_numpy(p).to(features.device) for p in (part.fit, part.judged))
        labels = torch.from_numpy(self.splits.label).to(features.device)
        centred = features - features[fit].mean(0)
        # Never more neighbours than there are images.
        counts = [k for k in NEIGHBOURS if k <= len(fit)]
        return {
            f"k {k}": np.asarray(weighted_knn(centred[fit], labels[fit], centred[judged], k).cpu())
            for k in counts
        }
