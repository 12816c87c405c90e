"""Zero-shot classification: categories told by their names alone (CLIP, Radford et al., 2021)."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch
from jaxtyping import Int

from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.base import Metric, Model, Protocol
from embodied_ssl.evaluation.intervals import interval
from embodied_ssl.evaluation.labelled_splits import open_labelled_splits
from embodied_ssl.evaluation.results import Results, short_names
from embodied_ssl.figures import Figure, Row, Section, Table
from embodied_ssl.methods.language.clip import CLIP
from embodied_ssl.trunks.inference import batches, reduced_precision


class ZeroShot(Protocol):
    """The category of an image from the categories' names, no label seen (CLIP, ICML 2021)."""

    title = "categories by their names"
    baselines: ClassVar = ()
    metrics: ClassVar = {
        "val": Metric("val"),
        "test": Metric("test"),
        "low": Metric("95 % from"),
        "high": Metric("to"),
        "times_chance": Metric("times chance", "{:.1f}"),
    }

    def __init__(self, config: Protocol.Config, source: str, image_size: int | None, seed: int):
        self.splits = open_labelled_splits(source, "category", image_size, seed)
        self.images, self.fingerprint = self.splits.images, self.splits.fingerprint
        self.calibration = self.images[:0]  # nothing untrained can tell a name
        self.seed = seed
        test = self.splits.test.judged
        self.counts = {"names": len(self.splits.names), "test images": len(test)}

    def references(self) -> dict[str, dict[str, Any]]:
        chance = 1 / len(self.splits.names)
        return {"chance": {"val": chance, "test": chance, "times_chance": 1.0, "categories": {}}}

    def judge(self, model: Model) -> dict[str, Any]:
        method = model.method()
        clip = method.part(CLIP) if method else None
        if clip is None:
            raise UserError(f"{model.name} has learned no words: zero-shot is for runs of clip.")
        splits, right = self.splits, {}
        with torch.inference_mode(), reduced_precision(model.device):
            names = clip.name_features(splits.names)
        for part, places in (("val", splits.val.judged), ("test", splits.test.judged)):
            right[part] = self._told(clip, names, model, places) == splits.label[places]
        low, high = interval(right["test"], splits.group[splits.test.judged], self.seed)
        labels = splits.label[splits.test.judged]
        return {
            "val": float(right["val"].mean()),
            "test": float(right["test"].mean()),
            "low": low,
            "high": high,
            "times_chance": float(right["test"].mean() * len(splits.names)),
            "categories": {
                name: float(right["test"][labels == label].mean())
                for label, name in enumerate(splits.names)
                if (labels == label).any()
            },
        }

    def _told(
        self, clip: CLIP, names: torch.Tensor, model: Model, places: Int[np.ndarray, " N"]
    ) -> np.ndarray:
        """The number of the name that fits each image best."""
        found = []
        for frames in batches(self.images[places], model.device):
            with reduced_precision(model.device):
                cosines = clip.classify(clip.trunk.normalize(frames), names)
            found.append(cosines.argmax(1).cpu())
        return torch.cat(found).numpy()

    @classmethod
    def figures(cls, results: Results, images: bool = True) -> list[Figure]:
        shown = short_names(results["models"])
        tables = tuple(
            Table(
                ("test",),
                tuple(
                    Row(name, (f"{right:.3f}",))
                    for name, right in sorted(of["categories"].items(), key=lambda item: -item[1])
                ),
                (shown[model], ""),
            )
            for model, of in results["models"].items()
            if of["categories"]
        )
        return [
            cls.table(results),
            Section("Every category, the best told first", tables, layout="halves", folded=True),
        ]
