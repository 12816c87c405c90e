"""Objects found by attention: DINO's segmentation without labels (Caron et al., ICCV 2021)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float

from embodied_ssl.data.masked import MaskedImages
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.base import Metric, Model, Protocol
from embodied_ssl.evaluation.intervals import interval
from embodied_ssl.evaluation.results import Results, check_unchanged, runs_of, short_names
from embodied_ssl.figures import Figure, Picture, Pictures, Section, Strip
from embodied_ssl.methods.attention import attended
from embodied_ssl.trunks.inference import batches, reduced_precision
from embodied_ssl.trunks.vit import ViT

MOST = 2000  # images
SHOWN = 8


class Attention(Protocol):
    """How well the patches that the class token looks at cover the objects (DINO, ICCV 2021).

    A head's segmentation is the fewest patches that hold 60 % of its attention; its Jaccard index
    with the simulator's mask of all objects is judged. As in the paper the best head of each image
    counts; the mean of all heads chooses nothing.
    """

    title = "objects found by attention"
    baselines: ClassVar = ("random",)
    metrics: ClassVar = {
        "best_head": Metric("Jaccard, best head"),
        "low": Metric("95 % from"),
        "high": Metric("to"),
        "mean_head": Metric("mean of the heads"),
    }

    def __init__(self, config: Protocol.Config, source: str, image_size: int | None, seed: int):
        self.judged = MaskedImages.open(source, image_size, MOST)
        self.images, self.fingerprint = self.judged.images, self.judged.fingerprint
        self.calibration = self.judged.others
        self.seed = seed
        self.counts = {f"{self.judged.split} images": len(self.images)}

    def references(self) -> dict[str, dict[str, Any]]:
        whole = self.judged.objects.mean((1, 2))
        low, high = interval(whole, self.judged.episode, self.seed)
        told = {"best_head": float(whole.mean()), "low": low, "high": high}
        return {"the whole image": told | {"mean_head": float(whole.mean())}}

    def judge(self, model: Model) -> dict[str, Any]:
        if not isinstance(model.trunk, ViT):
            raise UserError(
                f"{model.name} has no attention: this protocol is for Vision Transformers "
                "(train --trunk vit)."
            )
        objects = torch.from_numpy(self.judged.objects).split(64)
        best, mean, shown = [], [], []
        for frames, there in zip(batches(self.images, model.device, 64), objects, strict=True):
            with torch.inference_mode(), reduced_precision(model.device):
                looked = model.trunk.attention(model.trunk.normalize(frames)).float().cpu()
            together = looked.mean(1, keepdim=True)
            best.append(jaccard(segmented(looked, there.shape[-1]), there).amax(1))
            mean.append(jaccard(segmented(together, there.shape[-1]), there)[:, 0])
            shown.append(together[:, 0])
        scores = torch.cat(best).numpy()
        low, high = interval(scores, self.judged.episode, self.seed)
        return {
            "best_head": float(scores.mean()),
            "low": low,
            "high": high,
            "mean_head": float(torch.cat(mean).mean()),
            "looked_at": torch.cat(shown)[_shown(len(scores))].mul(1e4).round().int().tolist(),
        }

    @classmethod
    def figures(cls, results: Results, images: bool = True) -> list[Figure]:
        looking = [name for name in runs_of(results) if "looked_at" in results["models"][name]]
        if not images or not looking:
            return [cls.table(results)]
        settings = results["settings"]
        judged = MaskedImages.open(settings["data"], settings["image_size"], MOST)
        check_unchanged(results, judged.fingerprint)
        places = _shown(len(judged.images))
        shown = short_names(results["models"])
        columns = {"seen": judged.images[places]}
        columns["objects"] = _darkened(columns["seen"], judged.objects[places])
        for name in looking:
            maps = torch.tensor(results["models"][name]["looked_at"]).float()[:, None]
            kept = segmented(maps, judged.images.shape[1])[:, 0]
            columns[shown[name]] = _darkened(columns["seen"], kept.numpy())
        strips = tuple(
            Strip(tuple(Picture(images[i], caption) for caption, images in columns.items()))
            for i in range(len(places))
        )
        text = "What is dark is no object, or not among the patches that are looked at most."
        return [
            cls.table(results),
            Section("Objects, and what is looked at", (Pictures(strips),), text),
        ]


def segmented(
    attention: Float[torch.Tensor, "B heads h w"], side: int
) -> Bool[torch.Tensor, "B heads S S"]:
    """The patches that hold most of each head's attention, in pixels of an image."""
    return F.interpolate(attended(attention).float(), size=(side, side), mode="nearest") > 0


def jaccard(
    found: Bool[torch.Tensor, "B heads S S"], there: Bool[torch.Tensor, "B S S"]
) -> Float[torch.Tensor, "B heads"]:
    """Intersection over union of each segmentation with what is there."""
    there = there[:, None]
    return (found & there).sum((2, 3)) / (found | there).sum((2, 3))


def _shown(count: int) -> np.ndarray:
    """The places of a few images, evenly spaced."""
    return np.arange(count)[:: -(-count // SHOWN)]


def _darkened(images: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Images (N, S, S, 3) with all but some pixels (N, S, S) darkened."""
    return (images * np.where(kept, 1.0, 0.25)[..., None]).astype(np.uint8)
