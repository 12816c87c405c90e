"""SimCLR: two augmentations of an image find each other (Chen et al., ICML 2020)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, ClassVar

from torch import Tensor

from embodied_ssl.augment import Augmentation, augment
from embodied_ssl.bounds import Bounded, Within
from embodied_ssl.distributed import gather
from embodied_ssl.losses import nt_xent
from embodied_ssl.methods.base import Method, Stages, Step
from embodied_ssl.methods.heads import projection_head
from embodied_ssl.methods.views import watched
from embodied_ssl.sampling import Batch
from embodied_ssl.trunks import Trunk


class SimCLR(Method):
    """Two augmentations of an image find each other (SimCLR, Chen et al., ICML 2020)."""

    pools_only: ClassVar = True

    @dataclass(frozen=True)
    class Config(Bounded):
        """Settings of SimCLR; small-scale values where the paper's are for ImageNet."""

        temperature: Annotated[float, Within(1e-3, 10)] = 0.2
        """Of the softmax; the paper has 0.1 for ImageNet and 0.5 for CIFAR-10."""
        hidden: Annotated[int, Within(1, 1 << 14)] = 1024
        """Units of the projection's hidden layer."""
        projection: Annotated[int, Within(2, 1024)] = 128
        """Dimensions in which views are compared."""
        augmentation: Augmentation = field(
            default_factory=lambda: Augmentation(crop_side=(0.3, 1.0), gray=0.2)
        )
        """Of each view."""

    def __init__(self, trunk: Trunk, config: Config, train_size: int):
        super().__init__(trunk, config, train_size)
        self.project = projection_head(trunk.dim, config.hidden, config.projection)

    def prepare(self, batch: Batch, step: Step) -> Batch:
        frames = batch["frames"].repeat(2, 1, 1, 1)  # both views of all images
        views = augment(frames, self.train_size, self.config.augmentation, step.generator)
        return {"images": self.trunk.normalize(views)}  # (2B, 3, s, s)

    def loss(self, stages: Stages, batch: Batch, step: Step) -> dict[str, Tensor]:
        y = self.trunk.pool(stages)
        z1, z2 = (gather(z) for z in self.project(y).chunk(2))
        return {"loss": nt_xent(z1, z2, self.config.temperature)} | watched(y, z1, z2)
