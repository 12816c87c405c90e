"""CLIP: images and captions find each other (Radford et al., ICML 2021)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Annotated, ClassVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.data import FrameCache
from embodied_ssl.distributed import gather
from embodied_ssl.errors import UserError
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.language.text import TextTransformer
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.methods.views import watched
from embodied_ssl.products import float32_product
from embodied_ssl.sampling import Batch, Sampler
from embodied_ssl.sampling.captions import CaptionSampler, prompts
from embodied_ssl.sampling.text import LENGTH, tokenize
from embodied_ssl.trunks import Trunk

HOTTEST = 100.0
"""The largest factor of the cosines, as in the paper."""


class CLIP(Method):
    """Images and captions find each other in a batch (CLIP, Radford et al., ICML 2021).

    Captions are written from what the simulator knows, or read from a file beside photos. Several
    images of a batch may have the same caption: then all of them are right.
    """

    pools_only: ClassVar = True
    recipe: ClassVar[Recipe] = Recipe(lr=5e-4, weight_decay=0.2, adam_betas=(0.9, 0.98))

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of CLIP."""

        dim: Annotated[int, Within(4, 8192)] = 128
        """Width of the text transformer; the paper has 512."""
        depth: Annotated[int, Within(1, 64)] = 4
        """Its layers; the paper has 12."""
        heads: Annotated[int, Within(1, 128)] = 4
        """Of its attention."""
        length: Annotated[int, Within(8, 4096)] = LENGTH
        """Bytes of a text that are read, with two for its start and its end; the paper reads 76
        tokens of a vocabulary."""
        projection: Annotated[int, Within(2, 1 << 16)] = 128
        """Dimensions in which images and texts are compared."""
        temperature: Annotated[float, Within(1 / HOTTEST, 10)] = 0.07
        """With which it begins; it is learned."""
        captions: str | None = None
        """JSON file of sentences for photos: each under the photo's path in its tree, or the name
        of a folder that it is in. By default a photo is a view of its first folder."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(
                crop_side=(0.9, 1.0), flip=0, brightness=0.2, contrast=0.2, saturation=0.2, hue=0
            )
        )
        """Little: what the caption says has to stay in the image, also what is left of what."""

        def __post_init__(self) -> None:
            super().__post_init__()
            if self.dim % self.heads:
                raise UserError(f"--dim {self.dim} must be a multiple of --heads.")

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.read = TextTransformer(config.dim, config.depth, config.heads, config.length)
        self.project_image = nn.Linear(trunk.dim, config.projection, bias=False)
        self.project_text = nn.Linear(config.dim, config.projection, bias=False)
        self.log_scale = nn.Parameter(torch.tensor(-log(config.temperature)))

    def open_sampler(self, caches: Mapping[str, FrameCache], batch_size: int, seed: int) -> Sampler:
        config = self.config
        return CaptionSampler(caches.values(), batch_size, seed, config.captions, config.length)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        """``images`` and the ``tokens`` (B, L) of their captions, as they are."""
        settings = self.config.augmentation
        images = augment(batch["frames"], self.train_size, settings, step.generator)
        return {"images": self.trunk.normalize(images), "tokens": batch["tokens"]}

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        y = self.trunk.pool(stages)
        images = gather(self.image_features(y))
        tokens = gather(batch["tokens"])
        texts = gather(self.text_features(batch["tokens"]))
        scale = self.log_scale.exp().clamp(max=HOTTEST)
        logits = scale * float32_product(images, texts.T)  # (N, N)
        same = (tokens[:, None] == tokens).all(2).float()
        target = same / same.sum(1, keepdim=True)
        loss = F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)
        found = same.gather(1, logits.argmax(1, keepdim=True)).mean()
        return {"loss": loss / 2, "accuracy": found} | watched(step, y, images, texts)

    def image_features(self, y: Tensor) -> Tensor:
        """Of what the trunk says (B, D), of unit length (B, P)."""
        return F.normalize(self.project_image(y).float(), dim=1)

    def text_features(self, tokens: Tensor) -> Tensor:
        """Of tokens (B, L), of unit length (B, P)."""
        return F.normalize(self.project_text(self.read(tokens)).float(), dim=1)

    def name_features(self, names: Sequence[str]) -> Tensor:
        """Of categories, of unit length (C, P): of each the mean of all sentences that may be said
        of it."""
        sentences = [prompts(name) for name in names]
        tokens = tokenize([each for named in sentences for each in named], self.config.length)
        texts = self.text_features(tokens.to(self.log_scale.device)).unflatten(0, (len(names), -1))
        return F.normalize(texts.mean(1), dim=1)

    @torch.inference_mode()
    def classify(self, images: Tensor, names: Tensor) -> Tensor:
        """Cosines (B, C) of normalized images with the features (C, P) of names: a classifier that
        has seen no label. Images are brought to the size of the training, at which alone what the
        trunk says fits to the words."""
        side = self.train_size
        if images.shape[-2:] != (side, side):
            images = F.interpolate(images, (side, side), mode="bilinear", antialias=True)
        return float32_product(self.image_features(self.trunk(images)), names.T)
