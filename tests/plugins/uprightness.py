"""A protocol of somebody else's package: how well features tell whether stripes are upright."""

from typing import ClassVar

import numpy as np
from sklearn.linear_model import LogisticRegression

from embodied_ssl.data import open_source
from embodied_ssl.evaluation.base import Metric, Protocol


class Uprightness(Protocol):
    """Whether stripes are upright, by logistic regression on frozen features."""

    title = "upright stripes"
    metrics: ClassVar = {"accuracy": Metric("accuracy")}

    def __init__(self, config, source, image_size, seed):
        dataset = open_source(source)
        cache = dataset.cache(image_size)
        train = cache.rows["split"] == "train"
        self.images = cache.frames[cache.index["image"]]
        self.calibration = self.images[train]
        self.train, self.upright = train, cache.rows["upright"]
        self.counts = {"pictures": len(train)}
        self.fingerprint = dataset.fingerprint

    def judge(self, model):
        features = np.hstack(list(model.features(self.images).values()))
        told = LogisticRegression(max_iter=500).fit(features[self.train], self.upright[self.train])
        return {"accuracy": float(told.score(features, self.upright))}
