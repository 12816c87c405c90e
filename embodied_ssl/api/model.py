"""A trained model: images in, embeddings out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from jaxtyping import Float, UInt8

from embodied_ssl.api.images import Image, is_one, listed, square
from embodied_ssl.checkpoints import EMBEDDING, RUN
from embodied_ssl.data.labelled import PHOTO_SIZE
from embodied_ssl.evaluation.embedding import Encoder, Features, OneStage, raw
from embodied_ssl.evaluation.features import stage_features
from embodied_ssl.evaluation.finite import check_features, check_weights
from embodied_ssl.evaluation.image_size import frame_sizes
from embodied_ssl.evaluation.kept import kept_embedding
from embodied_ssl.evaluation.recall import normalized
from embodied_ssl.training.runs import load_run, load_trunk
from embodied_ssl.trunks.auto import AutoTrunk, beside
from embodied_ssl.trunks.inference import open_device

if TYPE_CHECKING:
    from collections.abc import Iterable

    from embodied_ssl.trunks import Trunk

IMAGES_AT_A_TIME = 256


class EmbeddingModel:
    """A trained trunk and the embedding of images that it is used for.

    That is the embedding which ``evaluate --protocol retrieval`` chose for the run on validation
    objects, whitening included; without such an evaluation the last stage of maps, averaged over
    their extent, as every protocol has it beside the chosen one.

    Args:
        trunk: the trained network.
        image_size: S, pixels along each side of the images that it sees.
        encoder: of the chosen embedding; None for that stage.
        device: where it computes, as ``--device`` has it.
    """

    trunk: Trunk
    """A plain module, to be trained further: ``trunk(trunk.normalize(images))`` gives features
    (B, dim), ``trunk.stages`` the maps of every stage."""
    image_size: int

    def __init__(
        self,
        trunk: Trunk,
        image_size: int = PHOTO_SIZE,
        encoder: Encoder | None = None,
        device: str = "auto",
    ):
        trunk.check_size(image_size)
        self.device = open_device(device)
        self.trunk = trunk.to(self.device, memory_format=torch.channels_last).eval()
        self.image_size = image_size
        black = np.zeros((1, image_size, image_size, 3), np.uint8)
        features = stage_features(self.trunk, black, self.device, shown=False)
        self.encoder = encoder or uncentred(raw(features), features)
        self.dim = self.encoder(features).shape[1]
        """Numbers in an embedding."""

    @property
    def embedding(self) -> str:
        """Which one it is, such as ``whitened 256`` or ``conv5 max``."""
        return self.encoder.embedding.label

    def embed(self, images: Image | Iterable[Image]) -> Float[np.ndarray, "*N D"]:
        """Embeddings of images, each of unit length: a dot product is a cosine.

        Of each image the middle square is taken, at the model's size.

        Args:
            images: one or several: paths, Pillow images, arrays (H, W, 3) or tensors (3, H, W),
                uint8 or floating from 0 to 1, RGB; or a batch of such, (N, H, W, 3) or
                (N, 3, H, W).

        Returns:
            float32 (N, D); (D,) for one image.

        Raises:
            UserError: for what is no image, naming what it is.
        """
        if is_one(images):
            return self.embed([images])[0]
        found = listed(images)
        embedded = np.empty((len(found), self.dim), np.float32)
        for start in range(0, len(found), IMAGES_AT_A_TIME):
            part = slice(start, start + IMAGES_AT_A_TIME)
            squares = np.stack([square(image, self.image_size) for image in found[part]])
            embedded[part] = self._embedded(squares)
        return embedded

    def _embedded(self, images: UInt8[np.ndarray, "N S S 3"]) -> Float[np.ndarray, "N D"]:
        features = stage_features(self.trunk, images, self.device, shown=False)
        return normalized(self.encoder(check_features(features, "the model")))


def uncentred(stage: OneStage, features: Features) -> Encoder:
    """A stage as it is."""
    dim = features[stage.stage, stage.pooling].shape[1]
    return Encoder(stage, np.zeros(dim, np.float32))


def load(source: str | Path, device: str = "auto", image_size: int | None = None) -> EmbeddingModel:
    """A trained model.

    Args:
        source: a run's folder (its newest checkpoint counts), a folder that ``save_pretrained`` of
            a trunk wrote, or an id of the Hugging Face hub.
        device: ``cpu``, ``cuda``, ``cuda:1``, ``mps``, or ``auto``.
        image_size: pixels along each side; that of the evaluation by default, else that of the
            frames which it was trained on.

    Raises:
        UserError: when there is no trained trunk, it is damaged, or it takes no such images.
    """
    path = Path(source)
    if (path / RUN).is_file():
        trunk, file = load_trunk(path), path / EMBEDDING
        size = max(frame_sizes(load_run(path)), default=PHOTO_SIZE)
    else:
        trunk, size = AutoTrunk.from_pretrained(source), PHOTO_SIZE
        file = beside(source, EMBEDDING)
    check_weights(trunk, str(source))
    kept = kept_embedding(file, trunk)
    encoder, facts = kept or (None, {})
    size = image_size or int(facts.get("image_size", size))
    return EmbeddingModel(trunk, size, encoder, device)
