"""A training that cannot go on says so in one line, and keeps what it has."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time

import pytest
import torch

from embodied_ssl.checkpoints import damage
from embodied_ssl.errors import UserError
from embodied_ssl.methods.contrastive.simclr import SimCLR
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.training import loop
from embodied_ssl.training.checkpoint import newest
from embodied_ssl.training.command import run_train
from embodied_ssl.training.metrics import read_metrics
from embodied_ssl.training.runs import load_run
from embodied_ssl.training.watch import Watch


def test_a_loss_that_diverges_stops_at_its_step_and_keeps_the_checkpoint(config):
    config = dataclasses.replace(config, checkpoint_minutes=5)
    recipe = Recipe("sgd", lr=1e-3, lr_schedule="constant", warmup=0.0)
    run_train(dataclasses.replace(config, images=32, recipe=recipe), "simclr")
    good = newest(config.out)
    path = config.out / "run.json"
    run = json.loads(path.read_text())
    run["recipe"]["lr"] = 1e12
    path.write_text(json.dumps(run))
    wild = dataclasses.replace(recipe, lr=1e12)
    with pytest.raises(UserError, match=r"not finite at step \d+: try a smaller --lr") as error:
        run_train(dataclasses.replace(config, recipe=wild, images=4000), "simclr")
    assert "\n" not in str(error.value)
    assert damage(good) is None
    lines = (config.out / "metrics.jsonl").read_text()
    assert "NaN" not in lines and "Infinity" not in lines


def test_where_nothing_was_saved_the_folder_takes_other_settings(config):
    config = dataclasses.replace(config, checkpoint_minutes=5)
    wild = Recipe("sgd", lr=1e12, lr_schedule="constant", warmup=0.0)
    with pytest.raises(UserError, match="not finite"):
        run_train(dataclasses.replace(config, images=4000, recipe=wild), "simclr")
    assert newest(config.out) is None
    run_train(config, "simclr")
    assert load_run(config.out).recipe["lr"] == SimCLR.recipe.lr
    assert [entry["step"] for entry in read_metrics(config.out / "metrics.jsonl")] == [6]


def test_the_first_step_that_was_not_finite_is_named():
    watch = Watch(torch.device("cpu"))
    for step, value in enumerate([1.0, 2.0, float("inf"), 1.0, float("nan")], start=1):
        watch.see(step, {"loss": torch.tensor(value), "gradient_norm": torch.tensor(1.0)})
    with pytest.raises(UserError, match="at step 3:"):
        watch.check()


SCRIPT = """
import resource, sys
from embodied_ssl import cli
limit = int(sys.argv.pop(1))
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
sys.argv[0] = "embodied-ssl"
cli.main()
"""


def words(config, images, *more):
    return ["train", "simclr", "--data", *config.data, "--out", str(config.out),
            "--images", str(images), "--batch-size", "8", "--train-size", "48", "--trunk.width",
            "0.1", "--trunk.fc-dim", "16", "--precision", "fp32", "--checkpoint-minutes", "0",
            "--lr-schedule", "constant", "--warmup", "0", *more]  # fmt: skip


def start(config, images, *more, limit=0):
    command = [sys.executable, "-c", SCRIPT, str(limit), *words(config, images, *more)]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env=environment, **pipes)


def test_a_limit_of_the_file_size_is_one_line_and_a_second_training_is_refused(config):
    done = start(config, 16, limit=2000)
    _, errors = done.communicate(timeout=200)
    assert done.returncode == 2, errors
    lines = [line for line in errors.splitlines() if not line.startswith(("train:", "decode:"))]
    assert len(lines) == 1 and lines[0].startswith("error: cannot write"), errors
    assert newest(config.out) is None
    first = start(config, 10**6)
    deadline = time.monotonic() + 200
    while newest(config.out) is None and time.monotonic() < deadline and first.poll() is None:
        time.sleep(0.1)
    recipe = dataclasses.replace(SimCLR.recipe, lr_schedule="constant", warmup=0.0)
    same = dataclasses.replace(config, images=10**6, recipe=recipe)
    with pytest.raises(UserError, match="being trained by another process"):
        run_train(same, "simclr")
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    saved = loop.save_checkpoint

    class Enough(Exception):
        pass

    def stop(*args):
        saved(*args)
        raise Enough

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "save_checkpoint", stop)
        with pytest.raises(Enough):  # whoever died has let go of the folder
            run_train(same, "simclr")


@pytest.mark.parametrize("name", ["tensorboard", "checkpoints"])
def test_a_file_where_a_folder_belongs_is_one_line(config, name):
    run_train(dataclasses.replace(config, images=32), "rotation")
    path = config.out / name
    path.rename(path.with_name("other"))
    path.write_text("mine")
    with pytest.raises(UserError, match=f"cannot write .*{name}"):
        run_train(dataclasses.replace(config, images=32), "rotation")
    assert path.read_text() == "mine"


def test_a_disk_that_is_full_while_it_logs_is_one_line(config):
    config = dataclasses.replace(config, checkpoint_minutes=5)
    run_train(dataclasses.replace(config, images=32, recipe=Recipe(lr_schedule="constant",
              warmup=0.0)), "rotation")  # fmt: skip
    good = newest(config.out)
    (config.out / "metrics.jsonl").unlink()
    (config.out / "metrics.jsonl").symlink_to("/dev/full")
    with pytest.raises(UserError, match=r"cannot write .*metrics\.jsonl"):
        run_train(dataclasses.replace(config, recipe=Recipe(lr_schedule="constant", warmup=0.0)),
                  "rotation")  # fmt: skip
    assert damage(good) is None


def test_a_folder_that_cannot_be_written_to_is_one_line_before_the_work(config, monkeypatch):
    run_train(dataclasses.replace(config, images=32), "rotation")
    before = {path: path.stat().st_mtime_ns for path in config.out.rglob("*")}
    access = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: path != config.out and access(path, mode))
    with pytest.raises(UserError, match=f"cannot write {config.out}"):
        run_train(dataclasses.replace(config, images=32), "rotation")
    assert {path: path.stat().st_mtime_ns for path in config.out.rglob("*")} == before
