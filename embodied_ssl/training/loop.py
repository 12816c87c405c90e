"""The training loop: batches in, updates of the weights out, curves and checkpoints beside it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs, ProjectConfiguration
from torch import Tensor

from embodied_ssl.data import FrameCache
from embodied_ssl.distributed import average_statistics, synchronize_batch_norm
from embodied_ssl.methods.base import Method, Recipe, Step
from embodied_ssl.progress import progress_bar
from embodied_ssl.sampling import Batch, generator_of, image_frames, to_device
from embodied_ssl.training.checkpoint import Progress, resume, save_checkpoint
from embodied_ssl.training.config import TrainConfig
from embodied_ssl.training.curves import Curves
from embodied_ssl.training.optim import open_optimizer, set_schedules
from embodied_ssl.trunks.inference import calibrate, computes_in_bfloat16

LOG_EVERY = 20  # steps
CALIBRATED_ON = 1024  # frames of a world


class Loop:
    """Trains one method on the datasets of its worlds.

    What a step does follows from the weights before it, the seed and the step's number alone.
    Process r of W takes the samples of number ``step * W + r``.

    Args:
        config: of the loop.
        method: what is trained.
        caches: the datasets by their world.
    """

    def __init__(self, config: TrainConfig, method: Method, caches: Mapping[str, FrameCache]):
        self.config, self.caches = config, caches
        self.recipe: Recipe = config.recipe or method.recipe
        self.accelerator = Accelerator(
            cpu=not torch.accelerator.is_available(),
            log_with="tensorboard",
            # Not every layer of the trunk has a task; buffers are kept alike by those who write
            # them, so what another process wrote is not lost.
            kwargs_handlers=[
                DistributedDataParallelKwargs(find_unused_parameters=True, broadcast_buffers=False)
            ],
            project_config=ProjectConfiguration(str(config.out), str(config.out)),
        )
        self.device = self.accelerator.device
        self.processes = self.accelerator.num_processes
        told = {"bf16": True, "fp32": False}
        self.bf16 = told.get(config.precision, computes_in_bfloat16(self.device))
        self.sampler = method.open_sampler(caches, config.batch_size, config.seed)
        if config.batch_norm == "synchronized":
            method = synchronize_batch_norm(method)
        # Channels last is where the convolutions of CPUs and GPUs are fast.
        self.method = method.to(self.device, memory_format=torch.channels_last)
        optimizer = open_optimizer(self.method, self.recipe)
        with warnings.catch_warnings():
            # Accelerate knows the option by its old name alone.
            warnings.filterwarnings("ignore", "`broadcast_buffers` is deprecated", FutureWarning)
            self.model, self.optimizer = self.accelerator.prepare(self.method, optimizer)

    def run(self) -> None:
        """Train to the end of the budget."""
        config, accelerator = self.config, self.accelerator
        done = resume(config.out, self.method, self.optimizer, self.processes)
        if done.images >= config.images:
            return
        if done.step == 0:
            self._calibrate_frozen()
        accelerator.init_trackers("tensorboard")
        curves = Curves(config.out, done, accelerator)
        self.method.train()
        saved = time.monotonic()
        with progress_bar("train", config.images, "images", accelerator.is_main_process) as advance:
            advance(round(done.images))
            for batch in self.batches(done.step):
                before = done
                outputs, done = self.step(batch, done)
                advance(round(done.images) - round(before.images))
                over = done.images >= config.images
                if done.step % LOG_EVERY == 0 or over:
                    curves.log(done, outputs)
                if over or self._due(saved):
                    average_statistics(self.method)
                    if accelerator.is_main_process:
                        save_checkpoint(config.out, done, self.method, self.optimizer)
                    saved = time.monotonic()
                if over:
                    break
        accelerator.wait_for_everyone()
        accelerator.end_training()

    def step(self, batch: Batch, done: Progress) -> tuple[dict[str, Tensor], Progress]:
        """One update of the weights: what the method says of it, and how far the training is."""
        step = self.moment(done)
        set_schedules(
            self.optimizer.param_groups,
            self.recipe,
            step.progress,
            self.config.batch_size * self.processes,
        )
        batch = self.method.prepare(to_device(batch, self.device), step)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.bf16):
            outputs = self.model(batch, step)
        self.optimizer.zero_grad()
        self.accelerator.backward(outputs["loss"])
        if self.recipe.clip_norm:
            self.accelerator.clip_grad_norm_(self.method.parameters(), self.recipe.clip_norm)
        self.optimizer.step()
        self.method.after_step(step)
        cost = self.method.cost(batch) * self.processes
        return outputs, Progress(done.step + 1, done.images + cost, self.processes)

    def number(self, step: int) -> int:
        """Of the samples of this process in a step."""
        return step * self.processes + self.accelerator.process_index

    def moment(self, done: Progress) -> Step:
        """The next step, with all random numbers a function of seed and number."""
        generator = generator_of(self.config.seed, self.number(done.step))
        torch.manual_seed(generator.initial_seed())  # of layers that drop at random
        return Step(done.step, done.images / self.config.images, generator)

    def batches(self, step: int) -> Iterator[Batch]:
        """Batches from a step on, the next one loaded while this one trains."""
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(self.sampler, self.number(step))
            while True:
                batch = coming.result()
                step += 1
                coming = pool.submit(self.sampler, self.number(step))
                yield batch

    def _due(self, saved: float) -> bool:
        """Whether a checkpoint is due; the first process decides for all."""
        due = time.monotonic() - saved > 60 * self.config.checkpoint_minutes
        flag = torch.tensor(float(due), device=self.device)
        if self.processes > 1:
            torch.distributed.broadcast(flag, 0)
        return bool(flag)

    def _calibrate_frozen(self) -> None:
        """Fit the BatchNorm of a trunk that will not learn to the images that it will see."""
        if not any(weights.requires_grad for weights in self.method.trunk.parameters()):
            pools = [(cache.frames, image_frames(cache)[0]) for cache in self.caches.values()]
            chosen = [frames[pool[:: 1 + len(pool) // CALIBRATED_ON]] for frames, pool in pools]
            calibrate(self.method.trunk, np.concatenate(chosen), self.device)
