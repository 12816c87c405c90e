"""The attention kernel and the precision of a training."""

import dataclasses

import torch
from torch.nn import functional

from embodied_ssl.training.command import run_train
from embodied_ssl.training.forward import forward_pass


def fused():
    return torch.backends.cuda.flash_sdp_enabled()


def test_on_a_cpu_it_is_the_plain_product_and_afterwards_pytorchs_choice():
    before = fused()
    with forward_pass(torch.device("cpu"), bf16=True):
        assert not fused() and torch.is_autocast_enabled("cpu")
    assert fused() == before and not torch.is_autocast_enabled("cpu")


def test_a_vit_is_trained_with_it(config, monkeypatch):
    seen, attend = [], functional.scaled_dot_product_attention

    def watched(*args, **options):
        if torch.is_grad_enabled():
            seen.append(fused())
        return attend(*args, **options)

    monkeypatch.setattr(functional, "scaled_dot_product_attention", watched)
    small = {"dim": 24, "depth": 2, "heads": 2, "patch": 8}
    run_train(dataclasses.replace(config, trunk="vit", trunk_settings=small), "mae")
    assert seen and not any(seen)
