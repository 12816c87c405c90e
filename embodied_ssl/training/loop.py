"""The training loop: batches in, updates of the weights out, curves and checkpoints beside it."""

from __future__ import annotations

import json
import math
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from accelerate import Accelerator
from accelerate.utils import DistributedDataParallelKwargs, ProjectConfiguration
from torch import Tensor

from embodied_ssl.sampling.base import generator_of, seen_frames, to_device
from embodied_ssl.training.checkpoint import METRICS, resume, save_checkpoint
from embodied_ssl.data import FrameCache
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation.features import calibrate
from embodied_ssl.methods.base import Method
from embodied_ssl.progress import progress_bar
from embodied_ssl.training.command import TrainConfig

LOG_EVERY = 20  # steps

OPTIMIZERS = {
    "adamw": lambda groups, lr: torch.optim.AdamW(groups, lr=lr, betas=(0.9, 0.98)),
    "sgd": lambda groups, lr: torch.optim.SGD(groups, lr=lr, momentum=0.9, nesterov=True),
    "rmsprop": lambda groups, lr: torch.optim.RMSprop(groups, lr=lr),
}


class Loop:
    """Trains one method on the datasets of its worlds.

    What a step does follows from the weights before it, the seed and the step's number alone.
    """

    def __init__(self, config: TrainConfig, method: Method, caches: Mapping[str, FrameCache]):
        self.config = config
        self.accelerator = Accelerator(
            mixed_precision="bf16" if self._reduced() else "no",
            log_with="tensorboard",
            # Not every layer of the trunk has a task.
            kwargs_handlers=[DistributedDataParallelKwargs(find_unused_parameters=True)],
            project_config=ProjectConfiguration(str(config.out), str(config.out)),
        )
        # Other processes of a distributed run draw other samples.
        self.seed = config.seed + 7919 * self.accelerator.process_index
        self.sampler = method.open_sampler(caches, config.batch_size, self.seed)
        self.method, self.caches = method, caches
        optimizer = OPTIMIZERS[config.optimizer](_groups(method, config.weight_decay), config.lr)
        # Channels last is where the convolutions of CPUs and GPUs are fast.
        method = method.to(memory_format=torch.channels_last)
        self.model, self.optimizer = self.accelerator.prepare(method, optimizer)

    def _reduced(self) -> bool:
        if self.config.precision != "auto":
            return self.config.precision == "bf16"
        if torch.cuda.is_available():
            return torch.cuda.is_bf16_supported()
        return torch.cpu._is_avx512_bf16_supported()

    def run(self) -> None:
        """Train to the end of the budget."""
        config, accelerator = self.config, self.accelerator
        step = resume(config.out, self.method, self.optimizer)
        images = 0
        for _ in range(step):
            images += self._step_images(images)
        if images >= config.images:
            return
        self._trim_metrics(step)
        if step == 0:
            self._calibrate_frozen()
        accelerator.init_trackers("tensorboard")
        self.method.train()
        saved = time.monotonic()
        start, before = time.monotonic(), images
        with progress_bar("train", config.images, "images") as advance:
            advance(images)
            for batch in self.batches(step):
                step_images = self._step_images(images)
                outputs = self.step(step, batch, images / config.images)
                step, images = step + 1, images + step_images
                advance(step_images)
                done = images >= config.images
                if step % LOG_EVERY == 0 or done:
                    rate = (images - before) / (time.monotonic() - start)
                    self._log(step, images, outputs, rate)
                if done or time.monotonic() - saved > 60 * config.checkpoint_minutes:
                    if accelerator.is_main_process:
                        save_checkpoint(config.out, step, self.method, self.optimizer)
                    saved = time.monotonic()
                if done:
                    break
        accelerator.end_training()

    def step(self, step: int, batch: dict, progress: float) -> dict[str, Tensor]:
        """One update of the weights."""
        lr = learning_rate(self.config, progress)
        for group in self.optimizer.param_groups:
            group["lr"] = lr
        batch = to_device(batch, self.accelerator.device)
        with self.accelerator.autocast():
            outputs = self.model(batch, generator_of(self.seed, step))
        self.optimizer.zero_grad()
        self.accelerator.backward(outputs["loss"])
        self.optimizer.step()
        self.method.after_step()
        return outputs

    def _step_images(self, images: int) -> int:
        """Images through the trunk in the step that begins after so many of them."""
        self.method.progress = images / self.config.images
        return self.method.images_per_step(self.config.batch_size) * self.accelerator.num_processes

    def _calibrate_frozen(self) -> None:
        """Fit the BatchNorm of a trunk that will not learn to the images that it will see."""
        if not any(weights.requires_grad for weights in self.method.trunk.parameters()):
            pools = [(cache.frames, seen_frames(cache)) for cache in self.caches.values()]
            chosen = [frames[pool[:: 1 + len(pool) // 1024]] for frames, pool in pools]
            calibrate(self.method.trunk, np.concatenate(chosen), self.accelerator.device)

    def batches(self, step: int) -> Iterator[dict]:
        """Batches from a step on, the next one gathered while this one trains."""
        with ThreadPoolExecutor(1) as pool:
            coming = pool.submit(self.sampler, step)
            while True:
                batch = coming.result()
                step += 1
                coming = pool.submit(self.sampler, step)
                yield batch

    def _log(self, step: int, images: int, outputs: dict[str, Tensor], rate: float) -> None:
        numbers = {k: v.item() for k, v in outputs.items() if v.dim() == 0}
        if not math.isfinite(numbers["loss"]):
            raise UserError(f"the loss is {numbers['loss']} at step {step}: try a smaller --lr.")
        self.accelerator.log(numbers | {"images_per_second": rate}, step=step)
        if self.accelerator.is_main_process:
            entry = {"step": step, "images": images, "images_per_second": round(rate, 1), **numbers}
            with (self.config.out / METRICS).open("a") as file:
                file.write(json.dumps(entry) + "\n")

    def _trim_metrics(self, step: int) -> None:
        """Forget what was logged after the checkpoint: those steps come again."""
        path = self.config.out / METRICS
        if not path.exists() or not self.accelerator.is_main_process:
            return
        kept = [
            line
            for line in path.read_text().splitlines()
            if line.endswith("}") and json.loads(line)["step"] <= step
        ]
        path.write_text("".join(f"{line}\n" for line in kept))


def learning_rate(config: TrainConfig, progress: float) -> float:
    """Linear warm-up, then half a cosine down to zero; ``progress`` from 0 to 1."""
    if progress < config.warmup:
        return config.lr * (progress + 1e-3) / (config.warmup + 1e-3)
    part = (progress - config.warmup) / (1 - config.warmup)
    return config.lr * 0.5 * (1 + math.cos(math.pi * min(part, 1.0)))


def _groups(method: Method, weight_decay: float) -> list[dict]:
    """Weights decay; biases and the scales of normalisation do not."""
    trained = [p for p in method.parameters() if p.requires_grad]
    return [
        {"params": [p for p in trained if p.dim() > 1], "weight_decay": weight_decay},
        {"params": [p for p in trained if p.dim() <= 1], "weight_decay": 0.0},
    ]
