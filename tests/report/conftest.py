"""Runs and evaluations to report on, small."""

import numpy as np
import pytest
import torch

from embodied_ssl.data import FrameCache
from embodied_ssl.evaluation import EvaluateConfig, models, run_evaluate
from embodied_ssl.training.command import run_train


@pytest.fixture(scope="session")
def view_run(few_steps, rooms_dir, tmp_path_factory):
    """A run of view prediction, four steps long."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # networks this small only wait for each other's threads
    config = few_steps(rooms_dir, out=tmp_path_factory.mktemp("runs") / "views", images=64)
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


@pytest.fixture(scope="session")
def next_best_view(turntable_dir, tmp_path_factory):
    """The file of an evaluation of pixels."""
    out = tmp_path_factory.mktemp("evaluations") / "next_best_view.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(models, "BASELINES", ("pixels",))
        patch.setattr(models, "imagenet_installed", lambda: False)
        config = EvaluateConfig(("pixels",), str(turntable_dir), protocol="next-best-view", out=out)
        run_evaluate(config)
    return out
