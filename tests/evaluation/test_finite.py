"""Features that are not finite, or say nothing, never become a number that looks like one."""

import json
import shutil

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from embodied_ssl.checkpoints import FILES, STATE, read_state, write_state
from embodied_ssl.errors import UserError
from embodied_ssl.evaluation import PROTOCOLS, EvaluateConfig, linear_probe, models
from embodied_ssl.evaluation.base import Protocol
from embodied_ssl.evaluation.command import run_evaluate
from embodied_ssl.evaluation.finite import without_nan
from embodied_ssl.evaluation.recall import recalls
from embodied_ssl.training.checkpoint import METHOD, TRUNK, newest

VALUES = {"nan": np.nan, "infinite": np.inf, "-infinite": -np.inf, "huge": 1e20}
# Pixels are of no use there.
OF_NETWORKS = ("interactions", "pretext", "few-labels", "zero-shot", "attention")
OF_FEATURES = [name for name in PROTOCOLS if name not in OF_NETWORKS]


def test_recalls_of_what_is_no_number_are_refused():
    labels = (np.arange(3) % 2, np.arange(3))
    similarity = np.eye(3)
    similarity[1, 1] = np.nan
    with pytest.raises(UserError, match="not finite"):
        recalls(similarity, labels, labels)


@pytest.fixture
def described(monkeypatch, pixels_alone):
    """Let pixels have features of one value, in one place or everywhere."""

    def let(value, everywhere=False):
        def describe(images):
            features = np.random.default_rng(0).normal(size=(len(images), 5)).astype(np.float32)
            features[... if everywhere else (1, 2)] = value
            return {("first", "mean"): np.ones_like(features), ("second", "mean"): features}

        opener = lambda images, device: models.ImageModel("pixels", describe, device)  # noqa: E731
        monkeypatch.setitem(models._BASELINES, "pixels", opener)

    return let


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
@pytest.mark.parametrize("name", OF_FEATURES)
def test_features_that_are_not_finite_are_one_line(
    described, small_rooms, turntable_dir, name, value, tmp_path
):
    described(value)
    views = name in ("retrieval", "next-best-view")
    data = str(turntable_dir if views else small_rooms)
    with pytest.raises(UserError, match=r"^pixels: .* stage 'second'") as caught:
        run_evaluate(EvaluateConfig(("pixels",), data, name, tmp_path / "out.json"))
    assert "\n" not in str(caught.value) and not (tmp_path / "out.json").exists()


@pytest.mark.parametrize("name", OF_FEATURES)
def test_features_that_are_all_alike_are_judged(
    described, small_rooms, turntable_dir, name, tmp_path, monkeypatch
):
    monkeypatch.setattr(linear_probe, "FEWEST_STEPS", 60)
    described(0.5, everywhere=True)
    data = str(turntable_dir if name in ("retrieval", "next-best-view") else small_rooms)
    run_evaluate(EvaluateConfig(("pixels",), data, name, tmp_path / "out.json"))
    text = (tmp_path / "out.json").read_text()
    assert "NaN" not in text and "Infinity" not in text
    results = json.loads(text)
    assert results["models"]["pixels"]
    PROTOCOLS.load(name).figures(results)


@pytest.mark.parametrize("part", [TRUNK, METHOD])
def test_weights_that_are_not_finite_are_one_line_that_names_the_run(
    robot_run, pixels_alone, tabletop_dir, turntable_dir, part, tmp_path
):
    run = shutil.copytree(robot_run, tmp_path / "diverged")
    checkpoint = newest(run)
    file = checkpoint / part
    tensors = load_file(file)
    for tensor in tensors.values():
        if tensor.is_floating_point():
            tensor.fill_(torch.nan)
    save_file(tensors, file)
    done = read_state(checkpoint)
    done.pop(FILES)
    (checkpoint / STATE).unlink()
    write_state(checkpoint, done)
    data, protocol = (
        (turntable_dir, "retrieval") if part == TRUNK else (tabletop_dir, "interactions")
    )
    with pytest.raises(UserError, match=r"diverged.* not finite") as caught:
        run_evaluate(EvaluateConfig((str(run),), str(data), protocol))
    assert "\n" not in str(caught.value)


def test_a_metric_that_is_no_number_is_null_and_said(pixels_alone, turntable_dir, tmp_path, capsys):
    cls = PROTOCOLS.load("retrieval")
    with pytest.MonkeyPatch.context() as patch:
        judge = cls.judge
        patch.setattr(cls, "judge", lambda *a: judge(*a) | {"spread": [1.0, np.float32("nan")]})
        results = run_evaluate(
            EvaluateConfig(("pixels",), str(turntable_dir), "retrieval", tmp_path / "out.json")
        )
    assert results["models"]["pixels"]["spread"] == [1.0, None]
    assert json.loads((tmp_path / "out.json").read_text())["models"] == results["models"]
    assert "pixels: no finite number for spread" in " ".join(capsys.readouterr().out.split())


def test_what_is_no_number_is_found_at_any_depth():
    numbers = {"a": 1.0, "b": {"c": [np.nan, 2.0], "d": np.array([1, 2])}, "e": np.float64("inf")}
    clean, missing = without_nan(numbers)
    assert clean == {"a": 1.0, "b": {"c": [None, 2.0], "d": [1, 2]}, "e": None}
    assert missing == ["b.c", "e"]


def test_baselines_of_every_protocol_are_known():
    for name in PROTOCOLS:
        assert issubclass(PROTOCOLS.load(name), Protocol)
