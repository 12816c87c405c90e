"""A run as plain tensors: the trunk's weights, its settings and the chosen embedding."""

from __future__ import annotations

from pathlib import Path

from embodied_ssl.api.model import load
from embodied_ssl.evaluation.kept import keep_embedding


def write_safetensors(run: Path, folder: Path) -> dict[str, int]:
    """The trunk's weights, its settings and the chosen embedding, as plain tensors.

    ``model.safetensors`` has the names of the trunk's ``state_dict``, ``config.json`` its name and
    settings, ``README.md`` code that opens it; ``embodied_ssl.load`` opens the folder as it opens
    the run.

    Args:
        run: folder of the run.
        folder: that is filled.

    Returns:
        how much was written of what.
    """
    model = load(run, device="cpu")
    trunk = model.trunk
    trunk.save_pretrained(folder, model_card_kwargs={"size": model.image_size})
    keep_embedding(folder, model.encoder, trunk, {"image_size": model.image_size})
    return {
        "tensors": len(trunk.state_dict()),
        "weights": sum(weight.numel() for weight in trunk.parameters()),
    }
