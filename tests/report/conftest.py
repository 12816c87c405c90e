"""Runs and evaluations to report on, small."""

import numpy as np
import pytest
import torch

from embodied_ssl.data import FrameCache
from embodied_ssl.evaluation import EvaluateConfig, models, run_evaluate
from embodied_ssl.train import TrainConfig, TrunkConfig, run_train


@pytest.fixture(scope="session")
def view_run(rooms_dir, tmp_path_factory):
    """A run of view prediction, four steps long."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # networks this small only wait for each other's threads
    config = TrainConfig(
        data=(str(rooms_dir),),
        out=tmp_path_factory.mktemp("runs") / "views",
        trunk=TrunkConfig(width=0.1, fc_dim=16),
        images=64,
        batch_size=8,
        train_size=48,
        precision="fp32",  # Accelerate has one for a whole process
    )
    yield run_train(config, "view-prediction")
    torch.set_num_threads(threads)


@pytest.fixture(scope="session")
def equivariance(rooms_dir, tmp_path_factory):
    """The file of an evaluation of pixels, with the validation rooms as test rooms."""
    out = tmp_path_factory.mktemp("evaluations") / "equivariance.json"
    open_cache = FrameCache.open

    def opened(*args):
        cache = open_cache(*args)
        split = np.where(cache.rows["split"] == "val", "test", cache.rows["split"])
        cache.rows["split"] = split.astype(object)
        return cache

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FrameCache, "open", opened)
        patch.setattr(models, "BASELINES", ("pixels",))
        patch.setattr(models, "imagenet_installed", lambda: False)
        run_evaluate(EvaluateConfig(("pixels",), str(rooms_dir), protocol="equivariance", out=out))
    return out
