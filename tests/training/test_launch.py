"""Where a training runs, and that Accelerate's environment changes nothing of what it learns."""

import dataclasses
import os

import pytest
import torch
from accelerate.state import AcceleratorState, GradientState

from embodied_ssl.errors import UserError
from embodied_ssl.training import launch
from embodied_ssl.training.command import run_train
from embodied_ssl.training.metrics import read_metrics


@pytest.fixture
def forgetful():
    """Accelerate remembers its environment for the whole process."""

    def forget():
        AcceleratorState._reset_state(reset_partial_state=True)
        GradientState._reset_state()

    forget()
    yield forget
    forget()


@pytest.mark.parametrize(
    "variables",
    [
        {"GRADIENT_ACCUMULATION_STEPS": "4"},
        {"MIXED_PRECISION": "bf16", "DOWNCAST_BF16": "true"},
        {"DYNAMO_BACKEND": "EAGER", "USE_FSDP": "true"},
        {"USE_DEEPSPEED": "true", "USE_MEGATRON_LM": "true", "TORCH_DEVICE": "meta"},
    ],
)
def test_the_environment_changes_nothing(
    config, tmp_path, monkeypatch, forgetful, variables, assert_same_weights
):
    plain = run_train(dataclasses.replace(config, images=32, out=tmp_path / "plain"), "simclr")
    forgetful()
    for name, value in variables.items():
        monkeypatch.setenv(f"ACCELERATE_{name}", value)
    before = dict(os.environ)
    run_train(dataclasses.replace(config, images=32), "simclr")
    assert dict(os.environ) == before
    assert_same_weights(plain, config.out)
    norms = [
        read_metrics(run / "metrics.jsonl")[-1]["gradient_norm"] for run in (plain, config.out)
    ]
    assert norms[0] == norms[1]


@pytest.mark.parametrize("device", ["gpu", "cuda:99", "meta", "cpu:x", "", "hpu"])
def test_a_device_that_is_not_there_is_one_line_and_leaves_no_folder(config, device):
    with pytest.raises(UserError, match=f"no device '{device}'") as error:
        run_train(dataclasses.replace(config, device=device), "simclr")
    assert "\n" not in str(error.value) and not config.out.exists()


@pytest.mark.skipif(torch.accelerator.is_available(), reason="here is an accelerator")
@pytest.mark.parametrize("device", ["cuda", "mps"])
def test_an_accelerator_that_is_not_there_is_one_line(config, device):
    with pytest.raises(UserError, match="no device"):
        run_train(dataclasses.replace(config, device=device), "simclr")


def test_the_device_changes_no_setting_of_the_run(config):
    run_train(dataclasses.replace(config, images=32), "rotation")
    run_train(dataclasses.replace(config, images=32, device="cpu"), "rotation")


def test_a_numbered_gpu_is_for_one_process(monkeypatch):
    monkeypatch.setattr(launch, "open_device", torch.device)
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(UserError, match="a GPU each, say cuda"):
        launch._on_cpu("cuda:1")
    chosen = []
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    monkeypatch.setenv("WORLD_SIZE", "1")
    assert not launch._on_cpu("cuda:1") and chosen == [torch.device("cuda:1")]


def test_an_accelerator_on_another_device_is_named(monkeypatch):
    monkeypatch.setattr(launch, "_on_cpu", lambda name: True)
    with pytest.raises(UserError, match="--device cuda: Accelerate was told to compute on cpu"):
        launch.open_accelerator("cuda")
