"""The readers of a run: its checkpoint, settings and curves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

from embodied_ssl.checkpoints import read_state
from embodied_ssl.errors import UserError
from embodied_ssl.report.trained import curves
from embodied_ssl.settings import from_dict, read_settings
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import run_train
from embodied_ssl.training.config import LoopConfig, TrainConfig
from embodied_ssl.training.metrics import read_log
from embodied_ssl.training.runs import load_method, load_run, load_trunk
from embodied_ssl.trunks import AutoTrunk
from fuzzing.data_targets import noise
from fuzzing.targets import Target, target

SIDE = 32


class Run(Target):
    """A run of one step."""

    def make(self, folder: Path) -> None:
        photos = folder / "photos"
        photos.mkdir()
        for number in range(4):
            Image.fromarray(noise(number, SIDE)).save(photos / f"{number}.png")
        config = TrainConfig(
            data=(f"folder:{photos}",),
            out=folder / "run",
            images=4,
            batch_size=4,
            image_size=SIDE,
            train_size=SIDE,
            trunk_settings={"width": 0.1, "fc_dim": 16},
            precision="fp32",
            threads=1,
        )
        run_train(config, "moco")


@target
class Checkpoints(Run):
    """Weights, and what is said of them; ``state.json`` has the checksums, one of itself too."""

    covered = True

    def files(self, folder: Path) -> list[Path]:
        files = (folder / "run" / "checkpoints").rglob("*")
        return sorted(each for each in files if each.is_file() and each.suffix != ".md")

    def read(self, folder: Path) -> Any:
        run = folder / "run"
        read, said = [], []
        for reader in (load_trunk, load_method, AutoTrunk.from_pretrained):
            try:
                read.append({k: v.tolist() for k, v in reader(run).state_dict().items()})
            except UserError as error:
                said.append(error)
        assert not (read and said), f"some read what others refuse: {said[0]}"
        if said:
            raise said[0]
        return read, json.dumps(read_state(newest(run)))


@target
class Runs(Run):
    """``run.json``."""

    def files(self, folder: Path) -> list[Path]:
        return [folder / "run" / "run.json"]

    def read(self, folder: Path) -> Any:
        for reader in (load_run, load_trunk, load_method):
            reader(folder / "run")


@target
class Curves(Run):
    """``metrics.jsonl``, read as far as it can be."""

    def files(self, folder: Path) -> list[Path]:
        return [folder / "run" / "metrics.jsonl"]

    def read(self, folder: Path) -> Any:
        curves(read_log(folder / "run" / "metrics.jsonl")[0])


@target
class Settings(Run):
    """``settings.yaml``."""

    def files(self, folder: Path) -> list[Path]:
        return [folder / "run" / "settings.yaml"]

    def read(self, folder: Path) -> Any:
        told = read_settings(folder / "run" / "settings.yaml")
        known = {k: v for k, v in told.items() if k in LoopConfig.__dataclass_fields__}
        from_dict(LoopConfig, {"data": [], "out": "x"} | known)
