"""Runs of versions before 0.2 under the names that settings and tensors have now."""

from __future__ import annotations

import re
from typing import Any

RENAMED = {
    "one_light": "same_augmentation",
    "contrast": "infonce_weight",
    "still": "min_motion",
}
"""Settings of the methods that learn from pairs of frames."""
TEXT_LENGTH = 64
"""Of ``clip`` while it was no setting."""
OPTIMISATION = ("optimizer", "lr", "weight_decay", "warmup")
"""Settings of the loop that belong to a recipe now."""


def with_present_names(run: dict[str, Any]) -> dict[str, Any]:
    """The contents of a ``run.json`` as a run of today would have them."""
    if "recipe" in run:
        return _with_shorter_texts(run)
    train = dict(run["train"])
    recipe = {name: train.pop(name) for name in OPTIMISATION if name in train}
    run = run | {"train": train, "recipe": recipe, "processes": 1}
    if run["method"] == "both-worlds":
        old = run["method_config"]
        share = old["robot_share"]
        config = {
            "weights": [1.0, old["motion_weight"]],
            "shares": [share, 1 - share],
            "curious_robot": _method_config(old["robot"]),
            "egomotion": _method_config(old["motion"]),
        }
        return run | {"method": "curious-robot+egomotion", "method_config": config}
    return run | {"method_config": _method_config(run["method_config"])}


def _with_shorter_texts(run: dict[str, Any]) -> dict[str, Any]:
    """Of a run of ``clip``, or of a sum with it, that does not say how long its texts are."""
    config = run["method_config"]
    parts = str(run["method"]).split("+")
    if "clip" not in parts:
        return run
    own = config if parts == ["clip"] else config["clip"]
    own = {"length": TEXT_LENGTH} | own
    return run | {"method_config": own if parts == ["clip"] else config | {"clip": own}}


def _method_config(config: dict[str, Any]) -> dict[str, Any]:
    config = {RENAMED.get(name, name): value for name, value in config.items()}
    if "augmentation" in config:
        augmentation = dict(config["augmentation"])
        if "scale" in augmentation:
            augmentation["crop_side"] = augmentation.pop("scale")
        config["augmentation"] = augmentation
    return config


def renamed_tensors(method: str, tensors: dict[str, Any]) -> dict[str, Any]:
    """The tensors of a method's checkpoint under the names that they have now."""
    rules = [(r"^robot\.", "parts.curious-robot."), (r"^motion\.", "parts.egomotion.")]
    if "curious-robot" in method:
        rules += [
            (r"^(parts\.curious-robot\.)?(grasp|push|poke)\.", r"\1tasks.\2.head."),
            (r"^(parts\.curious-robot\.)?project\.", r"\1tasks.identity.head."),
        ]
    renamed = {}
    for name, tensor in tensors.items():
        for pattern, now in rules:
            name = re.sub(pattern, now, name)
        renamed[name] = tensor
    return renamed
