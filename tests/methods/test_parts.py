"""Parts of a batch have the values and gradients of ``split``, and its memory's order."""

import torch

from embodied_ssl.methods.parts import parts_of


def maps():
    torch.manual_seed(0)
    drawn = torch.randn(6, 4, 3, 3, dtype=torch.float64).to(memory_format=torch.channels_last)
    return drawn.requires_grad_()


def test_values_and_gradients_are_those_of_split():
    plain, ours = maps(), maps()
    for x, parts in ((plain, plain.split((2, 3, 1))), (ours, parts_of(ours, (2, 3, 1)))):
        (parts[0].square().sum() + parts[2].sin().sum()).backward()
        assert x.grad is not None
    assert torch.equal(ours.grad, plain.grad) and not ours.grad[2:5].any()


def test_the_gradient_lies_in_memory_as_the_maps_do():
    seen, x = [], maps()
    y = 2 * x
    y.register_hook(seen.append)
    parts_of(y, (4, 2))[0].sum().backward()
    assert seen[0].is_contiguous(memory_format=torch.channels_last)
    assert seen[0].stride() == y.stride()


def test_parts_that_nobody_looks_at_have_no_gradient():
    x = maps()
    first, _ = parts_of(x, (3, 3))
    (0 * x.sum() + first.detach().sum()).backward()
    assert not x.grad.any()


def test_maps_that_share_memory_have_the_same_gradient():
    x = torch.ones(1, 1, 1, 1, requires_grad=True)
    parts_of(x.expand(4, 2, 3, 3), (1, 3))[1].sum().backward()
    assert x.grad.item() == 54
