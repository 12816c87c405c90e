"""A batch in pieces: the same gradient, the same statistics, less memory."""

import copy

import pytest
import torch
from torch import nn

from embodied_ssl.losses import nt_xent
from embodied_ssl.methods import load_method_class
from embodied_ssl.methods.base import Step
from embodied_ssl.sampling import generator_of
from embodied_ssl.trunks import build_trunk
from embodied_ssl.trunks.pieces import in_pieces

IMAGES = torch.randn(12, 3, 32, 32, generator=torch.Generator().manual_seed(0))


def gradients(trunk, pieces):
    """Of a loss that compares all images of the batch."""
    trunk.zero_grad()
    torch.manual_seed(5)
    images = IMAGES.to(next(trunk.parameters()).dtype)
    stages = in_pieces(trunk, trunk.stages, pieces, images)
    nt_xent(*trunk.pool(stages).chunk(2), 0.2).backward()
    return [weights.grad.clone() for weights in trunk.parameters() if weights.grad is not None]


@pytest.mark.parametrize("pieces", [2, 3, 5])
def test_the_gradient_is_that_of_the_whole_batch(pieces):
    torch.manual_seed(0)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=32, norm="lrn").train().double()
    whole, parts = gradients(trunk, 1), gradients(trunk, pieces)
    assert len(whole) == len(parts) > 10
    for one, other in zip(whole, parts, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


def test_a_piece_is_smaller_than_the_batch():
    seen, trunk = [], build_trunk("alexnet", width=0.1, fc_dim=32)
    trunk.conv1.register_forward_hook(lambda module, args, out: seen.append(len(out)))
    gradients(trunk, 3)
    assert seen == [4] * 6  # forwards and again backwards


def test_batch_norm_counts_every_piece_once():
    torch.manual_seed(0)
    trunk = build_trunk("alexnet", width=0.1, fc_dim=32).train()
    plain = copy.deepcopy(trunk)
    gradients(trunk, 3)
    for piece in IMAGES.chunk(3):
        plain.stages(piece)
    for name, buffer in plain.named_buffers():
        torch.testing.assert_close(buffer, dict(trunk.named_buffers())[name])
    assert {m.momentum for m in trunk.modules() if isinstance(m, nn.BatchNorm2d)} == {0.1}


def test_what_is_random_in_a_trunk_is_so_once():
    class Dropping(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.drop, self.masks = nn.Linear(8, 8), nn.Dropout(0.5), []

        def stages(self, x):
            dropped = self.drop(torch.ones(len(x), 8))
            self.masks.append(dropped.detach())
            return [self.layer(x) * dropped]

    trunk = Dropping()
    in_pieces(trunk, trunk.stages, 2, torch.randn(4, 8))[0].square().sum().backward()
    first, second = trunk.masks[:2], trunk.masks[2:]
    assert len(second) == 2
    again = {mask.numpy().tobytes() for mask in second}
    assert {mask.numpy().tobytes() for mask in first} == again and len(again) == 2


@pytest.mark.parametrize("name", ["simclr", "swav", "mae", "beit", "moco", "rotation+mae"])
def test_methods_pass_their_images_in_pieces(name, small_trunk_of):
    torch.manual_seed(0)
    cls = load_method_class(name)
    trunk, settings = small_trunk_of(cls)
    method = cls(build_trunk(trunk, **settings), cls.Config(), 32)
    for norm in method.modules():
        if isinstance(norm, nn.modules.batchnorm._BatchNorm):
            norm.eval()  # its statistics would be those of a piece
    frames = torch.randint(256, (8, 3, 40, 40)).byte()
    batch = {"frames": frames, "index": torch.arange(8)}
    batch |= {part: batch for part in getattr(method, "parts", {})}
    step = Step(0, 0.5, generator_of(0, 0))
    prepared = method.prepare(batch, step)
    losses, found = [], []
    for pieces in (1, 2):
        for part in method.modules():
            part.pieces = pieces
        method.zero_grad()
        loss = method(prepared, step)["loss"]
        loss.backward()
        losses.append(loss.detach())
        found.append([p.grad.clone() for p in method.parameters() if p.grad is not None])
    torch.testing.assert_close(*losses)
    for one, other in zip(*found, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-5)
