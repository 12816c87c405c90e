"""From features back to images: heads with extent, that several methods share."""

from __future__ import annotations

import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor, nn

from embodied_ssl.trunks import Trunk

DOUBLINGS = 3
"""Of the resolution, from the map that a painter begins with to its image."""


def doubled(inputs: int, outputs: int) -> nn.Sequential:
    """A convolution after doubling the resolution."""
    return nn.Sequential(
        nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False),
        nn.Conv2d(inputs, outputs, 3, padding=1),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


class Painter(nn.Sequential):
    """An image (B, 3, side, side), values in [0, 1], from features (B, D).

    Args:
        dim: D.
        side: of the image, a multiple of 8.
        width: channels of the first map; each of three doublings of the resolution halves them.
    """

    def __init__(self, dim: int, side: int, width: int):
        start = side >> DOUBLINGS
        super().__init__(
            nn.Linear(dim, width * start**2), nn.ReLU(),
            nn.Unflatten(1, (width, start, start)),
            *(doubled(width >> i, width >> (i + 1)) for i in range(DOUBLINGS)),
            nn.Conv2d(width >> DOUBLINGS, 3, 3, padding=1), nn.Sigmoid(),
        )  # fmt: skip


def painted_side(train_size: int) -> int:
    """Side of the images that are painted of such of ``train_size``: about half of it."""
    return 8 * max(train_size // 16, 1)


def shrunk(images: Float[Tensor, "B C H W"], side: int) -> Float[Tensor, "B C side side"]:
    """Images made smaller by area."""
    return F.interpolate(images.float(), size=side, mode="area")


class MapHead(nn.Module):
    """Maps over an image from the last stage of the trunk that has an extent; the pooled features
    are added everywhere, so that the layers behind that stage learn too.

    Args:
        trunk: whose stages are read.
        train_size: of the images that pass the trunk, pixels.
        outputs: channels of the maps.
        side: of the maps.
        hidden: channels between.
    """

    def __init__(self, trunk: Trunk, train_size: int, outputs: int, side: int, hidden: int):
        super().__init__()
        self.stage, self.side = last_map(trunk, train_size), side
        self.local = nn.Conv2d(trunk.stage_dims[self.stage], hidden, 1)
        self.whole = nn.Linear(trunk.dim, hidden)
        self.decode = nn.Sequential(
            nn.BatchNorm2d(hidden), nn.ReLU(),
            nn.Conv2d(hidden, hidden, 3, padding=1), nn.BatchNorm2d(hidden), nn.ReLU(),
            nn.Conv2d(hidden, outputs, 1),
        )  # fmt: skip

    def forward(
        self, maps: Float[Tensor, "B C h w"], pooled: Float[Tensor, "B D"]
    ) -> Float[Tensor, "B outputs side side"]:
        """The maps, from those of the stage ``stage`` and the pooled features."""
        maps = F.interpolate(self.local(maps), size=self.side, mode="bilinear", align_corners=False)
        return self.decode(maps + self.whole(pooled)[:, :, None, None])


class PixelHead(nn.Module):
    """Features of single pixels from maps of several extents, the last of each, as in a feature
    pyramid; they are looked up at the pixels first (hypercolumns, Hariharan et al. 2015), which
    costs less than whole maps. The pooled features are added everywhere, as in ``MapHead``.

    There is no BatchNorm: of each batch another number of pixels counts.

    Args:
        trunk: whose stages are read.
        train_size: of the images that pass the trunk, pixels.
        outputs: D, numbers in the features of a pixel.
        hidden: units between.
    """

    def __init__(self, trunk: Trunk, train_size: int, outputs: int, hidden: int):
        super().__init__()
        self.numbers = pyramid(trunk, train_size)
        dims = [trunk.stage_dims[number] for number in self.numbers]
        self.local = nn.ModuleList(nn.Linear(dim, hidden) for dim in dims)
        self.whole = nn.Linear(trunk.dim, hidden)
        self.decode = nn.Sequential(nn.LayerNorm(hidden), nn.ReLU(), nn.Linear(hidden, outputs))

    def forward(
        self,
        stages: list[Tensor],
        pooled: Float[Tensor, "B dim"],
        pixels: Float[Tensor, "B K 2"],
        chosen: Bool[Tensor, "B K"],
    ) -> Float[Tensor, "M D"]:
        """The features at the chosen ones of the pixels of each image, image by image; x and y from
        -1 to 1 between the borders."""
        hidden = self.whole(pooled)[chosen.nonzero()[:, 0]]
        for number, local in zip(self.numbers, self.local, strict=True):
            maps = F.grid_sample(
                stages[number].float(), pixels[:, None], padding_mode="border", align_corners=False
            )  # (B, C, 1, K)
            hidden = hidden + local(maps[:, :, 0].mT[chosen])
        return self.decode(hidden)


LEVELS = 3
"""Extents that a ``PixelHead`` reads, at most, the coarsest ones."""


def pyramid(trunk: Trunk, size: int) -> list[int]:
    """Numbers of the last stage of each of the coarsest extents in images of such a size."""
    sides = [shape[-1] for shape in trunk.shapes(size)]
    last = {side: number for number, side in enumerate(sides) if side > 1}
    return sorted(last.values())[-LEVELS:] or [last_map(trunk, size)]


def last_map(trunk: Trunk, size: int) -> int:
    """Number of the last stage that has an extent in images of such a size."""
    shapes = trunk.shapes(size)
    return max((i for i, shape in enumerate(shapes) if shape[-1] > 1), default=len(shapes) - 1)
