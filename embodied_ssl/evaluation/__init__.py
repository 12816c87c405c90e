"""Protocols that judge a frozen trunk. Adding one is a file in ``protocols`` and a line here."""

from embodied_ssl.evaluation.config import EvaluateConfig
from embodied_ssl.registry import Registry

__all__ = ["PROTOCOLS", "EvaluateConfig"]

PROTOCOLS = Registry(
    "protocol",
    "embodied_ssl.protocols",
    {
        name: f"embodied_ssl.evaluation.protocols.{place}"
        for name, place in {
            "retrieval": "retrieval:Retrieval",
            "interactions": "interactions:Interactions",
            "equivariance": "equivariance:Equivariance",
            "scene-classification": "scene_classification:SceneClassification",
            "odometry": "odometry:Odometry",
            "next-best-view": "next_best_view:NextBestView",
            "knn": "knn:NearestNeighbours",
            "linear": "linear:Linear",
            "few-labels": "few_labels:FewLabels",
            "pretext": "pretext:Pretext",
            "zero-shot": "zero_shot:ZeroShot",
            "attention": "attention:Attention",
        }.items()
    },
)
