"""Muon: orthogonal updates of matrices, AdamW's of the rest; both against torch's own."""

from pathlib import Path

import pytest
import torch

from embodied_ssl.errors import UserError
from embodied_ssl.methods.recipe import Recipe
from embodied_ssl.training.muon import Muon, orthogonal
from embodied_ssl.training.optim import open_optimizer
from embodied_ssl.training.tensors import fill_optimizer, optimizer_tensors


def both(weight, reference, **settings):
    """Two optimizers, ours of ``weight`` and torch's of its copy, after the same gradients."""
    copy = torch.nn.Parameter(weight.detach().clone())
    weight = torch.nn.Parameter(weight.clone())
    ours, theirs = Muon([weight], **settings), reference([copy], **settings)
    generator = torch.Generator().manual_seed(1)
    for _ in range(6):
        gradient = torch.randn(weight.shape, generator=generator)
        weight.grad, copy.grad = gradient.clone(), gradient.clone()
        ours.step()
        theirs.step()
    return weight, copy


@pytest.mark.parametrize("shape", [(12, 30), (30, 12), (8, 8)])
def test_matrices_move_as_those_of_torch(shape):
    def reference(params, **settings):
        return torch.optim.Muon(params, adjust_lr_fn="match_rms_adamw", **settings)

    weight = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    ours, theirs = both(weight, reference, lr=0.01, weight_decay=0.1)
    moved = (theirs - weight).norm()
    assert (ours - theirs).norm() < 0.02 * moved  # torch's steps are in bfloat16


def test_vectors_move_as_those_of_adamw():
    weight = torch.randn(30, generator=torch.Generator().manual_seed(0))
    ours, theirs = both(weight, torch.optim.AdamW, lr=0.01, weight_decay=0.1, betas=(0.9, 0.98))
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_a_convolution_is_a_matrix_with_a_row_for_each_output():
    gradient = torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(0))
    moved = []
    for shape in ((6, 4, 3, 3), (6, 36)):
        weight = torch.nn.Parameter(torch.zeros(shape))
        weight.grad = gradient.reshape(shape).clone()
        if len(shape) == 4:
            weight.grad = weight.grad.contiguous(memory_format=torch.channels_last)
        Muon([weight], lr=1.0).step()
        moved.append(weight.detach().flatten(1))
    assert torch.allclose(*moved, atol=1e-5)
    assert moved[0].square().mean().sqrt() == pytest.approx(0.2, rel=0.2)  # that of AdamW


NO_MATRICES = [(1, 1, 30), (1, 30), (30, 1), (3, 8, 8), (8, 1, 3, 3), (3, 30), (1000, 7)]


@pytest.mark.parametrize("shape", NO_MATRICES)
def test_tokens_embeddings_stacks_and_depthwise_filters_move_as_those_of_adamw(shape):
    weight = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    ours, theirs = both(weight, torch.optim.AdamW, lr=0.01, weight_decay=0.1, betas=(0.9, 0.98))
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_groups_with_an_adam_lr_scale_move_as_those_of_adamw_at_that_part_of_the_rate():
    weight = torch.randn(12, 12, generator=torch.Generator().manual_seed(0))
    ours, theirs = torch.nn.Parameter(weight.clone()), torch.nn.Parameter(weight.clone())
    muon = Muon([{"params": [ours], "adam_lr_scale": 0.1}], lr=0.1, weight_decay=0.1)
    adam = torch.optim.AdamW([theirs], lr=0.01, weight_decay=0.1, betas=(0.9, 0.98))
    for _ in range(3):
        ours.grad, theirs.grad = weight.clone(), weight.clone()
        muon.step()
        adam.step()
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_orthogonal_has_singular_values_near_one_and_the_same_directions():
    left, _, right = torch.linalg.svd(torch.randn(10, 25), full_matrices=False)
    matrix = left @ torch.diag(torch.linspace(1, 40, 10)) @ right
    made = orthogonal(matrix)
    assert torch.linalg.svdvals(made).sub(1).abs().max() < 0.4
    within = left.T @ made @ right.T
    assert (within - torch.diag(within.diagonal())).abs().max() < 1e-3
    assert torch.equal(orthogonal(torch.zeros(3, 4)), torch.zeros(3, 4))


def test_the_precision_of_a_training_is_that_of_its_muon():
    method = torch.nn.Linear(8, 8)
    method.param_groups = lambda: [{"params": [method.weight], "decays": True}]
    for bf16, precision in ((True, torch.bfloat16), (False, torch.float32)):
        assert open_optimizer(method, Recipe("muon"), bf16).precision == precision


def test_weights_without_gradients_stay_and_a_closure_is_called():
    weight, other = torch.nn.Parameter(torch.ones(3, 3)), torch.nn.Parameter(torch.ones(3))
    optimizer = Muon([weight, other], lr=0.1, weight_decay=0.5)

    def closure():
        optimizer.zero_grad()
        loss = weight.square().sum()
        loss.backward()
        return loss

    assert optimizer.step(closure) == 9
    assert (weight < 1).all() and (other == 1).all()


def test_what_is_kept_of_matrices_and_of_the_rest_is_read_again():
    def optimizer():
        weights = [torch.nn.Parameter(torch.ones(shape)) for shape in ((4, 4), (4,), (5,))]
        for weight in weights:
            weight.grad = torch.ones_like(weight)
        return Muon(weights)

    first, second = optimizer(), optimizer()
    first.step()
    stored = optimizer_tensors(first)
    fill_optimizer(second, stored, Path("state"))
    again = optimizer_tensors(second)
    assert again.keys() == stored.keys()
    assert all(torch.equal(again[key], value) for key, value in stored.items())
    del stored["1.exp_avg_sq"], stored["2.exp_avg"]  # each has what the other lacks
    with pytest.raises(UserError, match=r"lacks '1\.exp_avg_sq'"):
        fill_optimizer(second, stored, Path("state"))


@pytest.mark.parametrize("shape", [(12, 40), (40, 12)])
def test_steps_in_bfloat16_give_about_the_same(shape):
    matrix = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    exact, made = orthogonal(matrix), orthogonal(matrix, precision=torch.bfloat16)
    assert made.dtype == torch.float32
    assert 0 < (exact - made).norm() < 0.05 * exact.norm()
