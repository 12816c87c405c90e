"""Convolution is nn.Conv2d, whatever the size of the map."""

import pytest
import torch
from torch import nn

from embodied_ssl.trunks.convolution import Convolution

SHAPES = {
    "a kernel as large as the map": (3, 1, 0, (3, 3)),
    "an even kernel as large as the map": (6, 1, 0, (6, 6)),
    "a single pixel": (5, 1, 2, (1, 1)),
    "a map smaller than the kernel": (5, 1, 2, (2, 2)),
    "a single row": (3, 1, 1, (1, 4)),
    "a single column": (5, 1, 2, (7, 1)),
    "a map that the kernel fits": (3, 1, 1, (5, 5)),
    "steps of more than one pixel": (11, 4, 2, (9, 9)),
    "steps over a single pixel": (3, 2, 1, (1, 1)),
    "an even kernel with padding": (4, 1, 2, (2, 2)),
    "padding of more than half a kernel": (3, 1, 2, (1, 1)),
    "a kernel of one": (1, 1, 0, (4, 4)),
}


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize(("kernel", "stride", "padding", "size"), SHAPES.values(), ids=SHAPES)
def test_values_and_gradients_are_those_of_conv2d(kernel, stride, padding, size, layout):
    torch.manual_seed(0)
    plain = nn.Conv2d(4, 6, kernel, stride, padding).double().to(memory_format=layout)
    ours = Convolution(4, 6, kernel, stride, padding).double().to(memory_format=layout)
    ours.load_state_dict(plain.state_dict())
    x = torch.randn(5, 4, *size, dtype=torch.float64).to(memory_format=layout)
    given = [x.clone().requires_grad_() for _ in range(2)]
    expected, found = plain(given[0]), ours(given[1])
    torch.testing.assert_close(found, expected)

    weights = torch.randn_like(expected)
    (expected * weights).sum().backward()
    (found * weights).sum().backward()
    torch.testing.assert_close(given[1].grad, given[0].grad)
    torch.testing.assert_close(ours.weight.grad, plain.weight.grad)
    torch.testing.assert_close(ours.bias.grad, plain.bias.grad)


def test_padding_is_not_multiplied():
    convolution = Convolution(8, 8, 5, padding=2)
    x = torch.randn(2, 8, 1, 1)
    with torch.profiler.profile(record_shapes=True) as profile:
        convolution(x)
    names = {event.key for event in profile.key_averages()}
    assert "aten::linear" in names
    assert not {name for name in names if "conv" in name}
