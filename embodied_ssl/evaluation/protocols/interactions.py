"""How well the outcome of each interaction is predicted for objects never touched in training.

The rows are those of the validation episodes of a tabletop dataset. Beside the runs stands what can
be said without looking: the majority of the training grasps, the mean of the training actions; and
of pokes what a forest predicts from the simulator's stiffness and mass of the object. A run of
``train curious-robot --frozen-trunk`` says what heads alone learn on a random trunk.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from embodied_ssl.data import open_source
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.base import Metric, Model, Protocol
from embodied_ssl.evaluation.interaction_failures import failure_pictures, failures
from embodied_ssl.evaluation.interaction_scores import SCORES, Truth
from embodied_ssl.evaluation.poke_reference import predicted_lines
from embodied_ssl.evaluation.results import Results
from embodied_ssl.figures import Figure
from embodied_ssl.methods.interaction.curious_robot import CuriousRobot
from embodied_ssl.sampling import to_device
from embodied_ssl.sampling.interactions import INTERACTIONS, Interaction, in_order

BATCH = 64  # samples
LEAST = 2  # samples of an interaction: of fewer there is nothing to say
CALIBRATED_ON = 1024  # images
MAJORITY_OR_MEAN, STIFFNESS_AND_MASS = "majority or mean", "stiffness and mass"


class Interactions(Protocol):
    """Grasp, push, poke and identity on unseen objects (The Curious Robot, ECCV 2016)."""

    title = "each task on unseen objects"
    menu = "Tasks"
    metrics: ClassVar = {
        "grasp_accuracy": Metric("grasp accuracy"),
        "grasp_ap": Metric("grasp AP"),
        "grasp_auc": Metric("grasp AUC"),
        "push_cm": Metric("push error, cm", "{:.2f}"),
        "poke_slope_r2": Metric("poke slope R²"),
        "poke_intercept_r2": Metric("poke intercept R²"),
        "identity_auc": Metric("identity AUC"),
    }
    baselines = ()

    def __init__(self, config: Protocol.Config, source: str, image_size: int | None, seed: int):
        dataset = open_source(source)
        if dataset.env != "tabletop":
            raise UserError(f"{source} holds no interactions: collect --env tabletop.")
        cache = dataset.cache(image_size)
        self.seed, self.fingerprint = seed, dataset.fingerprint
        self.train, self.val = (
            {name: INTERACTIONS[name](cache, split) for name in SCORES}
            for split in ("train", "val")
        )
        self.images = cache.frames
        self.calibration = cache.frames[:: 1 + len(cache.frames) // CALIBRATED_ON]
        self.counts = {name: len(samples) for name, samples in self.val.items()}

    def references(self) -> dict[str, dict[str, Any]]:
        """What the training rows alone predict, the same for every image."""
        scores: dict[str, float] = {}
        for name, score in SCORES.items():
            train, val = self.train[name], self.val[name]
            if score.target and len(train) and len(val) >= LEAST:
                truth = labels_of(val)
                mean = labels_of(train)[score.target].mean(axis=0)
                scores |= score.measure(np.broadcast_to(mean, truth[score.target].shape), truth)
        rows = {MAJORITY_OR_MEAN: scores}
        pokes = self.train["poke"], self.val["poke"]
        if min(map(len, pokes)) >= LEAST:
            lines = predicted_lines(*pokes, self.seed)
            if lines is not None:
                truth = labels_of(pokes[1])
                rows[STIFFNESS_AND_MASS] = SCORES["poke"].measure(lines, truth)
        return rows

    def judge(self, model: Model) -> dict[str, Any]:
        """Every metric that the heads of a run allow."""
        method = model.method()
        robot = method.part(CuriousRobot) if method is not None else None
        scores: dict[str, Any] = {}
        failed: dict[str, list[dict]] = {}
        for name, score in SCORES.items():
            samples = self.val[name]
            if robot is None or name not in robot.tasks or len(samples) < LEAST:
                continue
            predicted = []
            for batch in in_order(samples, BATCH, self.seed):
                answer = robot.predict(name, to_device(batch, model.device)).cpu().numpy()
                # Of two images a sample the first views come first: side by side then.
                parts = len(answer) // len(next(iter(batch.values())))
                predicted.append(np.hstack(np.split(answer, parts)) if parts > 1 else answer)
            of_all, truth = np.concatenate(predicted), labels_of(samples)
            scores |= score.measure(of_all, truth)
            failed[name] = failures(name, of_all, truth, samples.rows)
        return scores | {"failures": failed}

    @classmethod
    def figures(cls, results: Results, images: bool = True) -> list[Figure]:
        return [cls.table(results), *(failure_pictures(results) if images else [])]


def labels_of(samples: Interaction) -> Truth:
    """All that is known about the samples of an interaction, in order, without their images."""
    return {name: values.numpy() for name, values in samples.labels(samples.rows).items()}
