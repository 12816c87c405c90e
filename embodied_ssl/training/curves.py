"""The training curves: ``metrics.jsonl``, a JSON object a line, and TensorBoard beside it."""

from __future__ import annotations

import json
import math
import time
from pathlib import Path

import torch
from accelerate import Accelerator
from torch import Tensor

from embodied_ssl.distributed import mean_over_processes
from embodied_ssl.errors import UserError
from embodied_ssl.training.checkpoint import METRICS, Progress


class Curves:
    """Writes what the steps of a run said, from a place of the training on.

    Args:
        run: the run's folder.
        done: how far it is; what was logged later is forgotten, because those steps come again.
        accelerator: that has the other trackers.
    """

    def __init__(self, run: Path, done: Progress, accelerator: Accelerator):
        self._file, self._accelerator = run / METRICS, accelerator
        self._start, self._before = time.monotonic(), done.images
        if accelerator.is_main_process and self._file.exists():
            lines = self._file.read_text().splitlines()
            kept = [x for x in lines if x.endswith("}") and json.loads(x)["step"] <= done.step]
            self._file.write_text("".join(f"{line}\n" for line in kept))

    def log(self, done: Progress, outputs: dict[str, Tensor]) -> None:
        """Write the mean of the processes' numbers.

        Raises:
            UserError: when the loss is not finite.
        """
        scalars = {name: value for name, value in outputs.items() if value.dim() == 0}
        means = mean_over_processes(torch.stack([v.detach().float() for v in scalars.values()]))
        numbers = dict(zip(scalars, means.tolist(), strict=True))
        if not math.isfinite(numbers["loss"]):
            raise UserError(
                f"the loss is {numbers['loss']} at step {done.step}: try a smaller --lr."
            )
        rate = (done.images - self._before) / (time.monotonic() - self._start)
        self._accelerator.log(numbers | {"images_per_second": rate}, step=done.step)
        if self._accelerator.is_main_process:
            entry = {"step": done.step, "images": round(done.images, 3)}
            entry |= {"images_per_second": round(rate, 1), **numbers}
            with self._file.open("a") as file:
                file.write(json.dumps(entry) + "\n")
