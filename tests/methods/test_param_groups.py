"""Weights that an optimizer treats apart."""

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.param_groups import set_apart
from embodied_ssl.training.muon import Muon
from embodied_ssl.trunks import build_trunk


def test_what_is_set_apart_keeps_its_place_and_the_settings_of_its_group():
    a, b, c, d = (torch.nn.Parameter(torch.ones(1)) for _ in range(4))
    groups = [{"params": [a, b, c], "decays": True}, {"params": [d], "decays": False}]
    parted = set_apart(groups, [b], lr_scale=0.1)
    assert parted == [
        {"params": [a], "decays": True},
        {"params": [b], "decays": True, "lr_scale": 0.1},
        {"params": [c], "decays": True},
        {"params": [d], "decays": False},
    ]


def names_apart(method):
    names = {id(weight): name for name, weight in method.named_parameters()}
    apart = [g["params"] for g in method.param_groups() if g.get("adam_lr_scale") == 0.1]
    return {names[id(weight)] for params in apart for weight in params}


@pytest.mark.parametrize("name", ["curious-robot", "identity", "curious-robot+simclr"])
def test_heads_of_labels_are_left_to_adam_and_identity_is_not(name):
    cls = load_method_class(name)
    method = cls(build_trunk("alexnet", width=0.1, fc_dim=8), cls.Config(), 32)
    labels = ("tasks.grasp.", "tasks.push.", "tasks.poke.")
    weights = dict(method.named_parameters())
    assert names_apart(method) == {n for n in weights if any(task in n for task in labels)}
    ordered = [p for g in method.param_groups() for p in g["params"]]
    assert {id(p) for p in ordered} == {id(p) for p in weights.values()}
    if "+" not in name:  # where checkpoints of before have them
        by_decay = [p for p in weights.values() if p.dim() > 1]
        by_decay += [p for p in weights.values() if p.dim() <= 1]
        assert list(map(id, ordered)) == list(map(id, by_decay))


def test_a_muon_that_moved_these_weights_otherwise_is_refused():
    def optimizer(**settings):
        weight = torch.nn.Parameter(torch.ones(8, 8))
        weight.grad = torch.ones_like(weight)
        opened = Muon([{"params": [weight], **settings}])
        opened.step()
        return opened

    for first, second in ((optimizer(), optimizer(adam_lr_scale=0.1)), (optimizer(), optimizer())):
        state = first.state_dict() | {"param_groups": second.state_dict()["param_groups"]}
        if "adam_lr_scale" in second.param_groups[0]:
            with pytest.raises(UserError, match="other groups of weights"):
                second.load_state_dict(state)
        else:
            second.load_state_dict(state)
