"""What every method promises, and that a new one needs no change elsewhere."""

import dataclasses
import json

import pytest
import torch

from embodied_ssl import cli
from embodied_ssl.sampling.base import generator_of
from embodied_ssl.training.checkpoint import load_method
from embodied_ssl.data import Dataset, FrameCache
from embodied_ssl.methods import METHODS, method_class
from embodied_ssl.training.serialization import from_plain, to_plain
from embodied_ssl.training.command import run_train
from embodied_ssl.trunks import AlexNet, build_trunk

BATCH = 8


@pytest.fixture(params=METHODS)
def method(request):
    torch.manual_seed(0)
    cls = method_class(request.param)
    return cls(build_trunk("alexnet", width=0.1, fc_dim=16), cls.Config(), 48)


@pytest.fixture(scope="module")
def caches(tabletop_dir, rooms_dir):
    folders = {"tabletop": tabletop_dir, "rooms": rooms_dir}
    return {env: FrameCache.open(Dataset.open(folder)) for env, folder in folders.items()}


@pytest.fixture
def data(method, caches):
    """Data of the first of the worlds that the method can learn in, or of all that it needs."""
    worlds = method.worlds if method.all_worlds else method.worlds[:1]
    return {world: caches[world] for world in worlds}


def test_the_loss_teaches_the_trunk(method, data):
    outputs = method.loss(method.open_sampler(data, BATCH, 0)(0), generator_of(0, 0))
    assert outputs["loss"].dim() == 0 and outputs["loss"].isfinite()
    assert outputs["embedding"].dim() == 2 and outputs["embedding"].isfinite().all()
    assert all(v.dim() == 0 for name, v in outputs.items() if name != "embedding")
    outputs["loss"].backward()
    first = next(p for p in method.trunk.parameters() if p.dim() == 4)
    assert first.grad is not None and first.grad.abs().sum() > 0
    own = [p for n, p in method.named_parameters() if not n.startswith("trunk.")]
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in own if p.dim() > 1)
    method.after_step()


def test_it_counts_its_images_rightly(method, data, monkeypatch):
    seen, stages = [], AlexNet.stages
    monkeypatch.setattr(AlexNet, "stages", lambda self, x: seen.append(len(x)) or stages(self, x))
    method.loss(method.open_sampler(data, BATCH, 0)(0), generator_of(0, 0))
    assert sum(seen) == method.images_per_step(BATCH)


def test_chance_comes_from_the_generator_alone(method, data):
    sampler = method.open_sampler(data, BATCH, 0)

    def loss(step):
        with torch.no_grad():
            return method.loss(sampler(0), generator_of(0, step))["loss"].item()

    assert loss(0) == loss(0)
    assert loss(0) != loss(1)


def test_a_step_has_its_own_batch_whatever_came_before(method, data):
    sampler = method.open_sampler(data, BATCH, 3)
    late = flat(sampler(5))
    again = flat(method.open_sampler(data, BATCH, 3)(5))
    assert late.keys() == again.keys()
    assert all(torch.equal(late[name], again[name]) for name in late)
    other = flat(sampler(6))
    assert any(not torch.equal(late[name], other[name]) for name in late)


def flat(batch, prefix=""):
    parts = {}
    for name, value in batch.items():
        parts |= flat(value, name + ".") if isinstance(value, dict) else {prefix + name: value}
    return parts


def test_it_learns_in_all_its_worlds(method, caches):
    choices = [{world: caches[world]} for world in method.worlds]
    if len(method.worlds) > 1:
        choices = [caches] if method.all_worlds else [*choices, caches]
    for data in choices:
        batch = method.open_sampler(data, BATCH, 0)(0)
        assert method.loss(batch, generator_of(0, 0))["loss"].isfinite()


def test_settings_survive_the_disk(method):
    plain = json.loads(json.dumps(to_plain(method.config)))
    assert from_plain(type(method.config), plain) == method.config


@pytest.mark.parametrize("name", METHODS)
def test_every_setting_is_explained(name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as end:
        cli._dispatch(["train", name, "--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    for field in dataclasses.fields(method_class(name).Config):
        assert f"--{field.name.replace('_', '-')}" in said


TOY = '''
"""Brightness: say how light an image is."""

from dataclasses import dataclass

import torch
from torch import nn

from embodied_ssl.augment import NONE, augment
from embodied_ssl.methods.base import Method


class Brightness(Method):
    """The mean of the pixels, regressed."""

    @dataclass(frozen=True)
    class Config:
        """Settings of brightness."""

        weight: float = 1.0
        """Of the loss."""

    def __init__(self, trunk, config, train_size):
        super().__init__(trunk, config, train_size)
        self.say = nn.Linear(trunk.dim, 1)

    def images_per_step(self, batch_size):
        return batch_size

    def loss(self, batch, generator):
        images = augment(batch["frames"], self.train_size, NONE, generator)
        features = self.trunk(self.trunk.normalize(images))
        error = (self.say(features)[:, 0].float() - images.mean((1, 2, 3))).pow(2).mean()
        return {"loss": self.config.weight * error, "embedding": features}
'''


def test_a_new_method_is_a_file_and_a_line(few_steps, tmp_path, tabletop_dir, monkeypatch):
    (tmp_path / "brightness_method.py").write_text(TOY)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setitem(METHODS, "brightness", "brightness_method:Brightness")
    config = few_steps(tabletop_dir, out=tmp_path / "run")
    run_train(config, "brightness")
    assert type(load_method(config.out)).__name__ == "Brightness"
