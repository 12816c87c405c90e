"""``train``: one loop for every method."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from embodied_ssl.methods.base import Method


@dataclass(frozen=True)
class TrunkConfig:
    """The shared network."""

    name: str = "alexnet"
    """alexnet; kitti, the small net of the ego-motion paper for grey images of 32 pixels
    (--image-size 32 --train-size 32 spares work); or any model of timm."""
    width: float | None = None
    """alexnet, kitti: of the convolutions, as a fraction of the paper's."""
    fc_dim: int | None = None
    """alexnet: units of fc1 and fc2, 1024 unless told (the paper: 4096); kitti: features, 64."""
    norm: Literal["batch", "lrn"] | None = None
    """alexnet: BatchNorm, which it has unless told, or the paper's local response normalisation."""

    @property
    def settings(self) -> dict[str, Any]:
        """What ``build_trunk`` takes besides the name: what was told."""
        told = {"width": self.width, "fc_dim": self.fc_dim, "norm": self.norm}
        return {name: value for name, value in told.items() if value is not None}


@dataclass(frozen=True)
class TrainConfig:
    """Train a trunk; the same command continues what was interrupted."""

    data: tuple[str, ...]
    """Datasets collected on the tabletop, in rooms, or one of each, as the method needs; for the
    methods of a moving camera also folder-video:PATH, numbered frames with their poses."""
    out: Path
    """The run's folder."""
    trunk: TrunkConfig = field(default_factory=TrunkConfig)
    images: int = 1_000_000
    """Budget: images through the trunk, the same for every method."""
    batch_size: int = 128
    """Samples in a step."""
    image_size: int | None = None
    """Side, in pixels, to which the frames are made smaller once, before the training; by default
    they stay as they were collected."""
    train_size: int = 96
    """Side, in pixels, of the images cut out of the frames."""
    optimizer: Literal["adamw", "sgd", "rmsprop"] = "adamw"
    """The paper has rmsprop."""
    lr: float = 1e-3
    """Largest learning rate: it rises over the warm-up and falls along a cosine."""
    weight_decay: float = 0.05
    """Of weights, not of biases and the scales of normalisation."""
    warmup: float = 0.03
    """Part of the training over which the learning rate rises."""
    seed: int = 0
    """Of the first weights, the choice of samples and their augmentation."""
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    """auto: bf16 where the hardware computes in it."""
    checkpoint_minutes: float = 5.0
    """Minutes between checkpoints."""


def run_train(config: TrainConfig, method_name: str, method_config: Any = None) -> Path:
    """Train a method from its newest checkpoint, or from scratch, to the end of its budget.

    Returns:
        the run's folder.

    Raises:
        UserError: for data that is not there, a folder that holds another run, bad settings.
    """
    from embodied_ssl.errors import UserError
    from embodied_ssl.training.loop import Loop
    from embodied_ssl.methods import method_class

    for name in ("images", "batch_size", "image_size", "train_size", "lr"):
        value = getattr(config, name)
        if value is not None and value <= 0:
            raise UserError(f"--{name.replace('_', '-')} must be positive.")
    if config.batch_size < 2:
        raise UserError("--batch-size must be at least 2.")
    if config.image_size and config.train_size > config.image_size:
        raise UserError(
            f"--train-size {config.train_size} would enlarge frames of --image-size "
            f"{config.image_size}: no more than that."
        )
    cls = method_class(method_name)
    method_config = method_config or cls.Config()
    datasets = open_worlds(config.data, cls)
    method = build_method(config, method_name, method_config)
    prepare_folder(config, method_name, method_config, datasets)
    Loop(config, method, {w: d.cache(config.image_size) for w, d in datasets.items()}).run()
    return config.out


def open_worlds(paths: tuple[str, ...], method: type[Method]) -> dict[str, Any]:
    """The datasets by the world they were collected in.

    Raises:
        UserError: for data that are not there, that the method cannot use, two datasets of one
            world, or a world that the method cannot do without.
    """
    from embodied_ssl.data import open_source
    from embodied_ssl.errors import UserError

    worlds = (" and " if method.all_worlds else " or ").join(method.worlds)
    datasets: dict[str, Any] = {}
    for path in paths:
        dataset = open_source(path)
        if dataset.env not in method.worlds:
            raise UserError(f"{path} was collected in {dataset.env!r}: train on {worlds} data.")
        if dataset.env in datasets:
            raise UserError(f"{path} is a second dataset of {dataset.env}: one of each world.")
        datasets[dataset.env] = dataset
    missing = [world for world in method.worlds if world not in datasets]
    if not datasets or (method.all_worlds and missing):
        raise UserError(f"--data lacks {missing[0]} data: this method needs {worlds} data.")
    return datasets


def build_method(config: TrainConfig, name: str, method_config: Any) -> Method:
    """The method with random weights, a function of the seed."""
    import torch

    from embodied_ssl.methods import method_class
    from embodied_ssl.trunks import build_trunk

    torch.manual_seed(config.seed)
    trunk = build_trunk(config.trunk.name, **config.trunk.settings)
    return method_class(name)(trunk, method_config, config.train_size)


def prepare_folder(
    config: TrainConfig, name: str, method_config: Any, datasets: dict[str, Any]
) -> None:
    """Write ``run.json``, or make sure that it says the same; UserError if it does not."""
    import json
    from importlib.metadata import version

    from embodied_ssl.training.checkpoint import RUN
    from embodied_ssl.data.shards import write_atomically
    from embodied_ssl.errors import UserError
    from embodied_ssl.training.serialization import to_plain
    from embodied_ssl.trunks import all_settings

    train = to_plain(config)
    for without_effect in ("data", "out", "trunk", "checkpoint_minutes"):
        train.pop(without_effect)
    run = {
        "method": name,
        "method_config": to_plain(method_config),
        "trunk": config.trunk.name,
        "trunk_settings": all_settings(config.trunk.name, config.trunk.settings),
        "train": train,
        "datasets": {
            dataset.env: {
                "path": path,
                "fingerprint": dataset.fingerprint,
                "image_size": dataset.image_size,
            }
            for path, dataset in zip(config.data, datasets.values(), strict=True)
        },
    }
    path = config.out / RUN
    if not path.exists() and config.out.exists() and any(config.out.iterdir()):
        raise UserError(f"{config.out} holds something that is no run: choose another --out.")
    if path.exists():
        try:
            earlier = json.loads(path.read_text())
        except ValueError as error:
            raise UserError(f"{path} is damaged: {error}.") from error
        for part, value in run.items():
            if part != "datasets" and _differs(earlier.get(part), value):
                raise UserError(
                    f"{config.out} was trained with another {part.replace('_', ' ')}: choose "
                    "another --out."
                )
        if _fingerprints(earlier) != _fingerprints(run):
            raise UserError(f"{config.out} was trained on other data: choose another --out.")
        return
    versions = {name: version(name) for name in ("embodied-ssl", "torch", "accelerate")}
    try:
        write_atomically(path, json.dumps(run | {"versions": versions}, indent=1).encode())
    except OSError as error:
        raise UserError(f"cannot write {path}: {error.strerror}.") from error


def _differs(earlier: Any, now: Any) -> bool:
    """Whether settings are others; one that there was not yet when the run began is not."""
    if isinstance(earlier, dict) and isinstance(now, dict):
        return any(_differs(value, now.get(key)) for key, value in earlier.items())
    return earlier != now


def _fingerprints(run: dict[str, Any]) -> dict[str, str]:
    return {world: data["fingerprint"] for world, data in run.get("datasets", {}).items()}
