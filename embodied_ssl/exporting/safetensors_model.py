"""A run as plain tensors: the trunk's weights, its settings and the chosen embedding."""

from __future__ import annotations

import json
from pathlib import Path

from safetensors.torch import save_file

from embodied_ssl.api.model import load
from embodied_ssl.evaluation.kept import keep_embedding

WEIGHTS, SETTINGS = "model.safetensors", "config.json"


def write_safetensors(run: Path, folder: Path) -> dict[str, int]:
    """The trunk's weights, its settings and the chosen embedding, as plain tensors.

    ``model.safetensors`` has the names of the trunk's ``state_dict``, ``config.json`` its name and
    settings; ``embodied_ssl.load`` opens the folder as it opens the run.

    Args:
        run: folder of the run.
        folder: that is filled.

    Returns:
        how much was written of what.
    """
    model = load(run, device="cpu")
    trunk = model.trunk
    weights = {name: tensor.contiguous() for name, tensor in trunk.state_dict().items()}
    save_file(weights, folder / WEIGHTS, {"format": "pt"})
    about = {"trunk": trunk.name, **trunk.settings}
    (folder / SETTINGS).write_text(json.dumps(about, indent=1))
    keep_embedding(folder, model.encoder, trunk, {"image_size": model.image_size})
    return {
        "tensors": len(weights),
        "weights": sum(weight.numel() for weight in trunk.parameters()),
    }
