"""A SimCLR loop as the examples of lightly write it, on the same frames and the same trunk."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import torch
from torch import Tensor, nn

from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.methods.contrastive.simclr import SimCLR
from embodied_ssl.sampling import image_frames
from embodied_ssl.trunks import Trunk, build_trunk

FRAMES = 4096  # files that are written, at most
WORKERS = 2  # processes that load, a core for each


def write_frames(cache: FrameCache, folder: Path) -> None:
    """The training frames as JPEG files, as people have their photos."""
    frames, _ = image_frames(cache)
    for number, frame in enumerate(frames[:FRAMES]):
        image = cv2.cvtColor(cache.frames[frame], cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(folder / f"{number:05}.jpg"), image, [cv2.IMWRITE_JPEG_QUALITY, 95])


class PeerLoop:
    """Steps of that loop: files decoded and augmented one by one in processes, two passes a batch.

    Args:
        folder: of the files.
        settings: of the trunk.
        batch_size, train_size: as the loop beside it has them.
        given: channels last, and bf16 where the hardware computes in it, which the examples lack.
        bf16: whether it does.

    Raises:
        UserError: where lightly is not installed.
    """

    def __init__(
        self,
        folder: Path,
        settings: dict,
        batch_size: int,
        train_size: int,
        given: bool,
        bf16: bool,
    ):
        try:
            from lightly.data import LightlyDataset
            from lightly.loss import NTXentLoss
            from lightly.models.modules import SimCLRProjectionHead
            from lightly.transforms import SimCLRTransform
        except ImportError as error:
            raise UserError("lightly is not installed: scripts/parity installs it.") from error
        trunk: Trunk = build_trunk("alexnet", **settings)
        config = SimCLR.Config()
        head = SimCLRProjectionHead(trunk.dim, config.hidden, config.projection)
        self.model = nn.Sequential(trunk, head).train()
        self.given, self.bf16 = given, given and bf16
        if given:
            self.model = self.model.to(memory_format=torch.channels_last)
        dataset = LightlyDataset(
            str(folder), transform=SimCLRTransform(input_size=train_size, gaussian_blur=0.0)
        )
        self.loader = torch.utils.data.DataLoader(
            dataset, batch_size, shuffle=True, drop_last=True, num_workers=WORKERS,
            persistent_workers=True,
        )  # fmt: skip
        self.criterion = NTXentLoss(config.temperature)
        self.optimizer = torch.optim.SGD(self.model.parameters(), lr=0.06)
        self.coming = self._batches()

    def _batches(self) -> Iterator[list[Tensor]]:
        while True:
            for batch in self.loader:
                yield batch[0]

    def step(self) -> None:
        """One update of the weights."""
        first, second = next(self.coming)
        if self.given:
            first, second = (x.to(memory_format=torch.channels_last) for x in (first, second))
        with torch.autocast("cpu", torch.bfloat16, enabled=self.bf16):
            loss = self.criterion(self.model(first), self.model(second))
        loss.backward()
        self.optimizer.step()
        self.optimizer.zero_grad()

    def seconds(self, steps: int) -> float:
        """Of a step."""
        start = time.perf_counter()
        for _ in range(steps):
            self.step()
        return (time.perf_counter() - start) / steps
