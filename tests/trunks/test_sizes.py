"""Images of which sizes a trunk takes."""

import contextlib
import copy

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.trunks import build_trunk


@pytest.mark.parametrize(
    ("name", "refused", "near"),
    [("vit", 100, 96), ("vit", 1, 16), ("vit_tiny_patch16_224", 100, 96), ("alexnet", 5, 7)],
)
def test_a_size_that_cannot_pass_names_one_that_can(name, refused, near):
    trunk = build_trunk(name)
    with pytest.raises(UserError, match=f"no images of {refused} pixels: {near} would do"):
        trunk.check_size(refused)
    trunk.check_size(near)


@pytest.mark.parametrize("size", [64, 65])
@pytest.mark.parametrize("name", ["alexnet", "vit", "resnet10t", "vit_tiny_patch16_224"])
def test_trying_a_size_changes_nothing(name, size):
    trunk = build_trunk(name).train()
    frozen = next(module for module in trunk.modules() if not list(module.children()))
    frozen.eval()
    modes = [module.training for module in trunk.modules()]
    before, drawn = copy.deepcopy(trunk.state_dict()), torch.get_rng_state()
    with contextlib.suppress(UserError):
        trunk.check_size(size)
    assert [module.training for module in trunk.modules()] == modes
    assert torch.equal(torch.get_rng_state(), drawn)
    assert all(torch.equal(value, before[name]) for name, value in trunk.state_dict().items())


@pytest.mark.parametrize("size", [7, 24, 33])
def test_the_root_takes_tiles(size):
    stages = (
        build_trunk("alexnet", width=0.1, fc_dim=16).eval().stages(torch.zeros(2, 3, size, size))
    )
    assert all(maps.numel() for maps in stages)
