"""A run as ONNX: one network from pixels to the embedding, for any runtime of that format."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor, nn

from embodied_ssl.api.model import EmbeddingModel, load
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.embedding import OneStage

FILE = "model.onnx"


class Embedder(nn.Module):
    """What ``EmbeddingModel.embed`` does with squares, as one module of torch.

    Args:
        model: trunk and embedding.
    """

    def __init__(self, model: EmbeddingModel):
        super().__init__()
        self.trunk, self.embedding = model.trunk, model.encoder.embedding
        encoder = model.encoder
        self.register_buffer("offset", torch.as_tensor(encoder.mean))
        if encoder.components is not None:
            turn = torch.as_tensor(encoder.components / encoder.scale[:, None]).float()
            self.register_buffer("turn", turn)

    def forward(self, images: Float[Tensor, "N 3 S S"]) -> Float[Tensor, "N D"]:
        """Embeddings of unit length, of RGB images from 0 to 1."""
        stages = self.trunk.stages(self.trunk.normalize(images))
        if isinstance(self.embedding, OneStage):
            maps = stages[self.trunk.stage_names.index(self.embedding.stage)]
            pooled = maps.amax((2, 3)) if self.embedding.pooling == "max" else maps.mean((2, 3))
            return F.normalize(pooled - self.offset)
        side_by_side = torch.cat([F.normalize(maps.mean((2, 3))) for maps in stages], dim=1)
        return F.normalize((side_by_side - self.offset) @ self.turn.T)


def write_onnx(run: Path, folder: Path) -> dict[str, int]:
    """One network from pixels to the embedding, for any runtime of ONNX.

    ``model.onnx`` takes ``images`` (N, 3, S, S) float32, RGB from 0 to 1, and gives ``embedding``
    (N, D).

    Args:
        run: folder of the run.
        folder: that is filled.

    Returns:
        how much was written of what.

    Raises:
        UserError: without the package ``onnxscript``, and for a trunk that ONNX has no words for.
    """
    try:
        import onnxscript  # noqa: F401  torch imports it late, with a longer error
    except ImportError as error:
        raise UserError(
            "the format onnx needs the packages onnx and onnxscript: install embodied-ssl[onnx]."
        ) from error
    model = load(run, device="cpu")
    images = torch.zeros(2, 3, model.image_size, model.image_size)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the exporter, about its own insides
            logging.getLogger("torch.onnx").setLevel(logging.ERROR)
            torch.onnx.export(
                Embedder(model).eval(),
                (images,),
                folder / FILE,
                input_names=["images"],
                output_names=["embedding"],
                dynamic_shapes={"images": {0: torch.export.Dim("N", min=1)}},
                dynamo=True,
                verbose=False,
                external_data=False,
            )
    except torch.onnx.errors.OnnxExporterError as error:
        reason = str(error).splitlines()[0]
        raise UserError(f"the trunk {model.trunk.name} cannot be exported: {reason}") from error
    return {"numbers in an embedding": model.dim, "pixels along each side": model.image_size}
