"""Linear probes: labels by a linear classifier on frozen features (Zhang et al., ECCV 2016)."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from embodied_ssl.evaluation.labelled_splits import Part
from embodied_ssl.evaluation.linear_probe import fit_probes
from embodied_ssl.evaluation.probing import Probing, Told


class Linear(Probing):
    """Labels by a linear classifier on each frozen stage (linear probes, Zhang et al., ECCV 2016).

    Learning rate and weight decay are chosen from a grid that is trained in one pass.
    """

    title = "labels by a linear classifier"

    def told(self, features: Float[Tensor, "N D"], part: Part) -> Told:
        fit, judged = (torch.from_numpy(p).to(features.device) for p in (part.fit, part.judged))
        labels = torch.from_numpy(self.splits.label).to(features.device)
        probes = fit_probes(features[fit], labels[fit], len(self.splits.names), self.seed)
        told = {}
        for g, (rate, decay) in enumerate(probes.settings):
            logits = probes.logits(features[judged], g)
            told[f"lr {rate:g}, decay {decay:g}"] = logits.argmax(1).cpu().numpy()
        return told
