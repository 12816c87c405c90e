"""Runs and evaluations to report on, small; a page of them, and a browser."""

import json
import shutil

import numpy as np
import pytest

from embodied_ssl.data import FrameCache
from embodied_ssl.evaluation import EvaluateConfig, models
from embodied_ssl.evaluation.base import Protocol
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.report import ReportConfig, run_report
from embodied_ssl.training.command import run_train


@pytest.fixture(scope="session")
def view_run(few_steps, rooms_dir, tmp_path_factory):
    """A run of view prediction, four steps long."""
    config = few_steps(rooms_dir, out=tmp_path_factory.mktemp("runs") / "views", images=64)
    return run_train(config, "view-prediction")


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


@pytest.fixture(scope="session")
def page(
    tabletop_dir, rooms_dir, turntable_dir, view_run, retrieval, equivariance, next_best_view,
    tmp_path_factory,
):  # fmt: skip
    folder = tmp_path_factory.mktemp("report")
    run = folder / "run <b>bold"
    run.mkdir()
    (run / "run.json").write_text(json.dumps({"method": "none", "note": "</pre><script>"}))
    lines = [{"step": i, "images": 8 * i, "loss": 1 / (1 + i), "task": "grasp"} for i in range(9)]
    (run / "metrics.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    config = ReportConfig(
        data=(str(tabletop_dir), str(rooms_dir), str(tabletop_dir), str(turntable_dir)),
        runs=(run, view_run),
        evaluations=(retrieval, equivariance, next_best_view),
        out=folder / "sub" / "report.html",
    )
    assert run_report(config) == config.out
    return config.out


@pytest.fixture(scope="session")
def browser_path():
    """The file of a browser on this machine."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    return found or pytest.skip("no chromium on this machine")
