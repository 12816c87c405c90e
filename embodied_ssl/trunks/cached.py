"""Trained weights of timm's models that are on this machine already."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import timm
import torch
from huggingface_hub import try_to_load_from_cache

from embodied_ssl.errors import UserError

FILES = ("model.safetensors", "pytorch_model.bin")


def weights_at_hand(name: str) -> dict[str, Any]:
    """What to tell timm of a model's weights, so that it reads the cached file and asks no network.

    Raises:
        UserError: when there are no such weights, or they have never been fetched.
    """
    known = timm.get_pretrained_cfg(name)
    if not known.has_weights:
        raise UserError(f"timm has no trained weights of {name}: leave --trunk.pretrained out.")
    if known.hf_hub_id:
        repository, _, revision = known.hf_hub_id.partition("@")
        for file in (known.hf_hub_filename,) if known.hf_hub_filename else FILES:
            path = try_to_load_from_cache(repository, file, revision=revision or None)
            if isinstance(path, str):
                return {"file": path, "custom_load": False}  # as timm reads those of the hub
    if known.url:
        path = Path(torch.hub.get_dir()) / "checkpoints" / Path(known.url).name
        if path.is_file():
            return {"file": str(path)}
    source = f"'hf download {known.hf_hub_id}'" if known.hf_hub_id else known.url
    raise UserError(f"the weights of {name} are not on this machine: fetch them by {source}.")
