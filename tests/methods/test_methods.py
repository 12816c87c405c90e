"""What every method promises, and that a new one needs no change elsewhere."""

import dataclasses
import json
from pathlib import Path

import pytest
import torch

from embodied_ssl import cli
from embodied_ssl.methods import METHODS, load_method_class
from embodied_ssl.methods.base import Method, Step, pixels
from embodied_ssl.sampling import generator_of
from embodied_ssl.settings import from_dict, to_dict
from embodied_ssl.training.command import run_train
from embodied_ssl.training.runs import load_method

BATCH, SIZE = 8, 48


def moment(number=0, progress=0.5):
    return Step(number, progress, generator_of(0, number))


def prepared(method, data, number=0, step=None):
    batch = method.open_sampler(data, BATCH, 0)(number)
    return method.prepare(batch, step or moment(number))


def test_the_loss_teaches_the_trunk_and_all_that_is_its_own(method, data):
    step = moment()
    outputs = method(prepared(method, data), step)
    assert all(value.dim() == 0 and value.isfinite() for value in outputs.values())
    outputs["loss"].backward()
    groups = [p for group in method.param_groups() for p in group["params"]]
    assert len({id(p) for p in groups}) == len(groups)
    assert {id(p) for p in groups} == {id(p) for p in method.parameters() if p.requires_grad}
    first = next(p for p in method.trunk.parameters() if p.dim() == 4 and p.requires_grad)
    assert first.grad is not None and first.grad.abs().sum() > 0
    inside = {id(p) for p in method.trunk.parameters()}
    own = [p for p in groups if id(p) not in inside and p.dim() > 1]
    assert all(p.grad is not None and p.grad.abs().sum() > 0 for p in own)
    method.after_step(step)


def test_it_learns_in_bfloat16(method, data):
    step = moment()
    batch = prepared(method, data)
    with torch.autocast("cpu", torch.bfloat16):
        outputs = method(batch, step)
    outputs["loss"].backward()
    assert all(value.isfinite() for value in outputs.values())
    learned = [p for p in method.parameters() if p.grad is not None]
    assert all(p.grad.isfinite().all() for p in learned)
    method.after_step(step)


def test_preparing_is_pure(method, data):
    batch = method.open_sampler(data, BATCH, 0)(0)
    before = {name: value.clone() for name, value in flat(batch).items()}
    state = {name: value.clone() for name, value in method.state_dict().items()}
    first, again, other = (flat(method.prepare(batch, moment(n))) for n in (0, 0, 1))
    assert first.keys() == again.keys()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], other[name]) for name in first)
    assert all(torch.equal(value, before[name]) for name, value in flat(batch).items())
    assert all(torch.equal(value, state[name]) for name, value in method.state_dict().items())


def test_the_cost_is_that_of_the_pixels_through_the_trunk(method, data):
    batch = prepared(method, data)
    cost = method.cost(batch)
    assert 0 < cost < 20 * BATCH
    if type(method).cost is Method.cost:
        assert cost == pytest.approx(pixels(batch["images"]) / SIZE**2)


def test_chance_comes_from_the_generator_alone(method, data):
    batch = method.open_sampler(data, BATCH, 0)(0)

    @torch.no_grad()
    def loss(number):
        return method(method.prepare(batch, moment(number)), moment(number))["loss"].item()

    loss(0)
    assert loss(0) == loss(0) != loss(1)


def test_a_number_has_its_own_batch_whatever_came_before(method, data):
    sampler = method.open_sampler(data, BATCH, 3)
    late = flat(sampler(5))
    again = flat(method.open_sampler(data, BATCH, 3)(5))
    assert late.keys() == again.keys()
    assert all(torch.equal(late[name], again[name]) for name in late)
    other = flat(sampler(6))
    assert any(not torch.equal(late[name], other[name]) for name in late)


def test_samples_say_which_they_are(method, data):
    sampler = method.open_sampler(data, BATCH, 0)
    batch = flat(sampler(0))
    names = [name for name in batch if name.split(".")[-1] == "index"]
    assert names and sampler.size > 0
    for name in names:
        row = batch[name.removesuffix("index") + "row"]
        assert batch[name].shape == row.shape and batch[name].dtype == torch.int64
        assert batch[name].min() >= 0 and batch[name].max() < sampler.size


def flat(batch, prefix=""):
    parts = {}
    for name, value in batch.items():
        if isinstance(value, dict):
            parts |= flat(value, f"{prefix}{name}.")
        elif isinstance(value, list):
            parts |= {f"{prefix}{name}.{i}": each for i, each in enumerate(value)}
        else:
            parts[prefix + name] = value
    return parts


def test_joint_embeddings_say_how_far_from_collapse_they_are(method, data):
    package = type(method).__module__.split(".")[-2]
    identity = "identity" in getattr(method, "tasks", ())
    if identity or package in ("contrastive", "distillation", "language"):
        said = method(prepared(method, data), moment())
        assert said["embedding_spread"] > 0.1
        costly = {"spread", "rank", "alignment", "uniformity"}
        assert costly <= said.keys()
        unlogged = method(prepared(method, data), dataclasses.replace(moment(), logged=False))
        assert said.keys() - unlogged.keys() == costly


def test_it_learns_in_all_its_worlds(method, caches):
    if hasattr(method, "types"):
        return
    choices = [{world: caches[world]} for world in method.worlds or caches]
    if not method.worlds:
        choices.append(caches)
    for data in choices:
        assert method(prepared(method, data), moment())["loss"].isfinite()


def test_settings_survive_the_disk(method):
    plain = json.loads(json.dumps(to_dict(method.config)))
    assert from_dict(type(method.config), plain) == method.config


@pytest.mark.parametrize("name", [*METHODS, "curious-robot+egomotion", "rotation+simclr"])
def test_every_setting_is_explained(name, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as end:
        cli._dispatch(["train", name, "--help"])
    assert end.value.code == 0
    said = capsys.readouterr().out
    for field in dataclasses.fields(load_method_class(name).Config):
        assert f"--{field.name.replace('_', '-')}" in said


def test_every_method_is_listed_with_its_paper(capsys):
    cli._dispatch(["methods"])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(METHODS)
    assert all("cannot be read" not in line and len(line.split()) > 3 for line in lines)


def test_a_method_of_others_is_named_by_its_module(few_steps, tmp_path, tabletop_dir, monkeypatch):
    monkeypatch.syspath_prepend(str(Path(__file__).resolve().parents[1] / "plugins"))
    config = few_steps(tabletop_dir, out=tmp_path / "run")
    run_train(config, "brightness:Brightness")
    assert type(load_method(config.out)).__name__ == "Brightness"


def test_figures_show_unseen_frames(method, data):
    state = {name: value.clone() for name, value in method.state_dict().items()}
    figures = method.eval().figures(data, 0)
    assert all(figure.title for figure in figures)
    after = method.state_dict()
    learned = [name for name, value in method.named_parameters()]
    assert all(torch.equal(state[name], after[name]) for name in learned)
