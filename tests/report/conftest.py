"""Runs and evaluations to report on, small."""

import numpy as np
import pytest
import torch

from embodied_ssl.data import FrameCache
from embodied_ssl.evaluation import EvaluateConfig, models
from embodied_ssl.evaluation.base import Protocol
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.training.command import run_train


@pytest.fixture(scope="session")
def view_run(few_steps, rooms_dir, tmp_path_factory):
    """A run of view prediction, four steps long."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # networks this small only wait for each other's threads
    config = few_steps(rooms_dir, out=tmp_path_factory.mktemp("runs") / "views", images=64)
    yield run_train(config, "view-prediction")
    torch.set_num_threads(threads)


def evaluate_pixels(data, protocol, folder):
    """The file of an evaluation of pixels alone."""
    out = folder / f"{protocol}.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Protocol, "baselines", ("pixels",))
        patch.setattr(models, "imagenet_installed", lambda: False)
        run_evaluate(EvaluateConfig(("pixels",), str(data), protocol, out))
    return out


@pytest.fixture(scope="session")
def retrieval(turntable_dir, tmp_path_factory):
    """The file of an evaluation of pixels."""
    return evaluate_pixels(turntable_dir, "retrieval", tmp_path_factory.mktemp("evaluations"))


@pytest.fixture(scope="session")
def next_best_view(turntable_dir, tmp_path_factory):
    """The file of an evaluation of pixels."""
    return evaluate_pixels(turntable_dir, "next-best-view", tmp_path_factory.mktemp("evaluations"))


@pytest.fixture(scope="session")
def equivariance(rooms_dir, tmp_path_factory):
    """The file of an evaluation of pixels, with the validation rooms as test rooms."""
    open_cache = FrameCache.open

    def opened(*args):
        cache = open_cache(*args)
        split = np.where(cache.rows["split"] == "val", "test", cache.rows["split"])
        cache.rows["split"] = split.astype(object)
        return cache

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FrameCache, "open", opened)
        return evaluate_pixels(rooms_dir, "equivariance", tmp_path_factory.mktemp("evaluations"))
