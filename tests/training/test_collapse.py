"""Embeddings that become one point are seen, and stop a training."""

import dataclasses

import pytest
import torch
from torch import nn

from embodied_ssl import collapse
from embodied_ssl.crops import MultiCrop
from embodied_ssl.errors import UserError
from embodied_ssl.joint_losses import negative_cosine
from embodied_ssl.methods.base import Step
from embodied_ssl.methods.distillation.byol import BYOL
from embodied_ssl.methods.distillation.dino import DINO
from embodied_ssl.methods.distillation.simsiam import SimSiam
from embodied_ssl.methods.views import watched
from embodied_ssl.sampling import generator_of
from embodied_ssl.training import watch as watch_module
from embodied_ssl.training.command import run_train
from embodied_ssl.training.optim import open_optimizer
from embodied_ssl.training.watch import Watch
from embodied_ssl.trunks import build_trunk

BATCH, SIZE, STEPS = 16, 32, 200


def without_stop_gradient(method):
    def view_loss(y1, y2, batch, step):
        z1, z2 = method.project(y1), method.project(y2)
        p1, p2 = method.predict(z1), method.predict(z2)
        loss = negative_cosine(p1, z2) + negative_cosine(p2, z1)
        return {"loss": loss / 2} | watched(step, torch.cat([y1, y2]), p1, p2)

    method.view_loss = view_loss


def without_prediction(method):
    method.predict = nn.Identity()


def without_centre(method):
    update = method.after_step

    def after_step(step):
        update(step)
        method.centre.zero_()

    method.after_step = after_step


HEADS = {"hidden": 32, "projection": 32}
DINO_HEAD = {"hidden": 32, "bottleneck": 16, "prototypes": 32, "momentum": 0.9,
             "crops": MultiCrop(local_count=0)}  # fmt: skip
COLLAPSES = {
    "no stop-gradient": (SimSiam, HEADS, without_stop_gradient, 0.5),
    "no prediction": (BYOL, HEADS | {"momentum": 0.0}, without_prediction, 1e-2),
    "no centring": (DINO, DINO_HEAD, without_centre, 1e-3),
    "no sharpening": (DINO, DINO_HEAD | {"teacher_temperature": 1.0}, None, 1e-3),
}


def frames(number):
    """Different blots of colour, another batch for each number."""
    generator = torch.Generator().manual_seed(number)
    colours = torch.randint(256, (BATCH, 3, 5, 5), generator=generator).float()
    return nn.functional.interpolate(colours, SIZE, mode="bilinear").byte()


def trained(cls, settings, change, lr):
    """What a watch that has seen so many steps of a training says, and the last spread."""
    torch.manual_seed(0)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=32)
    method = cls(trunk, cls.Config(**settings), SIZE).train()
    if change:
        change(method)
    optimizer, watch = open_optimizer(method, method.recipe), Watch(torch.device("cpu"))
    for group in optimizer.param_groups:
        group["lr"] = lr
    for number in range(STEPS):
        step = Step(number, 0.3, generator_of(0, number))
        outputs = method(method.prepare({"frames": frames(number), "index": None}, step), step)
        optimizer.zero_grad()
        outputs["loss"].backward()
        optimizer.step()
        method.after_step(step)
        watch.see(number + 1, outputs | {"gradient_norm": torch.ones(())})
    return watch, outputs[collapse.EMBEDDING_SPREAD].item()


@pytest.mark.parametrize("name", COLLAPSES)
def test_a_collapse_made_on_purpose_is_seen(name, monkeypatch):
    monkeypatch.setattr(watch_module, "PATIENCE", 10)
    cls, settings, change, lr = COLLAPSES[name]
    watch, spread = trained(cls, settings, change, lr)
    assert spread < watch_module.COLLAPSED
    with pytest.raises(UserError, match=r"embeddings have collapsed.*--allow-collapse"):
        watch.check()


@pytest.mark.parametrize("cls, settings", [(SimSiam, HEADS), (BYOL, HEADS), (DINO, DINO_HEAD)])
def test_with_all_its_parts_a_method_does_not_collapse(cls, settings, monkeypatch):
    monkeypatch.setattr(watch_module, "PATIENCE", 10)
    lr = 0.5 if cls is SimSiam else 1e-3
    watch, spread = trained(cls, settings, None, lr)
    assert spread > 1.5 * watch_module.COLLAPSED
    watch.check()


def test_a_training_that_collapses_stops_unless_told_otherwise(config, monkeypatch):
    monkeypatch.setattr(watch_module, "PATIENCE", 3)
    monkeypatch.setattr(watch_module, "COLLAPSED", 2.0)  # nothing is spread as far
    with pytest.raises(UserError, match="collapsed"):
        run_train(config, "simclr")
    run_train(dataclasses.replace(config, allow_collapse=True), "simclr")


@pytest.mark.parametrize("steps, stops", [([0.0] * 3, True), ([0.0, 0.0, 1.0, 0.0], False)])
def test_a_collapse_lasts(steps, stops, monkeypatch):
    monkeypatch.setattr(watch_module, "PATIENCE", 3)
    watch = Watch(torch.device("cpu"))
    for number, spread in enumerate(steps, start=1):
        healthy = {
            "loss": torch.ones(()),
            "gradient_norm": torch.ones(()),
            "a/loss": torch.ones(()),
        }
        watch.see(number, healthy | {"a/embedding_spread": torch.tensor(spread)})
    if stops:
        with pytest.raises(UserError, match="collapsed"):
            watch.check()
    else:
        watch.check()


def test_points_and_spheres_are_told_apart():
    point, sphere = torch.ones(64, 8), torch.randn(64, 8)
    step = Step(0, 0.0, generator_of(0, 0))
    told = watched(step, point, point, point)
    assert told["spread"] < 1e-6 and told["embedding_spread"] < 1e-6
    assert told["alignment"] < 1e-6 and told["uniformity"].abs() < 1e-6
    told = watched(step, sphere, sphere, torch.randn(64, 8))
    assert told["embedding_spread"] > 0.9 and told["alignment"] > 1 and told["uniformity"] < -2
    assert watched(step, sphere, sphere, point)["embedding_spread"] < 1e-6  # one side is enough
