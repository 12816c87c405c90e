"""The training loop: batches in, updates of the weights out, curves and checkpoints beside it."""

from __future__ import annotations

import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing

import numpy as np
import torch
from torch import Tensor

from embodied_ssl.data import FrameCache
from embodied_ssl.distributed import average_statistics, synchronize_batch_norm
from embodied_ssl.methods.base import Method, Step
from embodied_ssl.progress import progress_bar
from embodied_ssl.sampling import Batch, generator_of, image_frames, to_device
from embodied_ssl.training.checkpoint import Progress, resume, save_checkpoint
from embodied_ssl.training.config import TrainConfig
from embodied_ssl.training.curves import Curves
from embodied_ssl.training.forward import forward_pass
from embodied_ssl.training.launch import open_accelerator
from embodied_ssl.training.optim import clip_gradients, open_optimizer, set_schedules
from embodied_ssl.training.prefetch import thread_of_its_own
from embodied_ssl.training.probe import Probe, crossed
from embodied_ssl.training.watch import Watch
from embodied_ssl.trunks.inference import calibrate, computes_in_bfloat16

LOG_EVERY = 20  # steps
CALIBRATED_ON = 1024  # frames of a world


class Loop:
    """Trains one method on the datasets of its worlds.

    What a step does follows from the weights before it, the seed and the step's number alone.
    Process r of W takes the batch r behind those that all of them have drawn.

    Args:
        config: of the loop.
        method: what is trained.
        caches: the datasets by their world.
        probe: looks at the trunk now and then; none by default.
    """

    def __init__(
        self,
        config: TrainConfig,
        method: Method,
        caches: Mapping[str, FrameCache],
        probe: Probe | None = None,
    ):
        self.config, self.caches, self.probe = config, caches, probe
        self.recipe = config.recipe or method.recipe
        self.accelerator = open_accelerator(config.device)
        self.device = self.accelerator.device
        self.processes = self.accelerator.num_processes
        fast = computes_in_bfloat16(self.device)
        self.bf16 = {"bf16": True, "fp32": False}.get(config.precision, fast)
        self.sampler = method.open_sampler(caches, config.batch_size, config.seed)
        if config.batch_norm == "synchronized":
            method = synchronize_batch_norm(method)
        # Channels last is where the convolutions of CPUs and GPUs are fast.
        self.method = method.to(self.device, memory_format=torch.channels_last)
        optimizer = open_optimizer(self.method, self.recipe, self.bf16 and fast)
        with warnings.catch_warnings():
            # Accelerate knows the option by its old name alone.
            warnings.filterwarnings("ignore", "`broadcast_buffers` is deprecated", FutureWarning)
            self.model, self.optimizer = self.accelerator.prepare(self.method, optimizer)
        self.watch, self._last_cost = Watch(self.device, config.allow_collapse), 0.0

    def run(self, facts: Mapping[str, str] | None = None) -> tuple[Progress, Progress]:
        """Train to the end of the budget.

        Args:
            facts: what the trunk's card says of the run.

        Returns:
            how far the training was, and how far it is.

        Raises:
            UserError: when a number is not finite, embeddings have collapsed, or the disk does not
                take what is written; the last checkpoint stays.
        """
        config, accelerator = self.config, self.accelerator
        done = resume(config.out, self.method, self.optimizer, self.processes)
        if done.images >= config.images:
            return done, done
        if done.step == 0 and not config.init:
            self._calibrate_frozen()
        start, main = done, accelerator.is_main_process
        looks = main and self.probe is not None
        curves = Curves(config.out, done, main, config.trackers, facts)
        self.method.train()
        saved = time.monotonic()
        with (
            closing(curves),
            closing(self.batches(done.batches)) as batches,
            progress_bar("train", config.images, "images", main) as advance,
        ):
            advance(self._shown(done))
            if looks and done.step == 0:
                self._probed(curves, done)
            for batch in batches:
                before = done
                outputs, done = self.step(batch, done)
                over = done.images >= config.images
                note = ""
                if done.step % LOG_EVERY == 0 or over or before is start:
                    self.watch.check()
                    note = f"loss {outputs['loss'].item():.3f}"
                if done.step % LOG_EVERY == 0 or over:
                    curves.log(done, outputs)
                if looks and (over or crossed(before.images, done.images, config.probe_every)):
                    note += self._probed(curves, done)
                advance(self._shown(done) - self._shown(before), note)
                if over or self._due(saved):
                    self.watch.check()
                    average_statistics(self.method)
                    if main:
                        told = {**(facts or {}), **curves.facts(done)}
                        save_checkpoint(config.out, done, self.method, self.optimizer, told)
                    saved = time.monotonic()
                if over:
                    break
        accelerator.wait_for_everyone()
        return start, done

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
        with forward_pass(self.device, self.bf16):
            outputs = self.model(batch, step)
        self.optimizer.zero_grad()
        self.accelerator.backward(outputs["loss"])
        norm = clip_gradients(self.method, self.recipe.clip_norm)
        rate = self.optimizer.param_groups[0]["lr"]
        outputs = outputs | {"gradient_norm": norm, "learning_rate": torch.tensor(rate)}
        self.watch.see(step.number + 1, outputs)
        self.optimizer.step()
        self.method.after_step(step)
        cost = self.method.cost(batch) * self.processes
        drawn, self._last_cost = done.batches + self.processes, cost
        return outputs, Progress(done.step + 1, done.images + cost, self.processes, drawn)

    def _shown(self, done: Progress) -> int:
        """Images as the progress bar counts them: the last batch may go beyond the budget."""
        return min(round(done.images), self.config.images)

    def _probed(self, curves: Curves, done: Progress) -> str:
        """Let the probe look at the trunk; a few words of what it said."""
        numbers = self.probe(self.method.exported, self.device)
        curves.write(done, numbers)
        return "".join(f", {name} {value:.3f}" for name, value in numbers.items())

    def moment(self, done: Progress) -> Step:
        """The next step, with all random numbers a function of seed and number."""
        number = done.batches + self.accelerator.process_index
        generator = generator_of(self.config.seed, number)
        torch.manual_seed(generator.initial_seed())  # of layers that drop at random
        budget = self.config.images
        each = max(self._last_cost, done.images / max(done.step, 1))
        last = done.step == 0 or done.images + 2 * each >= budget
        logged = (done.step + 1) % LOG_EVERY == 0 or last
        return Step(done.step, done.images / budget, generator, logged)

    def batches(self, drawn: int) -> Iterator[Batch]:
        """Batches of this process behind those that all have drawn, the next one loaded while this
        one trains."""
        number = drawn + self.accelerator.process_index
        with thread_of_its_own() as pool:
            coming = pool.submit(self.sampler, number)
            while True:
                batch = coming.result()
                number += self.processes
                coming = pool.submit(self.sampler, number)
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
