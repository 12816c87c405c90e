"""The training curves: ``metrics.jsonl``, a JSON object a line, and TensorBoard beside it."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from embodied_ssl.distributed import mean_over_processes
from embodied_ssl.errors import UserError
from embodied_ssl.files import write_atomically
from embodied_ssl.training.checkpoint import METRICS, Progress
from embodied_ssl.training.metrics import read_metrics
from embodied_ssl.training.trackers import TENSORBOARD, Trackers


class Curves:
    """Writes what the steps of a run said, from a place of the training on.

    Args:
        run: the run's folder.
        done: how far it is; what was logged later is forgotten, because those steps come again.
        writes: whether this process does; with several processes the first.
        log: names of trackers.
        settings: of the run, for the trackers.

    Raises:
        UserError: when the files cannot be written.
    """

    def __init__(
        self,
        run: Path,
        done: Progress,
        writes: bool = True,
        log: Sequence[str] = (TENSORBOARD,),
        settings: Mapping[str, Any] | None = None,
    ):
        self._file, self._writer, self._writes = run / METRICS, None, writes
        self._last: dict[str, float] = {}
        self._start, self._before = time.monotonic(), done.images
        self._trackers = Trackers(log if writes else (), run, settings or {})
        if not writes:
            return
        with _writing(self._file):
            kept = [each for each in read_metrics(self._file) if each["step"] <= done.step]
            if self._file.is_file():
                write_atomically(self._file, "".join(map(_line, kept)).encode())
        if TENSORBOARD not in log:
            return
        from torch.utils.tensorboard import SummaryWriter

        with _writing(run / TENSORBOARD):
            # TensorBoard forgets what an earlier process logged from this step on.
            again = done.step + 1 if done.step else 0
            self._writer = SummaryWriter(str(run / TENSORBOARD), purge_step=again)

    def log(self, done: Progress, outputs: Mapping[str, Tensor | float]) -> dict[str, float]:
        """Write the mean of the processes' numbers of a step, and give it."""
        scalars = {k: torch.as_tensor(v).detach().float() for k, v in outputs.items()}
        scalars = {name: value for name, value in scalars.items() if value.dim() == 0}
        device = next(iter(scalars.values())).device
        stacked = torch.stack([value.to(device) for value in scalars.values()])
        numbers = dict(zip(scalars, mean_over_processes(stacked).tolist(), strict=True))
        rate = (done.images - self._before) / (time.monotonic() - self._start)
        self.write(done, {"images_per_second": round(rate, 1), **numbers})
        return numbers

    def write(self, done: Progress, numbers: Mapping[str, float]) -> None:
        """Write numbers of a step, those that are finite."""
        if not self._writes:
            return
        finite = {name: value for name, value in numbers.items() if math.isfinite(value)}
        entry = {"step": done.step, "images": round(done.images, 3), **finite}
        self._last |= finite
        with _writing(self._file), self._file.open("a") as file:
            file.write(_line(entry))
        self._trackers.log(finite, done.step)
        if self._writer is None:
            return
        with _writing(Path(self._writer.log_dir)):
            for name, value in finite.items():
                self._writer.add_scalar(name, value, done.step)
            self._writer.flush()

    def facts(self, done: Progress) -> dict[str, str]:
        """What the card of the trunk says of how far the training is."""
        figures = ", ".join(f"`{name}` {value:.4g}" for name, value in self._last.items())
        return {"Images so far": f"{done.images:,.0f}", "Figures so far": figures}

    def close(self) -> None:
        """Nothing is written any more."""
        self._trackers.close()
        if self._writer is not None:
            with _writing(Path(self._writer.log_dir)):
                self._writer.close()


def _line(entry: Mapping[str, float]) -> str:
    return json.dumps(entry) + "\n"


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserError(
            f"cannot write {path}: {error.strerror or error}. The same command continues from the "
            "last checkpoint."
        ) from error
