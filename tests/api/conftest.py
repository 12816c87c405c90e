"""Runs of a moment, one of them evaluated."""

from pathlib import Path

import pytest

from embodied_ssl.evaluation import EvaluateConfig, models
from embodied_ssl.evaluation.base import Protocol
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.training.command import run_train
from embodied_ssl.trunks import inference


@pytest.fixture
def new_run(few_steps, tabletop_dir, tmp_path):
    """A run that nobody has evaluated."""
    return Path(run_train(few_steps(tabletop_dir, out=tmp_path / "run"), "rotation"))


@pytest.fixture
def float32(monkeypatch):
    """Also where the processor computes in bfloat16: what others give is float32."""
    monkeypatch.setattr(inference, "computes_in_bfloat16", lambda device: False)


@pytest.fixture
def evaluate(turntable_dir, monkeypatch):
    """Retrieve with a run alone; its results."""
    monkeypatch.setattr(Protocol, "baselines", ())
    monkeypatch.setattr(models, "imagenet_installed", lambda: False)

    def call(run):
        results = run_evaluate(EvaluateConfig((str(run),), str(turntable_dir), "retrieval"))
        return results["models"][str(run)]

    return call
