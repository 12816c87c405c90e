"""Optimizers and schedules: what a recipe says is what the weights meet."""

import dataclasses

import pytest
import torch

from embodied_ssl.methods.contrastive.simclr import SimCLR
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.schedules import cosine, warmup_cosine
from embodied_ssl.training.command import say_if_rate_is_of_another
from embodied_ssl.training.optim import OPTIMIZERS, open_optimizer, set_schedules
from embodied_ssl.trunks import AlexNet


@pytest.fixture
def method():
    return SimCLR(AlexNet(width=0.1, fc_dim=16), SimCLR.Config(), 48)


def test_learning_rate_rises_then_falls_to_zero():
    rates = [warmup_cosine(2.0, 0.2, progress) for progress in torch.linspace(0, 1, 11).tolist()]
    assert rates[2] == pytest.approx(2.0) == max(rates)
    assert 0 < rates[0] < 0.02 and rates[-1] == pytest.approx(0, abs=1e-9)
    assert rates[6] == pytest.approx(1.0)  # half the way down


def test_a_cosine_leads_from_start_to_end():
    values = [cosine(0.996, 1.0, progress) for progress in (0, 0.25, 0.5, 1, 1.5)]
    assert values[0] == 0.996 and values[3] == values[4] == 1.0
    assert values[2] == pytest.approx(0.998)
    assert values[1] == pytest.approx(1 - 0.004 * (1 + 0.5**0.5) / 2)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_descends_and_decays_weights_alone(method, name):
    recipe = Recipe(name, lr=1e-2, weight_decay=0.1)
    optimizer = open_optimizer(method, recipe)
    decayed = {id(p) for g in optimizer.param_groups if g["weight_decay"] for p in g["params"]}
    assert decayed == {id(p) for p in method.parameters() if p.dim() > 1}
    weights = method.project[0].weight
    with torch.no_grad():
        weights.fill_(1.0)
    before = weights.detach().clone()
    (weights**2).sum().backward()
    optimizer.step()
    assert (weights < before).all()


def test_schedules_of_a_recipe(method):
    recipe = Recipe("sgd", lr=0.1, lr_batch=64, weight_decay=0.04, final_weight_decay=0.4,
                    sgd_momentum=0.9, final_sgd_momentum=0.5, warmup=0.0)  # fmt: skip
    groups = open_optimizer(method, recipe).param_groups
    groups[0]["lr_scale"] = 0.5
    set_schedules(groups, recipe, 0.5, batch_size=128)
    assert groups[1]["lr"] == pytest.approx(0.1)  # twice the batch, half the way down
    assert groups[0]["lr"] == pytest.approx(0.05)
    assert groups[0]["weight_decay"] == pytest.approx(0.22)
    assert groups[1]["weight_decay"] == 0.0
    assert groups[0]["momentum"] == pytest.approx(0.7)
    muon = open_optimizer(method, dataclasses.replace(recipe, optimizer="muon")).param_groups
    set_schedules(muon, recipe, 0.5, batch_size=128)
    assert muon[0]["matrix_momentum"] == 0.95  # not of sgd
    plain = dataclasses.replace(recipe, final_weight_decay=None, final_sgd_momentum=None)
    groups = open_optimizer(method, plain).param_groups
    set_schedules(groups, plain, 1.0, batch_size=64)
    assert groups[0]["weight_decay"] == 0.04 and groups[0]["momentum"] == 0.9
    assert groups[0]["lr"] == pytest.approx(0)


def test_a_rate_that_is_meant_for_another_optimizer_is_said(capsys):
    own = Recipe("muon", lr=0.01)
    for asked in (own, Recipe("adamw", lr=0.001), Recipe("muon", lr=0.02)):
        say_if_rate_is_of_another(asked, own)
    assert capsys.readouterr().err == ""
    say_if_rate_is_of_another(Recipe("adamw", lr=0.01), own)
    assert capsys.readouterr().err == "adamw has --lr 0.01, which is meant for muon\n"
