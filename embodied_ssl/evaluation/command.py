"""``evaluate``: a frozen trunk in, numbers out."""

from __future__ import annotations

import importlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from tyro.conf import Positional

from embodied_ssl.errors import UserError, did_you_mean
from embodied_ssl.provenance import provenance

PROTOCOLS = {
    "retrieval": "embodied_ssl.evaluation.protocols.retrieval:evaluate",
    "interactions": "embodied_ssl.evaluation.protocols.interactions:evaluate",
    "equivariance": "embodied_ssl.evaluation.protocols.equivariance:evaluate",
    "scene-classification": "embodied_ssl.evaluation.protocols.scene_classification:evaluate",
    "odometry": "embodied_ssl.evaluation.protocols.odometry:evaluate",
    "next-best-view": "embodied_ssl.evaluation.protocols.next_best_view:evaluate",
}
"""name -> "module:function"; the function takes an EvaluateConfig, prints its table and returns
what is to be written."""


@dataclass(frozen=True)
class EvaluateConfig:
    """Judge trained trunks, and the baselines that they have to beat."""

    runs: Annotated[tuple[str, ...], Positional]
    """Run folders, or baselines: pixels, histogram, random, imagenet."""
    data: str
    """A turntable data set or folder:PATH of photos as kind/instance/*.jpg; a tabletop data set
    for interactions; an orbit of the turntable for next-best-view; a rooms data set or
    folder-video:PATH for the other protocols about a moving camera."""
    protocol: str = "retrieval"
    """retrieval: recall@k of held-out objects; interactions: each task on unseen objects;
    equivariance, scene-classification, odometry: a moving camera in unseen rooms;
    next-best-view: a camera that moves around unseen objects."""
    out: Path | None = None
    """Write everything as JSON to this file."""
    image_size: int | None = None
    """Pixels along each side of the images shown to the trunks; by default those of the data set,
    and 128 for photos. What a run was trained with (train --image-size) is in its run.json."""
    seed: int = 0
    """Of the untrained trunk."""
    device: str = "auto"
    """cpu, cuda, or auto: the GPU if there is one."""


def run_evaluate(config: EvaluateConfig) -> dict[str, Any]:
    """Evaluate, print the table, write the JSON file and return its contents.

    Raises:
        UserError: for an unknown protocol, baseline or run, and for data that is not there.
    """
    if config.protocol not in PROTOCOLS:
        raise did_you_mean("protocol", config.protocol, PROTOCOLS)
    if config.image_size is not None and config.image_size < 1:
        raise UserError(f"--image-size must be positive, not {config.image_size}.")
    if config.out is not None and not config.out.parent.is_dir():
        config.out.parent.mkdir(parents=True, exist_ok=True)
    module, function = PROTOCOLS[config.protocol].split(":")
    settings = asdict(config) | {"out": str(config.out) if config.out else None}
    evaluate = getattr(importlib.import_module(module), function)
    results = {"protocol": config.protocol} | provenance(settings) | evaluate(config)
    if config.out is not None:
        temporary = config.out.with_name(config.out.name + ".tmp")
        temporary.write_text(json.dumps(results, indent=1))
        temporary.replace(config.out)
    return results
