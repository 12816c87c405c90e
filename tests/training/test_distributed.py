"""Two processes see what one would see in as many steps, and keep what each of them wrote."""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from embodied_ssl import cli
from embodied_ssl.data import Dataset
from embodied_ssl.losses import nt_xent
from embodied_ssl.sampling.labelled import LabelledSampler
from embodied_ssl.training.checkpoint import newest

JOINT = ["simclr", "moco", "moco 3", "infonce", "cpc", "instdisc", "pirl", "nnclr", "swav", "byol",
         "simsiam", "barlow-twins", "vicreg", "lejepa", "dino", "clip"]  # fmt: skip
PLUGINS = Path(__file__).resolve().parents[1] / "plugins"


@pytest.fixture(scope="module")
def two():
    """What two processes do, in a module that they can import."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(PLUGINS))
        yield importlib.import_module("two_processes")


@pytest.fixture(scope="module")
def found(two, rooms_dir, tmp_path_factory):
    """Name of what they do -> what each of them found."""
    work = {"gradients": (), "statistics": (), "shuffling": (3,), "remembered": (),
            "labelled": (rooms_dir,), "joint": ()}  # fmt: skip
    each = two.together(work, tmp_path_factory.mktemp("together"))
    return {name: [done[name] for done in each] for name in work}


def test_the_gradient_is_that_of_one_process_with_the_whole_batch(two, found):
    net = two.network()
    z1, z2 = net(torch.cat(list(two.views()))).chunk(2)
    nt_xent(z1, z2, 0.2).backward()
    for each in found["gradients"]:
        assert each["rows"] == two.WORLD * two.BATCH and each["own"]
        assert each["ranks"] == [0, 0, 1, 1]
        for mine, whole in zip(each["gradients"], net.parameters(), strict=True):
            torch.testing.assert_close(mine, whole.grad, rtol=0, atol=1e-5)
        for name, buffer in net.named_buffers():
            torch.testing.assert_close(each["buffers"][name], buffer)


def test_statistics_of_batch_norm_are_averaged(two, found):
    first, second = found["statistics"]
    assert torch.equal(first, second)
    torch.testing.assert_close(first, 0.1 * two.views()[0].mean(0))


def test_shuffled_images_are_of_all_processes_and_find_back(two, found):
    order = found["shuffling"][0]["order"]
    assert order.sort().values.tolist() == list(range(two.WORLD * two.BATCH))
    for r, each in enumerate(found["shuffling"]):
        assert torch.equal(each["order"], order)
        ours = slice(r * two.BATCH, (r + 1) * two.BATCH)
        assert each["mixed"][:, 0, 0, 0].tolist() == order[ours].tolist()
        pixels = each["mixed"] - each["mixed"][:, :1, :1, :1]
        assert torch.equal(pixels[0], 100 * torch.arange(60.0).view(3, 4, 5))
        assert torch.equal(each["back"], each["own"])
        assert len({value // two.BATCH for value in order[ours].tolist()}) == two.WORLD


def test_queue_and_bank_hold_the_same_in_all_processes(found):
    first, second = found["remembered"]
    for name in ("queue", "pointer", "bank"):
        assert torch.equal(first[name], second[name])
    queue, bank = first["old"]
    assert first["queue"][:4, 0].tolist() == [1, 1, 2, 2] and first["pointer"] == 4
    assert torch.equal(first["queue"][4:], queue[4:])
    moved = (first["bank"] != bank).any(1)
    assert moved.tolist() == [True, True, False, False, True, True, False, False]


def test_each_of_them_is_tried(two):
    assert list(two.JOINT) == JOINT


@pytest.mark.parametrize("name", JOINT)
def test_joint_embeddings_see_the_batch_of_all_processes(two, found, name):
    whole = two.one_step(name)
    first, second = (each[name] for each in found["joint"])
    mean = (first["loss"] + second["loss"]) / 2
    torch.testing.assert_close(mean, whole["loss"], rtol=1e-5, atol=1e-5)
    largest = max(gradient.abs().max() for gradient in whole["gradients"].values())
    for key, gradient in whole["gradients"].items():
        mean = (first["gradients"][key] + second["gradients"][key]) / 2
        assert (mean - gradient).abs().max() < 5e-5 * largest, key  # float32 through the trunk
    for key, buffer in whole["buffers"].items():
        for each in (first, second):
            torch.testing.assert_close(each["buffers"][key], buffer, rtol=1e-5, atol=1e-5)


def launch(*words):
    """``accelerate launch ... -m embodied_ssl train ...`` on CPUs."""
    command = [sys.executable, "-m", "accelerate.commands.launch", "--num_processes", "2", "--cpu"]
    path = os.pathsep.join([str(PLUGINS), os.environ.get("PYTHONPATH", "")])
    environment = os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
    command += ["-m", "embodied_ssl", "train", *map(str, words)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


SMALL = ("--trunk.width", 0.1, "--trunk.fc-dim", 16, "--train-size", 48, "--batch-size", 8,
         "--precision", "fp32")  # fmt: skip


STEADY = ("--lr-schedule", "constant", "--warmup", 0)


def test_a_bank_holds_what_every_process_wrote(tabletop_dir, tmp_path, capfd):
    run = tmp_path / "run"
    words = (
        "teacher:Teacher",
        "--data",
        tabletop_dir,
        "--out",
        run,
        "--images",
        64,
        *SMALL,
        "--batch-norm",
        "synchronized",
        *STEADY,
    )
    done = launch(*words)
    assert done.stderr.count("64/64 images") == 1  # one bar, not one a process
    last = json.loads((run / "metrics.jsonl").read_text().splitlines()[-1])
    assert (last["step"], last["images"]) == (4, 64)
    bank = load_file(newest(run) / "method.safetensors")["bank"]
    assert (bank.abs().sum(1) > 0).sum() == 64  # each of the samples is another one
    assert json.loads((run / "run.json").read_text())["processes"] == 2
    more = map(str, (*words, "--images", 96))
    assert cli.run(lambda: cli._dispatch(["train", *more])) == 0  # by one process
    assert "trained by 2 processes and goes on with 1" in capfd.readouterr().err
    bank = load_file(newest(run) / "method.safetensors")["bank"]
    assert (bank.abs().sum(1) > 0).sum() == 96  # those that were not seen yet


def test_the_labelled_frames_are_those_of_one_process(two, found, rooms_dir):
    alone = LabelledSampler(Dataset.open(rooms_dir).cache(), 8, 0, 3, 8)
    for r, (rows, batches) in enumerate(found["labelled"]):
        assert rows.tolist() == alone.rows.tolist()
        for step, batch in enumerate(batches):
            assert batch.tolist() == alone(step * two.WORLD + r)["row"].tolist()
