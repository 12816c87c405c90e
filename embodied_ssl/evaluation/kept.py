"""The embedding that an evaluation chose, kept beside the weights that it is of.

The file holds the mean, directions and scale of an ``Encoder``; its metadata say which embedding it
is, of which weights, and what chose it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from embodied_ssl.checkpoints import EMBEDDING
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.embedding import Encoder, OneStage, Whitened
from embodied_ssl.files import write_atomically
from embodied_ssl.notes import note

if TYPE_CHECKING:
    from torch import nn


def weights_digest(trunk: nn.Module) -> str:
    """Of every tensor of a network, hexadecimal; where it computes does not matter."""
    digest = hashlib.sha256()
    for name, tensor in trunk.state_dict().items():
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(tensor.detach().cpu().numpy()).data)
    return digest.hexdigest()


def keep_embedding(
    folder: Path, encoder: Encoder, trunk: nn.Module, facts: Mapping[str, object]
) -> None:
    """Write an encoder into the folder of a run; a line on standard error where that fails.

    Args:
        folder: of the run.
        encoder: what was chosen.
        trunk: the network whose features it takes.
        facts: what chose it, and the ``image_size`` that it saw.
    """
    known = {"mean": encoder.mean, "components": encoder.components, "scale": encoder.scale}
    told = vars(encoder.embedding) | dict(facts) | {"weights": weights_digest(trunk)}
    tensors = {name: np.ascontiguousarray(x) for name, x in known.items() if x is not None}
    try:
        content = save(tensors, {name: str(value) for name, value in told.items()})
        write_atomically(folder / EMBEDDING, content)
    except (OSError, UserError) as error:
        reason = getattr(error, "strerror", None) or error
        note(f"the chosen embedding is not kept in {folder}: {reason}")


def kept_embedding(file: Path | None, trunk: nn.Module) -> tuple[Encoder, dict[str, str]] | None:
    """The encoder of a file and its facts; nothing where there is none, or it is of other weights,
    which a line on standard error says.

    Raises:
        UserError: for a file that is damaged.
    """
    if file is None or not file.is_file():
        return None
    try:
        with safe_open(file, "numpy") as stored:
            facts = dict(stored.metadata() or {})
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
        digest = facts.pop("weights")
        if "dim" in facts:
            embedding = Whitened(int(facts.pop("dim")))
        else:
            embedding = OneStage(facts.pop("stage"), facts.pop("pooling"))
        encoder = Encoder(embedding, **tensors)
        int(facts["image_size"])
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        raise UserError(f"{file} is damaged: evaluate the run again, or delete it.") from error
    if digest != weights_digest(trunk):
        note(f"{file} is of other weights, from before the run was continued: evaluate it again")
        return None
    return encoder, facts
