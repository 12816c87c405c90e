"""``train``: from settings to a run folder."""

from __future__ import annotations

import copy
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from embodied_ssl.checkpoints import with_weights
from embodied_ssl.data import Dataset, common_size, open_source
from embodied_ssl.errors import UserError
from embodied_ssl.methods import ALIASES, load_method_class
from embodied_ssl.methods.base import Method
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.notes import note
from embodied_ssl.sampling import to_device
from embodied_ssl.training.checkpoint import Progress
from embodied_ssl.training.config import TrainConfig
from embodied_ssl.training.continuing import check_run, finished, has_begun, keep_run
from embodied_ssl.training.describing import card_facts, command_settings, describe_run, summary
from embodied_ssl.training.folder import training_in
from embodied_ssl.training.initial import begin_with, initial_weights
from embodied_ssl.training.launch import join_processes
from embodied_ssl.training.loop import Loop
from embodied_ssl.training.memory import keep_freed_memory
from embodied_ssl.training.probe import Probe
from embodied_ssl.training.trackers import check_trackers
from embodied_ssl.trunks import build_trunk
from embodied_ssl.trunks.build import settings_it_has
from embodied_ssl.trunks.memory import check_memory


def run_train(config: TrainConfig, name: str, method_config: Any = None) -> Path:
    """Train a method from its newest checkpoint, or from scratch, to the end of its budget.

    Args:
        config: of the loop, with the trunk's settings and the recipe.
        name: of the method, or of a sum of methods.
        method_config: settings of the method, its own by default.

    Returns:
        the run's folder.

    Raises:
        UserError: for data that is not there, a folder that holds another run, bad settings.
    """
    state = join_processes(config.device)
    name = ALIASES.get(name, name)
    cls = load_method_class(name)
    defaults = settings_it_has(config.trunk, cls.trunk_defaults)
    config = replace(
        config,
        recipe=config.recipe or cls.recipe,
        trunk_settings=defaults | dict(config.trunk_settings),
    )
    method_config = method_config or cls.Config()
    if config.threads:
        torch.set_num_threads(config.threads)
    keep_freed_memory()
    check_trackers(config.trackers)
    begun = has_begun(config.out)
    datasets = open_worlds(config.data, cls)
    method = build_method(config, cls, method_config, name)
    run = describe_run(config, name, method_config, datasets)
    if config.init and not begun:
        run["init"] = initial_weights(config.init)
    if begun:
        grown = check_run(config, run, datasets, method, cls)
        if not grown and (images := finished(config)):
            if state.is_main_process:
                print(f"{name} is trained for {images:,.0f} images: {config.out}")
            return config.out
    with ExitStack() as stack:
        if begun and state.is_main_process:
            stack.enter_context(training_in(config.out))
        size = config.image_size or common_size(datasets.values())
        caches = {world: dataset.cache(size) for world, dataset in datasets.items()}
        probe = Probe(config.probe, config.image_size) if config.probe else None
        loop = Loop(config, method, caches, probe)
        check_sizes(loop)
        if state.is_main_process and not begun:
            say_if_repeated(loop)
            say_if_rate_is_of_another(loop.recipe, cls.recipe)
        state.wait_for_everyone()
        if state.is_main_process:
            if not begun:
                stack.enter_context(training_in(config.out))
                if has_begun(config.out):
                    raise UserError(f"{config.out} was begun meanwhile: run the command again.")
            settings = command_settings(config, name, method_config)
            keep_run(config.out, run | {"processes": loop.processes}, settings, begun)
        state.wait_for_everyone()
        start = time.monotonic()
        before, done = loop.run(card_facts(config, run))
        if state.is_main_process:
            print(summary(config.out, name, before, done, time.monotonic() - start))
    return config.out


def open_worlds(paths: tuple[str, ...], cls: type[Method]) -> dict[str, Any]:
    """The datasets by the world they were collected in.

    Raises:
        UserError: for data that are not there, that the method cannot use, two datasets of one
            world, or a part of a sum that has no data.
    """
    datasets: dict[str, Any] = {}
    for path in paths:
        dataset = open_source(path)
        cls.require_world(dataset.env, path)
        if dataset.env in datasets:
            raise UserError(f"{path} is a second dataset of {dataset.env}: one of each world.")
        if isinstance(dataset, Dataset) and "train" not in dataset.arrays(["split"])["split"]:
            raise UserError(f"{path} has no episodes to train on: collect --env tabletop or rooms.")
        if isinstance(dataset, Dataset):
            dataset.say_if_part()
        datasets[dataset.env] = dataset
    for part in getattr(cls, "types", (cls,)):
        if part.worlds and not datasets.keys() & set(part.worlds):
            worlds = " or ".join(part.worlds)
            raise UserError(f"--data lacks {worlds} data, from which {part.__name__} learns.")
    return datasets


def build_method(config: TrainConfig, cls: type[Method], method_config: Any, name: str) -> Method:
    """The method with random weights, a function of the seed, on the trunk that ``init`` names.

    Raises:
        UserError: for a trunk that there is not, or that the method cannot train, and for more
            weights than fit into memory.
    """
    torch.manual_seed(config.seed)
    trunk = build_trunk(config.trunk, **config.trunk_settings)
    if not isinstance(trunk, cls.trunk_type):
        wanted = cls.trunk_type.__name__
        raise UserError(f"{name} trains a {wanted}, which the trunk {config.trunk} is not.")
    if config.init and not with_weights(config.out):
        begin_with(trunk, config.init)
    check_memory(
        name, lambda: cls(copy.deepcopy(trunk).to("meta"), method_config, config.train_size)
    )
    method = cls(trunk, method_config, config.train_size)
    for part in method.modules():
        if isinstance(part, Method):
            part.pieces = config.accumulate
    return method


def say_if_repeated(loop: Loop) -> None:
    """A line where the same sample is in a batch several times: to a contrastive method it is
    another one then."""
    batch, there = loop.config.batch_size * loop.processes, loop.sampler.size
    if batch > there:
        note(f"a batch of {batch:,} holds some of the {there:,} samples several times")


def say_if_rate_is_of_another(asked: Recipe, own: Recipe) -> None:
    """A line where a method's optimizer is replaced and its learning rate is not."""
    if asked.optimizer != own.optimizer and asked.lr == own.lr:
        note(f"{asked.optimizer} has --lr {own.lr:g}, which is meant for {own.optimizer}")


def check_sizes(loop: Loop) -> None:
    """UserError when the trunk cannot take images of the sizes that the method makes, or those of
    the probe."""
    step = loop.moment(Progress())
    batch = loop.method.prepare(to_device(loop.sampler(0), loop.device), step)
    images = batch["images"]
    for each in [images] if isinstance(images, Tensor) else images:
        loop.method.trunk.check_size(each.shape[-1])
    if loop.probe:
        loop.method.trunk.check_size(loop.probe.image_size)
